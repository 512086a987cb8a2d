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
  it('reads back as it was written', () => {
    expect(readSettled(seen(minute, 8), now)).toEqual({ atMs: now - minute, shardCount: 8 });
  });

  it.each(['', '8', 'yesterday 8', '20260302T091544.775Z', '20260302T091544.775Z 0', '20260302T091544.775Z 8 9'])(
    'says nothing where it is garbled: %j',
    (text) => {
      expect(readSettled({ [settledTag]: text }, now)).toBeUndefined();
    },
  );

  it('says nothing where its time lies in the future, which a wrong clock wrote', () => {
    expect(readSettled(seen(-2 * minute, 8), now)).toBeUndefined();
  });
});

describe('the sighting to remember', () => {
  it('is none for a stream that never changed', () => {
    expect(newlySettled(sampleState(), now)).toBeUndefined();
    expect(reshardingOverAtMs(sampleState(), now)).toBe(0);
  });

  it('is none while the stream is UPDATING or in on-demand mode', () => {
    const tags = scaled(minute, 2, 4);
    expect(newlySettled(sampleState({ status: 'UPDATING', tags }), now)).toBeUndefined();
    expect(reshardingOverAtMs(sampleState({ status: 'UPDATING', tags }), now)).toBeUndefined();
    expect(newlySettled(sampleState({ mode: 'ON_DEMAND', tags }), now)).toBeUndefined();
  });

  it('is the end of our own scaling, and only once', () => {
    const tags = scaled(5 * minute, 2, 4);
    expect(newlySettled(sampleState({ tags }), now)).toEqual({ atMs: now, shardCount: 4 });
    expect(reshardingOverAtMs(sampleState({ tags }), now)).toBeUndefined();
    const remembered = sampleState({ tags: { ...tags, ...seen(minute, 4) } });
    expect(newlySettled(remembered, now)).toBeUndefined();
    expect(reshardingOverAtMs(remembered, now)).toBe(now - minute);
  });

  it('is the end of a scaling back to a count that was remembered before', () => {
    const tags = { ...scaled(5 * minute, 8, 4), ...seen(hour, 4) };
    expect(newlySettled(sampleState({ tags }), now)).toEqual({ atMs: now, shardCount: 4 });
  });

  it('is a count that somebody resharded to: neither the remembered one nor the target of the intent', () => {
    const state = sampleState({ openShardCount: 6, tags: { ...scaled(2 * hour, 2, 4), ...seen(hour, 4) } });
    expect(newlySettled(state, now)).toEqual({ atMs: now, shardCount: 6 });
    expect(reshardedByOthersAtMs(state, now)).toBe(now);
  });

  it('is a resharding by hand that only the alarms show, where no tag remembers a count', () => {
    expect(reshardedByOthersAtMs(sampleState({ openShardCount: 6 }), now)).toBe(now);
  });

  it('is none where one alarm alone judges by another count', () => {
    const alarms = {
      up: sampleAlarmState('up', { definition: sampleDefinition('up', 2) }),
      down: sampleAlarmState('down'),
    };
    expect(newlySettled(sampleState({ alarms }), now)).toBeUndefined();
  });

  it('is none where a redeploy wrote another count into both alarms and the tag remembers the open count', () => {
    expect(newlySettled(sampleState({ openShardCount: 6, tags: seen(hour, 6) }), now)).toBeUndefined();
  });
});

describe('the last change of the shard count', () => {
  it('is unknown for a stream that never changed', () => {
    expect(lastChangedAtMs(sampleState(), now)).toBeUndefined();
  });

  it('is the time of our call, and not the end of the resharding', () => {
    const tags = {
      ...scaled(20 * minute, 2, 4),
      [tagKeys.ledger]: encodeLedger([now - 20 * minute]),
      ...seen(minute, 4),
    };
    expect(lastChangedAtMs(sampleState({ tags }), now)).toBe(now - 20 * minute);
  });

  it('is the time at which a resharding by hand was found', () => {
    const tags = { ...scaled(2 * hour, 2, 4), ...seen(10 * minute, 6) };
    expect(lastChangedAtMs(sampleState({ openShardCount: 6, tags }), now)).toBe(now - 10 * minute);
  });
});
