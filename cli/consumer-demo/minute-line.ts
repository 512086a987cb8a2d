/** One line of the demo's table. */
import type { JointAdvice } from '../../consumer/decision/joint-decision.ts';
import { minuteMs } from '../../core/time.ts';

export const minuteHeader =
  'minute  in/min  behind                                    scaler answers          workers  joint advice';

export interface DemoMinute {
  readonly minute: number;
  readonly recordsPerMinute: number;
  readonly lagMs: number;
  /** What the external scaler answered; undefined while it has no sample. */
  readonly answer: { readonly value: number; readonly target: number } | undefined;
  readonly workersBefore: number;
  readonly workersAfter: number;
  readonly advice: JointAdvice;
}

export function describeMinute(minute: DemoMinute): string {
  const { lagMs, answer, workersBefore, workersAfter, advice } = minute;
  const bar = '#'.repeat(Math.min(24, Math.ceil(lagMs / 15_000)));
  const answered = answer ? `${minutesOf(answer.value)} of ${minutesOf(answer.target)}` : 'unavailable: hold';
  const columns = [
    String(minute.minute).padStart(6),
    String(minute.recordsPerMinute).padStart(6),
    `${minutesOf(lagMs).padEnd(9)} ${bar.padEnd(24)}  ${answered.padEnd(20)}`,
    (workersBefore === workersAfter ? String(workersAfter) : `${workersBefore} -> ${workersAfter}`).padEnd(7),
    `${advice.advice}${advice.scaleDownHurts ? ', no scale-down' : ''}`,
  ];
  return columns.join('  ');
}

export function minutesOf(ms: number): string {
  return `${(ms / minuteMs).toFixed(1)} min`;
}
