/**
 * A run in as many points as a chart has pixels. Load and capacity are thinned out alike, by their minimum and maximum within
 * each pixel: no throttled minute disappears, and nothing looks throttled that was not.
 */
import type { UpdateCall } from '../../core/load/stream-replay.ts';

/** One value a minute each, in the same unit. */
export interface ChartedRun {
  readonly load: Float64Array;
  readonly capacity: Float64Array;
  readonly throttled: Float64Array;
  readonly calls: readonly UpdateCall[];
}

export interface Pixel {
  /** The pixel's first minute. */
  readonly minute: number;
  readonly loadLeast: number;
  readonly loadMost: number;
  readonly capacityLeast: number;
  readonly capacityMost: number;
  /** The worst throttled minute of the pixel: offered load, and the part that was served. Absent where there was none. */
  readonly throttled?: { readonly offered: number; readonly served: number };
  readonly calls?: { readonly up: number; readonly down: number };
}

export function thinOut(run: ChartedRun, pixels: number): readonly Pixel[] {
  const minutes = run.load.length;
  const size = Math.max(1, Math.ceil(minutes / pixels));
  const thinned: Pixel[] = [];
  for (let start = 0; start < minutes; start += size)
    thinned.push(pixelOf(run, start, Math.min(minutes, start + size)));
  for (const { minute, from, to } of run.calls) {
    const index = Math.floor(minute / size);
    const pixel = thinned[index];
    if (pixel === undefined) continue;
    const { up, down } = pixel.calls ?? { up: 0, down: 0 };
    thinned[index] = { ...pixel, calls: to > from ? { up: up + 1, down } : { up, down: down + 1 } };
  }
  return thinned;
}

function pixelOf({ load, capacity, throttled }: ChartedRun, start: number, end: number): Pixel {
  const [loadLeast, loadMost] = rangeOf(load, start, end);
  const [capacityLeast, capacityMost] = rangeOf(capacity, start, end);
  let worst = start;
  for (let minute = start; minute < end; minute++) {
    if ((throttled[minute] as number) > (throttled[worst] as number)) worst = minute;
  }
  const rejected = throttled[worst] as number;
  const pixel = { minute: start, loadLeast, loadMost, capacityLeast, capacityMost };
  if (rejected === 0) return pixel;
  const offered = round(load[worst] as number);
  return { ...pixel, throttled: { offered, served: round(offered - rejected) } };
}

function rangeOf(values: Float64Array, start: number, end: number): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let minute = start; minute < end; minute++) {
    least = Math.min(least, values[minute] as number);
    most = Math.max(most, values[minute] as number);
  }
  return [round(least), round(most)];
}

/** Fewer digits make a smaller page. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}
