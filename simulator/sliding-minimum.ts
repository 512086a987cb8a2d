/** Minimum over a window whose two ends only move right: each value enters and leaves once. */
export class SlidingMinimum {
  readonly #queue: Int32Array;
  #values: Float64Array = new Float64Array(0);
  #base = 0;
  #head = 0;
  #tail = 0;
  #entered = 0;

  constructor(longest: number) {
    this.#queue = new Int32Array(longest + 1);
  }

  /** Index 0 of the window is `values[base]`. */
  start(values: Float64Array, base: number): void {
    this.#values = values;
    this.#base = base;
    this.#head = 0;
    this.#tail = 0;
    this.#entered = 0;
  }

  /** Index of the least of `from..to`, or -1 when the window is empty. */
  leastIndex(from: number, to: number): number {
    if (this.#entered < from) this.#entered = from;
    for (; this.#entered <= to; this.#entered++) this.#push(this.#entered);
    while (this.#head < this.#tail && (this.#queue[this.#head] as number) < from) this.#head++;
    return this.#head < this.#tail ? (this.#queue[this.#head] as number) : -1;
  }

  least(from: number, to: number): number {
    const index = this.leastIndex(from, to);
    return index < 0 ? Number.POSITIVE_INFINITY : (this.#values[this.#base + index] as number);
  }

  #push(index: number): void {
    const value = this.#values[this.#base + index] as number;
    while (
      this.#tail > this.#head &&
      (this.#values[this.#base + (this.#queue[this.#tail - 1] as number)] as number) >= value
    ) {
      this.#tail--;
    }
    this.#queue[this.#tail++] = index;
  }
}
