/** Reduces a run to as many points as a picture can show. Each point is the worst of its bucket, so that no throttled minute disappears. */
import { dayMinutes } from '../../core/time.ts';
import type { StreamRun } from '../stream-run.ts';

export interface Point {
  readonly day: number;
  readonly load: number;
  readonly capacity: number;
  readonly throttled: number;
  /** Above 0: scaled up in this bucket; below: down. */
  readonly call: number;
}

const MOST_POINTS = 800;

/** How many minutes one bucket holds. */
export function bucketsOf(minutes: number): number {
  return Math.max(1, Math.ceil(minutes / MOST_POINTS));
}

export function bucketRun(load: Float64Array, run: StreamRun, size: number): readonly Point[] {
  const points: { day: number; load: number; capacity: number; throttled: number; call: number }[] = [];
  for (let minute = 0; minute < run.minutes; minute++) {
    const index = Math.floor(minute / size);
    points[index] ??= {
      day: round(minute / dayMinutes),
      load: 0,
      capacity: Number.POSITIVE_INFINITY,
      throttled: 0,
      call: 0,
    };
    const point = points[index];
    point.load = Math.max(point.load, round(load[minute] as number));
    point.capacity = Math.min(point.capacity, run.capacity[minute] as number);
    point.throttled = Math.max(point.throttled, round(run.throttled[minute] as number));
  }
  for (const { minute, from, to } of run.calls) {
    const point = points[Math.floor(minute / size)];
    if (point !== undefined) point.call = Math.sign(to - from);
  }
  return points;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
