/**
 * The loop that publishes one signal: sample, emit, sleep. It outlives every failure of what it calls, and ends only
 * with its abort signal.
 */

import { systemClock } from './clock.ts';
import { isKnown, type Sample, type Signal } from './decision/sample.ts';
import type { Clock, Emitter } from './ports.ts';
import { callWithTimeout, messageOf } from './timeout.ts';

export interface SignalLoopOptions {
  /** The metric's name. */
  readonly name: string;
  readonly periodMs: number;
  readonly signal: Signal;
  readonly emitter: Emitter;
  /** Ends the loop; the promise then resolves. */
  readonly abortSignal: AbortSignal;
  /** Wait before the first tick. Default 0. */
  readonly initialDelayMs?: number;
  /** The most that one call of the signal or of the emitter may take. Default: half a period, at most 10,000. */
  readonly timeoutMs?: number;
  /** Each period is up to this share longer or shorter, so that a fleet does not emit at once. Default 0.05. */
  readonly jitter?: number;
  /** The callbacks get the signal's name, so that one handler can serve several signals. */
  readonly onSample?: (sample: Sample, name: string) => void;
  readonly onSignalError?: (error: unknown, name: string) => void;
  readonly onEmitError?: (error: unknown, name: string) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const maxDefaultTimeoutMs = 10_000;
const defaultJitter = 0.05;

/**
 * Publishes a signal until aborted. Ticks never overlap; a call that hangs costs its own tick. An unknown sample is
 * shown to `onSample` and not emitted.
 *
 * @throws RangeError, before anything runs, that names every option at fault.
 */
export async function run(options: SignalLoopOptions): Promise<void> {
  const faults = optionFaults(options ?? {});
  if (faults.length > 0) throw new RangeError(`cannot run a signal: ${faults.join('; ')}`);
  const { clock = systemClock, abortSignal, periodMs, jitter = defaultJitter, random = Math.random } = options;

  await clock.sleep(options.initialDelayMs ?? 0, abortSignal);
  while (!abortSignal.aborted) {
    const startedAtMs = clock.nowMs();
    await tick(options, clock);
    const period = periodMs * (1 + jitter * (2 * random() - 1));
    await clock.sleep(Math.max(0, period - (clock.nowMs() - startedAtMs)), abortSignal);
  }
}

async function tick(options: SignalLoopOptions, clock: Clock): Promise<void> {
  const { abortSignal } = options;
  const call = {
    clock,
    abortSignal,
    timeoutMs: options.timeoutMs ?? Math.min(options.periodMs / 2, maxDefaultTimeoutMs),
  };

  const sampled = await callWithTimeout('signal', options.signal, call);
  if (abortSignal.aborted) return;
  if (!sampled.ok) {
    report(options.onSignalError, sampled.error, options.name);
    return;
  }
  const sample = sampled.value;
  report(options.onSample, sample, options.name);
  if (!isKnown(sample)) return;

  const emitted = await callWithTimeout(
    'emitter',
    (each) => options.emitter.emit({ name: options.name, sample }, each),
    call,
  );
  if (!emitted.ok && !abortSignal.aborted) report(options.onEmitError, emitted.error, options.name);
}

/** A callback that throws is its author's fault, and no reason to stop publishing. */
function report<T>(callback: ((value: T, name: string) => void) | undefined, value: T, name: string): void {
  try {
    callback?.(value, name);
  } catch (error) {
    process.emitWarning(`a callback of the signal ${name} threw: ${messageOf(error)}`);
  }
}

/** Checked at run time too: the library is also called from JavaScript. */
function optionFaults(options: Partial<SignalLoopOptions>): string[] {
  const faults: string[] = [];
  if (typeof options.name !== 'string' || options.name.trim() === '') faults.push('name is empty');
  if (typeof options.signal !== 'function') faults.push('signal is missing');
  if (typeof options.emitter?.emit !== 'function') faults.push('emitter is missing');
  if (!isAbortSignal(options.abortSignal)) faults.push('abortSignal is missing: it is what ends the loop');
  if (!isPositive(options.periodMs)) faults.push(`periodMs must be above 0, got ${options.periodMs}`);
  if (options.timeoutMs !== undefined && !isPositive(options.timeoutMs))
    faults.push(`timeoutMs must be above 0, got ${options.timeoutMs}`);
  const { initialDelayMs = 0, jitter = 0 } = options;
  if (!(initialDelayMs >= 0 && Number.isFinite(initialDelayMs)))
    faults.push(`initialDelayMs must be 0 or more, got ${initialDelayMs}`);
  if (!(jitter >= 0 && jitter < 1)) faults.push(`jitter must be from 0 to below 1, got ${jitter}`);
  return faults;
}

function isAbortSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'aborted' in value;
}

function isPositive(value: number | undefined): boolean {
  return value !== undefined && value > 0 && Number.isFinite(value);
}
