/**
 * The offered load of minutes in a row, from what was accepted and what was throttled. WriteProvisionedThroughputExceeded
 * counts attempts: a producer that gives up makes one for each record, one that resends every two seconds makes thirty. A
 * metric does not tell them apart, but the minutes before do.
 *
 * Throttled attempts are load only as far as the load can be: what was accepted rose to the shards' capacity from what was
 * offered before, and may have risen by some times as much. Load that was close to the capacity has hardly exceeded it,
 * however often it is resent; load that jumped may stand far above.
 */

/** Load may have risen by so many times what was seen of its rise beyond that: twice as far in all. */
const UNSEEN_RISE = 1;
/** … and it may exceed the accepted load by this share in any case, so that a slow rise is followed. */
const LEAST_EXCESS = 0.05;
/** A rise is measured from the lowest of so many minutes before the first throttled one. */
const RISE_MINUTES = 5;

export class OfferedLoad {
  readonly #recent = new Float64Array(RISE_MINUTES);
  #minutes = 0;
  /** Lowest load before the throttled minutes that last until now; undefined while nothing is throttled. */
  #before: number | undefined;
  #last = 0;

  /**
   * @param accepted of the next minute, in shards
   * @param attempts that were throttled, as large as the accepted ones, in shards
   * @returns the offered load, in shards
   */
  next(accepted: number, attempts: number): number {
    const offered = attempts > 0 ? this.#bound(accepted, attempts) : accepted;
    if (attempts <= 0) this.#before = undefined;
    this.#recent[this.#minutes % RISE_MINUTES] = offered;
    this.#minutes++;
    this.#last = offered;
    return offered;
  }

  #bound(accepted: number, attempts: number): number {
    const isFirst = this.#before === undefined;
    // Nothing bounds it where nothing was accepted, which no full shard does.
    if (accepted <= 0) return attempts;
    this.#before ??= this.#minutes === 0 ? 0 : this.#lowest();
    const rise = Math.max(LEAST_EXCESS * accepted, UNSEEN_RISE * (accepted - this.#before));
    const most = Math.max(accepted + rise, isFirst ? 0 : this.#last);
    return Math.min(accepted + attempts, most);
  }

  #lowest(): number {
    const known = Math.min(this.#minutes, RISE_MINUTES);
    return this.#recent.subarray(0, known).reduce((lowest, value) => Math.min(lowest, value));
  }
}
