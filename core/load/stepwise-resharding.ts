/** Stepwise resharding as a replay sees it, minute by minute: which shards there are, what they accept, what is billed. */
import { countSteps, nextStep, servingShards, takeStep } from './even-shards.ts';

/**
 * Every step takes the same time, and the next one follows at once. From the beginning of a step both sides of it count: what
 * is merged accepts less, what is split is billed.
 */
export class StepwiseResharding {
  #shardCount: number;
  /** Shards that certainly accept records in the minute entered last, and shards billed for it. */
  capacity: number;
  billed: number;
  steps = 0;
  readonly #starts: number[];
  readonly #minutesPerStep: number;
  /** Minutes until the step under way is done; 0 between two steps. */
  #remaining = 0;
  #before: { readonly capacity: number; readonly billed: number };

  /** @param starts of the shards at the beginning; they change with every step */
  constructor(starts: number[], shardCount: number, minutesPerStep: number) {
    this.#starts = starts;
    this.#shardCount = shardCount;
    this.#minutesPerStep = minutesPerStep;
    this.capacity = servingShards(starts);
    this.billed = starts.length;
    this.#before = { capacity: this.capacity, billed: this.billed };
  }

  /** Gives it another end; the step under way is finished. */
  redirect(shardCount: number): void {
    this.#shardCount = shardCount;
  }

  get starts(): readonly number[] {
    return this.#starts;
  }

  get isDone(): boolean {
    return this.#remaining === 0 && nextStep(this.#starts, this.#shardCount) === undefined;
  }

  /** Minutes that the step under way still takes. */
  get remainingMinutes(): number {
    return this.#remaining;
  }

  enterNextMinute(): void {
    let now = { capacity: servingShards(this.#starts), billed: this.#starts.length };
    const seen = this.#remaining > 0 ? [this.#before, now] : [now];
    let at = this.#remaining;
    while (at < 1) {
      const step = nextStep(this.#starts, this.#shardCount);
      if (step === undefined) break;
      this.#before = now;
      takeStep(this.#starts, step);
      this.steps++;
      now = { capacity: servingShards(this.#starts), billed: this.#starts.length };
      seen.push(now);
      at += this.#minutesPerStep;
    }
    this.#remaining = Math.max(0, at - 1);
    this.capacity = Math.min(...seen.map(({ capacity }) => capacity));
    this.billed = Math.max(...seen.map(({ billed }) => billed));
  }

  /** Minutes from here to `shardCount` even shards, if nothing comes between. */
  minutesTo(shardCount: number): number {
    return this.#remaining + countSteps(this.#starts, shardCount) * this.#minutesPerStep;
  }
}
