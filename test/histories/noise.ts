/** What a call meets on its way: how long it takes, whether it fails and how, and whether it reads something old. */
import type { Noise } from './history.ts';

/** `after`: AWS did what was asked, and its answer was lost or said otherwise. */
export interface Fault {
  readonly kind: 'throttled' | 'access-denied' | 'internal-error' | 'time-out' | 'connection-reset' | 'killed';
  readonly when: 'before' | 'after';
}

const faults: readonly Fault[] = [
  { kind: 'throttled', when: 'before' },
  { kind: 'access-denied', when: 'before' },
  ...(['internal-error', 'time-out', 'connection-reset', 'killed'] as const).flatMap((kind) =>
    (['before', 'after'] as const).map((when) => ({ kind, when })),
  ),
];

/** The error that the SDK throws for a fault; undefined for the one after which nobody is left to catch it. */
export function errorOf({ kind }: Fault): Error | undefined {
  switch (kind) {
    case 'throttled':
      return answered('ThrottlingException', 400);
    case 'access-denied':
      return answered('AccessDeniedException', 400);
    case 'internal-error':
      return answered('InternalFailure', 500);
    case 'time-out':
      return Object.assign(new Error('no answer in 5 s'), { name: 'TimeoutError' });
    case 'connection-reset':
      return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    case 'killed':
      return undefined;
  }
}

function answered(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`${name} of a history`), { name, $metadata: { httpStatusCode } });
}

export interface Delivery {
  /** Milliseconds after the state change, one for each time that the notification comes. */
  readonly delaysMs: readonly number[];
}

/** Draws from one seed, in the order in which it is asked: the same history always meets the same noise. */
export class NoiseSource {
  readonly #noise: Noise;
  #state: number;
  /** While quiet, calls are quick and nothing fails. */
  quiet = false;

  constructor(noise: Noise) {
    this.#noise = noise;
    this.#state = noise.seed >>> 0;
  }

  fault(): Fault | undefined {
    if (!this.#happens(this.#noise.faultRate)) return undefined;
    return faults[Math.floor(this.random() * faults.length)];
  }

  /** One way of a call: to AWS, or back. */
  latencyMs(): number {
    const slow = this.#happens(this.#noise.slowRate);
    return Math.ceil(this.random() * (slow ? 20_000 : 150));
  }

  /** How old the tags are that a read shows. */
  stalenessMs(): number {
    return this.#happens(this.#noise.staleRate) ? this.random() * 60_000 : 0;
  }

  delivery(): Delivery {
    const prompt = 100 + this.random() * 2_000;
    if (!this.#happens(this.#noise.deliveryFaultRate)) return { delaysMs: [prompt] };
    const later = this.random() * 3 * 3_600_000;
    switch (Math.floor(this.random() * 4)) {
      case 0:
        return { delaysMs: [] };
      case 1:
        return { delaysMs: [later] };
      case 2:
        return { delaysMs: [prompt, later] };
      default:
        return { delaysMs: [prompt, prompt + 5] };
    }
  }

  /** From 0 up to 1: mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  #happens(rate: number): boolean {
    return !this.quiet && this.random() < rate;
  }
}
