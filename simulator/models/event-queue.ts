/** A binary heap of events by time, then by order of arrival. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = [];
  #arrivals = 0;

  add(atMs: number, run: () => void): QueuedEvent {
    if (!Number.isFinite(atMs)) throw new RangeError(`an event needs a time, not ${atMs}`);
    const event: QueuedEvent = { atMs, run, arrival: this.#arrivals, removed: false };
    this.#arrivals += 1;
    this.#heap.push(event);
    this.#siftUp(this.#heap.length - 1);
    return event;
  }

  /** Takes the event out; one that has run, or belongs elsewhere, is left alone. */
  remove(event: { readonly atMs: number }): void {
    // It stays in the heap until its turn: cheaper than searching for it.
    if ('removed' in event) (event as QueuedEvent).removed = true;
  }

  nextAtMs(): number | undefined {
    this.#dropRemoved();
    return this.#heap[0]?.atMs;
  }

  /** The earliest event that is not later than `untilMs`, taken out of the queue. */
  takeDue(untilMs: number): QueuedEvent | undefined {
    this.#dropRemoved();
    const first = this.#heap[0];
    if (first === undefined || first.atMs > untilMs) return undefined;
    this.#takeFirst();
    return first;
  }

  #dropRemoved(): void {
    while (this.#heap[0]?.removed === true) this.#takeFirst();
  }

  #takeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown();
  }

  #siftUp(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapUnlessOrdered(parent, index)) return;
      index = parent;
    }
  }

  #siftDown(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (child >= this.#heap.length || !this.#swapUnlessOrdered(index, child)) return;
      index = child;
    }
  }

  #swapUnlessOrdered(parent: number, child: number): boolean {
    if (!this.#isBefore(child, parent)) return false;
    const [a, b] = [this.#heap[parent], this.#heap[child]];
    if (a === undefined || b === undefined) return false;
    this.#heap[parent] = b;
    this.#heap[child] = a;
    return true;
  }

  #isBefore(index: number, other: number): boolean {
    const [a, b] = [this.#heap[index], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.arrival < b.arrival);
  }
}

export interface QueuedEvent {
  readonly atMs: number;
  readonly run: () => void;
  readonly arrival: number;
  removed: boolean;
}
