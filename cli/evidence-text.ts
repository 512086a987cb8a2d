/** The operands that a rule compared, on one line: times as times, faults as sentences. */
import type { Evidence } from '../core/decision/decision.ts';
import { describeFault } from '../core/result.ts';

/** Epoch ms above this are times; what is below, and ends with `Ms` as well, is a length of time. */
const earliestTimeMs = 1e11;

export function evidenceText(because: Evidence): string {
  return Object.entries(because)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${operandText(name, value)}`)
    .join(', ');
}

function operandText(name: string, value: Evidence[string]): string {
  if (typeof value === 'object') return value.map(describeFault).join('; ');
  // As `ends` is written: rules 6 and 7 compare to the second.
  if (typeof value === 'number' && name.endsWith('Ms') && value > earliestTimeMs) return new Date(value).toISOString();
  return String(value);
}
