/**
 * The rate of a monotonic counter over a sliding window. Since the start would be the wrong window: after a
 * quiet night a morning's burst would read as a trickle for hours.
 */

export interface CounterReading {
  readonly atMs: number;
  readonly count: number;
}

/** Readings within the window, oldest first. Start with `[]`. */
export type SlidingWindow = readonly CounterReading[];

/**
 * Adds a reading and drops those that the window no longer needs; the newest reading at or before the window's
 * start is kept, so that the window is covered whole. A counter that went back starts a new baseline.
 */
export function slide(window: SlidingWindow, reading: CounterReading, windowMs: number): SlidingWindow {
  const last = window.at(-1);
  if (last === undefined || reading.count < last.count || reading.atMs < last.atMs) return [reading];
  const readings = reading.atMs === last.atMs ? [...window.slice(0, -1), reading] : [...window, reading];
  const windowStartMs = reading.atMs - windowMs;
  const firstInside = readings.findIndex((each) => each.atMs > windowStartMs);
  return firstInside <= 1 ? readings : readings.slice(firstInside - 1);
}

/** Events per second over the window, or undefined while there is no span of time to divide by. */
export function ratePerSecond(window: SlidingWindow): number | undefined {
  const first = window.at(0);
  const last = window.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
  return ((last.count - first.count) * 1000) / (last.atMs - first.atMs);
}
