import { expect, it } from 'vitest';
import type { ScaleDecision } from '../../../core/decision/decision.ts';
import { scalingRule } from '../../../core/decision/hold-reasons.ts';
import { describeDryRun } from '../../../core/report/dry-run.ts';
import { now, sampleConsumer, sampleSettings, sampleState } from '../samples.ts';

const decision: ScaleDecision = {
  kind: 'scale',
  direction: 'up',
  openShardCount: 4,
  targetShardCount: 8,
  because: { rule: scalingRule, policy: 'doubling' },
};
const state = sampleState({ consumers: [sampleConsumer()] });
const settings = sampleSettings();

it('a dry run turns a scaling into a hold, with its evidence and the dollars a month before and after', () => {
  expect(describeDryRun(decision, { state, settings, nowMs: now })).toMatchObject({
    outcome: 'planned',
    decision: {
      kind: 'hold',
      reason: 'dry-run',
      because: {
        rule: scalingRule,
        policy: 'doubling',
        direction: 'up',
        openShardCount: 4,
        targetShardCount: 8,
        dollarsPerMonthNow: 43.8,
        dollarsPerMonthThen: 87.6,
        pricesOf: 'us-east-1 2026-11',
      },
    },
  });
});

it('a dry run lists every effect in the order of the plan', () => {
  const { effects } = describeDryRun(decision, { state, settings, nowMs: now });
  expect(effects.map(({ effect }) => effect.kind)).toEqual([
    'tag-stream',
    'update-shard-count',
    'set-concurrency',
    'put-alarm',
    'tag-alarm',
    'put-alarm',
    'tag-alarm',
  ]);
  expect(effects[1]).toEqual({ effect: { kind: 'update-shard-count', from: 4, to: 8, onFailure: 'abort' } });
});

it('a dry run takes the prices that it is given, and rounds to the cent', () => {
  const prices = { region: 'eu-central-1', asOf: '2026-10', provisioned: { shardHour: 0.018_333 } };
  expect(describeDryRun(decision, { state, settings, nowMs: now }, prices).decision.because).toMatchObject({
    dollarsPerMonthNow: 53.53,
    dollarsPerMonthThen: 107.06,
    pricesOf: 'eu-central-1 2026-10',
  });
});
