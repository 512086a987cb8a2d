/**
 * Decides which gauge series a set of named depths (queues, streams) becomes. It keeps the rules apart from the metrics
 * library. A look-up that found nothing clears the gauges, a look-up that failed changes nothing. A negative depth
 * reads 0 (approximate counters can be negative).
 */
import { defaultLabelLimit, invalidLabel, LabelBudget, otherLabel } from './label-budget.ts';

export type DepthLookup =
  | { readonly kind: 'found'; readonly depths: ReadonlyMap<string, number> }
  | { readonly kind: 'failed'; readonly because: string };

export interface GaugeChanges {
  readonly set: ReadonlyMap<string, number>;
  readonly removed: readonly string[];
}

const noChanges: GaugeChanges = { set: new Map(), removed: [] };

export class DepthGauges {
  readonly #budget: LabelBudget;
  #shown: ReadonlySet<string> = new Set();
  /** Label by name: a name keeps its series for as long as it is there. */
  #labels = new Map<string, string>();

  constructor(limit: number = defaultLabelLimit) {
    this.#budget = new LabelBudget(limit);
  }

  /** The changes that bring the gauges in line with what was found. */
  observe(lookup: DepthLookup): GaugeChanges {
    if (lookup.kind === 'failed') return noChanges;
    this.#forgetVanished(lookup.depths);
    const set = new Map<string, number>();
    const present = new Set<string>();
    for (const [name, depth] of lookup.depths) {
      const label = this.#labelOf(name);
      present.add(label);
      // A depth that is no number is unknown: its gauge stays as it is.
      if (Number.isFinite(depth)) set.set(label, (set.get(label) ?? 0) + Math.max(0, depth));
    }
    const removed = [...this.#shown].filter((label) => !present.has(label));
    this.#shown = present;
    return { set, removed };
  }

  /** Before the new are admitted: a slot freed in this round is there for this round's newcomers. */
  #forgetVanished(depths: ReadonlyMap<string, number>): void {
    for (const name of [...this.#labels.keys()]) {
      if (!depths.has(name)) this.#labels.delete(name);
    }
    const kept = new Set(this.#labels.values());
    for (const label of this.#shown) if (!kept.has(label)) this.#budget.release(label);
  }

  #labelOf(name: string): string {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    const label = this.#budget.admit(name);
    // What shares a series is not remembered, so that it can move into a slot that becomes free.
    if (label !== otherLabel && label !== invalidLabel) this.#labels.set(name, label);
    return label;
  }
}
