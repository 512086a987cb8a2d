import { expect, test } from 'vitest';
import { evidenceText } from '../../cli/evidence-text.ts';

test('writes times with date and seconds, and durations as numbers', () => {
  expect(evidenceText({ rule: 7, stateChangedAtMs: Date.UTC(2026, 10, 22, 3, 4, 5), limitMs: 1_800_000 })).toBe(
    'rule 7, stateChangedAtMs 2026-11-22T03:04:05.000Z, limitMs 1800000',
  );
});

test('leaves out operands that are unknown', () => {
  expect(evidenceText({ rule: 5, status: 'UPDATING', targetShardCount: undefined })).toBe('rule 5, status UPDATING');
});

test('writes faults with their remedy', () => {
  const faults = [{ field: 'autoscaling/min-shards', value: '9', problem: 'is above 3', remedy: 'lower it' }];
  expect(evidenceText({ rule: 3, faults })).toBe('rule 3, faults autoscaling/min-shards: 9 is above 3; lower it');
});
