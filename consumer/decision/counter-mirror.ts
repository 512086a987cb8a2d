/**
 * Turns successive readings of a counter that somebody else owns into increments. A reading below the last one means
 * that the source was restarted: what it has counted since then is kept, and the reset is counted.
 */

export interface MirrorStep {
  readonly increment: number;
  readonly reset: boolean;
}

export class CounterMirror {
  readonly #last = new Map<string, number>();

  /** The increment that a reading brings. A reading that is no number brings nothing and leaves the baseline. */
  read(key: string, count: number): MirrorStep {
    if (!Number.isFinite(count) || count < 0) return { increment: 0, reset: false };
    const last = this.#last.get(key) ?? 0;
    this.#last.set(key, count);
    return count >= last ? { increment: count - last, reset: false } : { increment: count, reset: true };
  }
}
