import { describe, expect, it } from 'vitest';
import { type HoldReason, holdReasonNames, holdReasons, scalingRule } from '../../../core/decision/hold-reasons.ts';
import { alarmRules, loadRules, proposalRules, streamRules } from '../../../core/decision/rules.ts';

const rules = [...streamRules, ...alarmRules, ...loadRules, ...proposalRules];
const numberOf = (reason: HoldReason) => holdReasons[reason].rule;

describe('the table of hold reasons', () => {
  it('numbers the rules from 1 without a gap', () => {
    const numbers = [...new Set(holdReasonNames.map(numberOf))];
    expect(numbers).toEqual(Array.from({ length: scalingRule }, (_, index) => index + 1));
  });

  it.each(rules)('gives all reasons of one rule the same number: $reasons', ({ reasons }) => {
    expect(new Set(reasons.map(numberOf)).size).toBe(1);
  });

  it('gives no two rules the same number, and asks them in the order of their numbers', () => {
    const numbers = rules.map(({ reasons: [reason] }) => numberOf(reason));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('has a rule in rules.ts for every reason, except those of the message alone and dry run', () => {
    const elsewhere: readonly HoldReason[] = ['rejected', 'not-in-alarm', 'dry-run'];
    expect([...rules.flatMap(({ reasons }) => reasons), ...elsewhere].toSorted()).toEqual(holdReasonNames.toSorted());
  });
});
