/** The operands that a rule compared, on one line; times and faults are written out. */
import type { Evidence } from '../core/decision/decision.ts';
import { describeFault } from '../core/result.ts';

/** A name that ends with `Ms` holds a time if its value is above this, and a duration otherwise. */
const earliestTimeMs = 1e11;

export function evidenceText(because: Evidence): string {
  return Object.entries(because)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${operandText(name, value)}`)
    .join(', ');
}

function operandText(name: string, value: Evidence[string]): string {
  if (typeof value === 'object') return value.map(describeFault).join('; ');
  // To the second, because `superseded` and `stale-alarm` compare seconds.
  if (typeof value === 'number' && name.endsWith('Ms') && value > earliestTimeMs) return new Date(value).toISOString();
  return String(value);
}
