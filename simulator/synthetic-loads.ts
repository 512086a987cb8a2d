/**
 * Loads of known shape, made from a seed: what real traces rarely show twice. The unit is arbitrary; one value a minute.
 * A policy is tuned on some of them and measured once on others (docs/benchmark.md says which).
 */
import { dayMinutes } from '../core/time.ts';

export interface SyntheticLoad {
  readonly name: string;
  readonly values: Float64Array;
}

type Shape = (minute: number, random: () => number) => number;

/** A quiet week, then x25 within 20 minutes, an hour at the top, an hour down; the same again 8 hours later. */
export function doubleFlashCrowd(seed = 1): SyntheticLoad {
  const first = 7 * dayMinutes + 600;
  const crowd = (minute: number, start: number) => {
    const since = minute - start;
    if (since < 0 || since >= 140) return 0;
    if (since < 20) return since / 20;
    return since < 80 ? 1 : 1 - (since - 80) / 60;
  };
  return make('double-flash-crowd', 9, seed, (minute, random) => {
    const height = Math.max(crowd(minute, first), crowd(minute, first + 480));
    return (1 + 24 * height) * (1 + 0.03 * (random() - 0.5));
  });
}

/** Everything but the gate above; another seed gives another instance of the same shapes. */
export function syntheticLoads(seed: number): readonly SyntheticLoad[] {
  const wave = (minute: number, low: number) =>
    low + (1 - low) * (0.5 - 0.5 * Math.cos((2 * Math.PI * minute) / dayMinutes));
  const weekend = (minute: number, level: number) => (Math.floor(minute / dayMinutes) % 7 >= 5 ? level : 1);
  return [
    make('diurnal-noise', 12, seed, (m, r) => wave(m, 0.2) * (1 + 0.2 * gaussian(r))),
    make('office-week', 21, seed, (m, r) => wave(m, 0.1) ** 2 * weekend(m, 0.3) * (1 + 0.08 * gaussian(r))),
    make('growth', 14, seed, (m, r) => wave(m, 0.4) * (1 + m / (7 * dayMinutes)) * (1 + 0.05 * gaussian(r))),
    make('batches', 12, seed, onOff(0.08, [120, 420], [180, 600])),
    make('nightly-batch', 12, seed, (m, r) => {
      const atNight = m % dayMinutes >= 120 && m % dayMinutes < 240;
      return (0.25 * wave(m, 0.5) + (atNight ? 0.8 : 0)) * (1 + 0.05 * gaussian(r));
    }),
    make(
      'flash-crowds',
      14,
      seed,
      bursts((m) => 0.25 * wave(m, 0.4), 0.9, 8, 45),
    ),
    make(
      'outages',
      12,
      seed,
      outages((m) => wave(m, 0.3) * weekend(m, 0.6)),
    ),
    make('random-walk', 12, seed, randomWalk(0.006)),
    make(
      'rough',
      10,
      seed,
      bursts((m) => 0.35 * wave(m, 0.5), 8, 2, 6),
    ),
    make(
      'launch',
      12,
      seed,
      (m, r) =>
        (m < 4 * dayMinutes ? 0.002 : wave(m, 0.3) * Math.min(1, (m - 4 * dayMinutes) / (3 * dayMinutes) + 0.2)) *
        (1 + 0.06 * gaussian(r)),
    ),
  ];
}

function make(name: string, days: number, seed: number, shape: Shape): SyntheticLoad {
  const random = mulberry32(seed * 7919 + name.length * 104_729 + name.charCodeAt(0));
  const values = new Float64Array(days * dayMinutes);
  for (let minute = 0; minute < values.length; minute++) values[minute] = Math.max(0, shape(minute, random));
  return { name, values };
}

function onOff(low: number, on: readonly [number, number], off: readonly [number, number]): Shape {
  let until = 0;
  let running = true;
  let level = 1;
  return (minute, random) => {
    if (minute >= until) {
      running = !running;
      const [least, most] = running ? on : off;
      until = minute + least + Math.floor(random() * (most - least));
      level = running ? 0.5 + 0.5 * random() : low;
    }
    return level * (1 + 0.06 * gaussian(random));
  };
}

/** Bursts at random moments, `perDay` on average, rising over `rise` minutes and fading with half-life `fade`. */
function bursts(base: (minute: number) => number, perDay: number, rise: number, fade: number): Shape {
  let height = 0;
  let aim = 0;
  return (minute, random) => {
    if (random() < perDay / dayMinutes) aim = Math.max(aim, 0.3 + 0.7 * random() ** 2);
    if (height < aim) height = Math.min(aim, height + aim / rise);
    else {
      aim = 0;
      height *= 0.5 ** (1 / fade);
    }
    return (base(minute) + height) * (1 + 0.05 * gaussian(random));
  };
}

function outages(base: (minute: number) => number): Shape {
  let until = -1;
  return (minute, random) => {
    if (minute > until && random() < 1 / (1.5 * dayMinutes)) until = minute + 15 + Math.floor(random() * 180);
    // A producer that comes back first sends what it kept.
    const back = minute > until && minute <= until + 20 && until > 0 ? 1.35 : 1;
    return (minute <= until ? 0.02 : base(minute) * back) * (1 + 0.04 * gaussian(random));
  };
}

function randomWalk(spread: number): Shape {
  let log = 0;
  return (_minute, random) => {
    log = log * 0.9995 + spread * gaussian(random);
    return Math.exp(4 * log) * (1 + 0.04 * gaussian(random));
  };
}

function gaussian(random: () => number): number {
  return random() + random() + random() + random() + random() + random() + random() + random() - 4;
}

/** A small generator with a known state, so that a load depends on its seed alone. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
