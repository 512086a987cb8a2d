import type { Scheduler } from '../simulator/models/clock.ts';

/** The clock of one local AWS, and how the processes of its functions must follow it. */
export interface LocalTime {
  readonly clock: Scheduler;
  /** `frozen`: discrete-event, stands still while anything works. `running`: real time, `speed` times as fast. */
  readonly mode: 'frozen' | 'running';
  /** Clock seconds per second of the machine; 1 where the mode is `frozen`. */
  readonly speed: number;
}
