import { describe, expect, it } from 'vitest';
import {
  encodeSettled,
  lastChangedAtMs,
  newlySettled,
  readSettled,
  reshardedByOthersAtMs,
  reshardingOverAtMs,
  settledTag,
} from '../../../core/stream/settled-shards.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { hour, minute, now, sampleAlarmState, sampleDefinition, sampleState } from '../samples.ts';

const seen = (agoMs: number, shardCount: number) => ({
  [settledTag]: encodeSettled({ atMs: now - agoMs, shardCount }),
});
const scaled = (agoMs: number, from: number, to: number) => ({
  [tagKeys.intent]: encodeIntent({ atMs: now - agoMs, from, to }),
});

describe('the tag of settled shards', () => {
  it('is read as it was written', () => {
    expect(readSettled(seen(minute, 8), now)).toEqual({ atMs: now - minute, shardCount: 8 });
  });

  it.each(['', '8', 'yesterday 8', '20260302T091544.775Z', '20260302T091544.775Z 0', '20260302T091544.775Z 8 9'])(
    'holds nothing where it is garbled: %s',
    (text) => {
      expect(readSettled({ [settledTag]: text }, now)).toBeUndefined();
    },
  );

  it('holds nothing of the future, which a wrong clock wrote', () => {
    expect(readSettled(seen(-2 * minute, 8), now)).toBeUndefined();
  });
});

describe('what there is to remember', () => {
  it('is nothing of a stream that never changed', () => {
    expect(newlySettled(sampleState(), now)).toBeUndefined();
    expect(reshardingOverAtMs(sampleState(), now)).toBe(0);
  });

  it('is nothing while the stream is UPDATING, or in on-demand mode', () => {
    const tags = scaled(minute, 2, 4);
    expect(newlySettled(sampleState({ status: 'UPDATING', tags }), now)).toBeUndefined();
    expect(reshardingOverAtMs(sampleState({ status: 'UPDATING', tags }), now)).toBeUndefined();
    expect(newlySettled(sampleState({ mode: 'ON_DEMAND', tags }), now)).toBeUndefined();
  });

  it('is the end of our scaling, once', () => {
    const tags = scaled(5 * minute, 2, 4);
    expect(newlySettled(sampleState({ tags }), now)).toEqual({ atMs: now, shardCount: 4 });
    expect(reshardingOverAtMs(sampleState({ tags }), now)).toBeUndefined();
    const remembered = sampleState({ tags: { ...tags, ...seen(minute, 4) } });
    expect(newlySettled(remembered, now)).toBeUndefined();
    expect(reshardingOverAtMs(remembered, now)).toBe(now - minute);
  });

  it('is the end of a second scaling to a count that was there before', () => {
    const tags = { ...scaled(5 * minute, 8, 4), ...seen(hour, 4) };
    expect(newlySettled(sampleState({ tags }), now)).toEqual({ atMs: now, shardCount: 4 });
  });

  it('is a count that is neither the one that was seen nor the target of an intent', () => {
    const state = sampleState({ openShardCount: 6, tags: { ...scaled(2 * hour, 2, 4), ...seen(hour, 4) } });
    expect(newlySettled(state, now)).toEqual({ atMs: now, shardCount: 6 });
    expect(reshardedByOthersAtMs(state, now)).toBe(now);
  });

  it('is a resharding by hand that only the alarms show, since nothing was remembered', () => {
    expect(reshardedByOthersAtMs(sampleState({ openShardCount: 6 }), now)).toBe(now);
  });

  it('is no resharding where one alarm alone was edited', () => {
    const alarms = {
      up: sampleAlarmState('up', { definition: sampleDefinition('up', 2) }),
      down: sampleAlarmState('down'),
    };
    expect(newlySettled(sampleState({ alarms }), now)).toBeUndefined();
  });

  it('is no resharding where a redeploy wrote another count into both alarms of a stream that was seen', () => {
    expect(newlySettled(sampleState({ openShardCount: 6, tags: seen(hour, 6) }), now)).toBeUndefined();
  });
});

describe('the last change', () => {
  it('of a stream that never changed is unknown', () => {
    expect(lastChangedAtMs(sampleState(), now)).toBeUndefined();
  });

  it('by our scaling is the time of its call, not of its end', () => {
    const tags = {
      ...scaled(20 * minute, 2, 4),
      [tagKeys.ledger]: encodeLedger([now - 20 * minute]),
      ...seen(minute, 4),
    };
    expect(lastChangedAtMs(sampleState({ tags }), now)).toBe(now - 20 * minute);
  });

  it('by hand is the time at which it was found', () => {
    const tags = { ...scaled(2 * hour, 2, 4), ...seen(10 * minute, 6) };
    expect(lastChangedAtMs(sampleState({ openShardCount: 6, tags }), now)).toBe(now - 10 * minute);
  });
});
