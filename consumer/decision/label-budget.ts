/**
 * Keeps the label values of a metric few and well-formed. Names come from outside (streams, queues, consumer groups):
 * there can be thousands of them and they can be hostile. The first `limit` get a series of their own, all others
 * share `_other`, which callers must treat as a sum.
 */

/** The series that all names beyond the budget share. */
export const otherLabel = '_other';
/** The series of names that cannot be a label value at all: empty, lone surrogates, control characters. */
export const invalidLabel = '_invalid';

export const defaultLabelLimit = 512;
const maxLabelCharacters = 128;

export class LabelBudget {
  readonly #limit: number;
  readonly #admitted = new Set<string>();

  constructor(limit: number = defaultLabelLimit) {
    this.#limit = limit;
  }

  /** The label value to use for a name; takes a slot if the name has none and one is free. */
  admit(name: string): string {
    const label = toLabel(name);
    if (label === invalidLabel || this.#admitted.has(label)) return label;
    if (this.#admitted.size >= this.#limit) return otherLabel;
    this.#admitted.add(label);
    return label;
  }

  /** Gives a slot back. For gauges only: a counter whose series comes and goes loses what it had counted. */
  release(label: string): void {
    this.#admitted.delete(label);
  }

  get used(): number {
    return this.#admitted.size;
  }
}

/**
 * The label value of a name: cut at a character boundary (never inside a surrogate pair), invalid names under a
 * sentinel. A real name that looks like a sentinel gets one more underscore, so that nobody can hide in `_other`.
 */
export function toLabel(name: string): string {
  if (name === '' || !name.isWellFormed() || hasControlCharacter(name)) return invalidLabel;
  if (/^_+(other|invalid)$/.test(name)) return `_${name}`;
  if (name.length <= maxLabelCharacters) return name;
  const cut = name.slice(0, maxLabelCharacters);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

function hasControlCharacter(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}
