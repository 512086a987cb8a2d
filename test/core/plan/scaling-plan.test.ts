import { describe, expect, it } from 'vitest';
import type { ScaleDecision } from '../../../core/decision/decision.ts';
import { scalingRule } from '../../../core/decision/hold-reasons.ts';
import { planScaling } from '../../../core/plan/scaling-plan.ts';
import type { StreamState } from '../../../core/stream/stream-state.ts';
import { encodeIntent, encodeLedger, lastNoticeTag, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import { day, firingState, hour, minute, now, sampleConsumer, sampleDefinition, sampleSettings } from '../samples.ts';

const up: ScaleDecision = {
  kind: 'scale',
  direction: 'up',
  openShardCount: 4,
  targetShardCount: 8,
  because: { rule: scalingRule },
};
const down: ScaleDecision = { ...up, direction: 'down', targetShardCount: 2 };

function plan(decision: ScaleDecision, state: StreamState) {
  return planScaling(decision, { state, settings: sampleSettings(), nowMs: now });
}
const kinds = (steps: readonly (readonly (readonly { readonly kind: string }[])[])[]) =>
  steps.map((lanes) => lanes.map((lane) => lane.map(({ kind }) => kind)));

describe('the plan of a scaling', () => {
  it('writes the intent, then calls AWS, then makes alarms follow', () => {
    const { steps, intent } = plan(up, firingState('up', { consumers: [sampleConsumer()] }));
    expect(intent).toEqual({ atMs: now, from: 4, to: 8 });
    expect(kinds(steps)).toEqual([
      [['tag-stream']],
      [['update-shard-count'], ['set-concurrency']],
      [
        ['put-alarm', 'rearm-alarm', 'tag-alarm'],
        ['put-alarm', 'tag-alarm'],
      ],
    ]);
  });

  it('writes intent, ledger and the concurrency to come in one call', () => {
    const { steps } = plan(up, firingState('up', { consumers: [sampleConsumer()] }));
    expect(steps[0]).toEqual([
      [
        {
          kind: 'tag-stream',
          tags: {
            'autoscaling/scaling': '20260302T091545.000Z 4 8',
            'autoscaling/ledger': String(now / 1000),
            'autoscaling/concurrency/orders-processor': '4 8',
          },
          onFailure: 'abort',
        },
      ],
    ]);
  });

  it('calls UpdateShardCount once, and raises consumers beside it', () => {
    const { steps } = plan(up, firingState('up', { consumers: [sampleConsumer()] }));
    expect(steps[1]).toEqual([
      [{ kind: 'update-shard-count', from: 4, to: 8, onFailure: 'abort' }],
      [{ kind: 'set-concurrency', functionName: 'orders-processor', from: 4, to: 8, onFailure: 'continue' }],
    ]);
  });

  it('rewrites both alarms for the target and tags them with the time of the intent', () => {
    const lanes = plan(up, firingState('up')).steps[2] ?? [];
    expect(lanes[0]?.[0]).toMatchObject({ definition: sampleDefinition('up', 8) });
    expect(lanes[1]?.[0]).toMatchObject({ definition: sampleDefinition('down', 8) });
    const LastScaledTimestamp = formatAlarmTime(now);
    expect(lanes[0]?.at(-1)).toMatchObject({ tags: { LastScaledTimestamp, ScaleAction: 'Up' } });
    expect(lanes[1]?.at(-1)).toMatchObject({ tags: { LastScaledTimestamp, ScaleAction: 'Down' } });
  });

  it('lowers no consumer on a scale-down, since the parents must be drained first', () => {
    const { steps } = plan(down, firingState('down', { consumers: [sampleConsumer()] }));
    expect(kinds(steps)[1]).toEqual([['update-shard-count']]);
    expect(steps[0]?.[0]?.[0]).toMatchObject({ tags: { 'autoscaling/concurrency/orders-processor': '4 2' } });
  });
});

describe('the plan of a scaling by the stream’s tags', () => {
  it('removes a reservation that a tag calls ours where it cannot be raised', () => {
    const state = firingState('up', {
      tags: { 'autoscaling/concurrency/orders-processor': '3' },
      consumers: [sampleConsumer({ reservedConcurrency: 3 })],
    });
    const { steps } = planScaling(up, {
      state,
      settings: sampleSettings({ concurrencyFallback: 'remove' }),
      nowMs: now,
    });
    expect(steps[1]?.[1]).toEqual([expect.objectContaining({ kind: 'set-concurrency', onFailure: 'fall-back' })]);
  });

  it('clears the last notice, so that people are notified of a hold again after a scaling', () => {
    const { steps } = plan(up, firingState('up', { tags: { [lastNoticeTag]: 'cooldown 1a2b' } }));
    expect(steps[0]?.[0]?.[0]).toMatchObject({ tags: { [lastNoticeTag]: '' } });
  });
});

describe('the ledger in the plan of a scaling', () => {
  const ledgerOf = (tags: Record<string, string>) => {
    const first = plan(up, firingState('up', { tags })).steps[0]?.[0]?.[0];
    return first?.kind === 'tag-stream' ? first.tags[tagKeys.ledger] : undefined;
  };

  it('gains this call and loses what is older than a day', () => {
    const tags = { [tagKeys.ledger]: encodeLedger([now - day - 1_000, now - hour]) };
    expect(ledgerOf(tags)).toBe(encodeLedger([now - hour, now]));
  });

  it('loses an intent whose call was never made', () => {
    const tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - minute, from: 4, to: 8 }),
      [tagKeys.ledger]: encodeLedger([now - hour, now - minute]),
    };
    expect(ledgerOf(tags)).toBe(encodeLedger([now - hour, now]));
  });
});

describe('the tags that take a refused scaling back', () => {
  it('restore intent and ledger', () => {
    const tags = {
      [tagKeys.intent]: encodeIntent({ atMs: now - hour, from: 2, to: 4 }),
      [tagKeys.ledger]: encodeLedger([now - hour]),
    };
    expect(plan(up, firingState('up', { tags })).takeBack).toEqual(tags);
  });

  it('restore the last notice, so that people are not notified twice of a hold', () => {
    const tags = { [lastNoticeTag]: 'cooldown 1a2b' };
    expect(plan(up, firingState('up', { tags })).takeBack).toMatchObject(tags);
  });

  it('are empty where there was no intent and no ledger', () => {
    expect(plan(up, firingState('up')).takeBack).toEqual({ [tagKeys.intent]: '', [tagKeys.ledger]: '' });
  });
});

it('the tags of a scaling name every reservation that it makes, also one that the account cuts short', () => {
  const consumers = [sampleConsumer({ reservedConcurrency: 4, reservableConcurrency: 2 })];
  const { steps } = planScaling(up, {
    state: firingState('up', { consumers }),
    settings: sampleSettings(),
    nowMs: now,
  });
  const tagging = steps[0]?.[0]?.[0];
  const reserved = steps[1]?.flat().flatMap((effect) => (effect.kind === 'set-concurrency' ? [effect.to] : []));
  expect(reserved).toEqual([6]);
  expect(tagging?.kind === 'tag-stream' && tagging.tags[`${tagKeys.concurrency}orders-processor`]).toBe('4 8 6');
});
