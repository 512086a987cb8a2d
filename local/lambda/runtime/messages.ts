/**
 * The messages between the host and a function's process over the process's IPC channel, and the few names that both
 * must agree on. Invocations themselves go over the Runtime API, as in Lambda; this is only about time.
 */

/**
 * Set in the process's environment: a ClockAnchor as JSON. Speed 0 stands for the discrete-event clock, which moves only
 * when the host says so.
 */
export const CLOCK_VARIABLE = 'KINESIS_AUTOSCALER_LOCAL_CLOCK';

/** On every response of local AWS and on every invocation: the clock's time in epoch ms. */
export const CLOCK_HEADER = 'x-local-clock-ms';

/** Begins the line that a process writes when an invocation is answered, so that its log is known to be complete. */
export const END_OF_LOG = '\u0000end-of-log ';

/** What `Date` must show: `clockMs` when the machine's own clock shows `realMs`, and from there `speed` times as fast. */
export interface ClockAnchor {
  readonly clockMs: number;
  readonly realMs: number;
  readonly speed: number;
}

/** Discrete-event clock: it now shows this; timers that are due may fire. */
export interface ClockWake {
  readonly kind: 'wake';
  readonly clockMs: number;
}

/** The process has nothing left to do but to wait: for answers that local AWS delays, or for its next timer. */
export interface IdleReport {
  readonly kind: 'idle';
  /** Requests sent by the function that have no complete answer yet. */
  readonly requestsInFlight: number;
  /** Answers of local AWS, invocations and wakes seen since the process began; shows whether a report is current. */
  readonly messagesSeen: number;
  /** When the earliest timer that keeps the process alive is due, on the clock; null without one. */
  readonly wakeAtMs: number | null;
}
