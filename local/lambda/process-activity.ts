/**
 * Says when a function's process lets time pass. On the discrete-event clock a process holds the clock while it works
 * (init or an invocation), and lets go of it while it merely waits: every request it has open is delayed on the clock
 * by local AWS itself, or it sleeps on a timer. A report of the process can be out of date when it arrives; the
 * count of messages sent to it shows that.
 */
import type { ScheduledEvent, Scheduler } from '../../simulator/models/clock.ts';
import type { IdleReport } from './runtime/messages.ts';

export class ProcessActivity {
  readonly #clock: Scheduler;
  readonly #wake: (clockMs: number) => void;
  #working = false;
  #releaseHold: (() => void) | undefined;
  #wakeEvent: ScheduledEvent | undefined;
  #messagesSent = 0;
  #parked = 0;
  #report: IdleReport | undefined;
  #acceptsReports = true;

  /** @param wake informs the process that the clock has reached its next timer. */
  constructor(clock: Scheduler, wake: (clockMs: number) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  begin(): void {
    this.#working = true;
    this.#report = undefined;
    // Until the invocation goes out, a report is about the one before; only the init has none before it.
    this.#acceptsReports = this.#messagesSent === 0;
    this.#update();
  }

  end(): void {
    this.#working = false;
    this.#update();
  }

  /** An answer, an invocation or a wake goes out to the process, which will work on it. */
  sent(): void {
    this.#messagesSent += 1;
    this.#acceptsReports = true;
    this.#update();
  }

  /**
   * A request of the process waits on the clock, or is never to be answered.
   * @returns to be called when the wait is over.
   */
  park(): () => void {
    this.#parked += 1;
    this.#update();
    return () => {
      this.#parked -= 1;
      this.#update();
    };
  }

  receive(report: IdleReport): void {
    if (!this.#acceptsReports) return;
    this.#report = report;
    this.#update();
  }

  #update(): void {
    const report = this.#report;
    if (this.#wakeEvent !== undefined) this.#clock.cancel(this.#wakeEvent);
    this.#wakeEvent = undefined;
    if (this.#working && !this.#merelyWaits(report)) {
      this.#releaseHold ??= this.#clock.hold();
      return;
    }
    if (this.#working && report !== undefined && report.wakeAtMs !== null) {
      this.#wakeEvent = this.#clock.schedule(report.wakeAtMs, () => {
        this.sent();
        this.#wake(this.#clock.nowMs());
      });
    }
    this.#releaseHold?.();
    this.#releaseHold = undefined;
  }

  #merelyWaits(report: IdleReport | undefined): boolean {
    if (report === undefined || report.messagesSeen !== this.#messagesSent) return false;
    return report.requestsInFlight === this.#parked && (this.#parked > 0 || report.wakeAtMs !== null);
  }
}
