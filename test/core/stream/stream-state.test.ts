import { describe, expect, it } from 'vitest';
import {
  concurrencySetByUs,
  intentTookEffect,
  lastScaledAtMs,
  liveAlarms,
  readLastScaled,
  scalingIsUnderWay,
  settledShardCount,
} from '../../../core/stream/stream-state.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../../core/time.ts';
import { day, hour, minute, now, sampleAlarmState, sampleConsumer, sampleState, second } from '../samples.ts';

const intent = (from: number, to: number, atMs = now - minute) => ({
  [tagKeys.intent]: encodeIntent({ atMs, from, to }),
});
const lastScaled = (LastScaledTimestamp: string) => sampleAlarmState('up', { tags: { LastScaledTimestamp } });

describe('the shard count that everything must follow', () => {
  it.each([
    ['of an ACTIVE stream is the open count, whatever the intent says', 'ACTIVE', 4, intent(4, 8), 4],
    ['while UPDATING is the target of the intent', 'UPDATING', 5, intent(4, 8), 8],
    ['is the target of the intent before the first shard has changed', 'UPDATING', 4, intent(4, 8), 8],
    ['is the target of the intent when the last shard has changed', 'UPDATING', 8, intent(4, 8), 8],
    ['is the target of the intent on the way down', 'UPDATING', 7, intent(8, 4), 4],
    ['is unknown where the count has gone past the intent', 'UPDATING', 9, intent(4, 8), undefined],
    ['is unknown where the count lies below the intent', 'UPDATING', 3, intent(4, 8), undefined],
    ['is unknown while UPDATING without an intent', 'UPDATING', 4, {}, undefined],
    ['is unknown while CREATING', 'CREATING', 4, intent(4, 8), undefined],
    ['is unknown while DELETING', 'DELETING', 4, intent(4, 8), undefined],
  ] as const)('%s', (_why, status, openShardCount, tags, expected) => {
    const state = sampleState({ status, openShardCount, tags });
    expect(settledShardCount(state)).toBe(expected);
    expect(intentTookEffect(state)).toBe(expected === state.intent?.to && state.intent !== undefined);
  });
});

describe('the last scaling by an alarm’s tag', () => {
  it.each([
    ['is never without the tag', sampleAlarmState('up'), { kind: 'never' }],
    ['is never with an empty tag', lastScaled(''), { kind: 'never' }],
    ['is never where the tags were not read', sampleAlarmState('up', { tags: undefined }), { kind: 'never' }],
    ['is the time in the tag', lastScaled(formatAlarmTime(now - hour)), { kind: 'at', ms: now - hour }],
    [
      'is a time as far ahead as clocks may differ',
      lastScaled(formatAlarmTime(now + minute)),
      { kind: 'at', ms: now + minute },
    ],
    [
      'is unreadable where the time lies further ahead',
      lastScaled(formatAlarmTime(now + minute + 1)),
      { kind: 'unreadable', text: formatAlarmTime(now + minute + 1) },
    ],
    ['is unreadable where the text is no time', lastScaled('today'), { kind: 'unreadable', text: 'today' }],
  ])('%s', (_why, alarm, expected) => {
    expect(readLastScaled(alarm, now)).toEqual(expected);
  });
});

describe('the last scaling of a stream', () => {
  it('is the latest of both alarms’ tags and the ledger', () => {
    const alarms = (up: number, down: number) => ({
      up: sampleAlarmState('up', { tags: { LastScaledTimestamp: formatAlarmTime(up) } }),
      down: sampleAlarmState('down', { tags: { LastScaledTimestamp: formatAlarmTime(down) } }),
    });
    const tags = { [tagKeys.ledger]: encodeLedger([now - 3 * hour, now - 2 * hour]) };
    expect(lastScaledAtMs(sampleState({ tags, alarms: alarms(now - 4 * hour, now - hour) }), now)).toBe(now - hour);
    expect(lastScaledAtMs(sampleState({ tags, alarms: alarms(now - hour, now - 4 * hour) }), now)).toBe(now - hour);
    expect(lastScaledAtMs(sampleState({ tags }), now)).toBe(now - 2 * hour);
  });

  it('is unknown without any tag, and with an unreadable one', () => {
    expect(lastScaledAtMs(sampleState(), now)).toBeUndefined();
    const alarms = { up: lastScaled('?'), down: undefined };
    expect(lastScaledAtMs(sampleState({ alarms }), now)).toBeUndefined();
  });
});

describe('the intent on a stream', () => {
  it.each([
    ['counts as far ahead as clocks may differ', minute, true],
    ['does not count further ahead, since a wrong clock wrote it', minute + 1, false],
  ])('%s', (_why, aheadMs, known) => {
    expect(sampleState({ tags: intent(4, 8, now + aheadMs) }).intent !== undefined).toBe(known);
  });
});

describe('the ledger of the day’s calls', () => {
  const called = now - minute;
  const tags = { ...intent(4, 8, called), [tagKeys.ledger]: encodeLedger([now - day / 2, called]) };

  it('leaves out an intent whose call was never made', () => {
    expect(sampleState({ tags }).ledger).toEqual([now - day / 2]);
  });

  it.each([
    ['the stream is UPDATING', () => sampleState({ tags, status: 'UPDATING' })],
    ['the stream has the intended shards', () => sampleState({ tags, openShardCount: 8 })],
    [
      'an alarm was tagged after it, so that somebody resharded back by hand',
      () =>
        sampleState({
          tags,
          alarms: {
            up: undefined,
            down: sampleAlarmState('down', { tags: { LastScaledTimestamp: formatAlarmTime(called) } }),
          },
        }),
    ],
  ])('counts the call of an intent when %s', (_why, read) => {
    expect(read().ledger).toEqual([now - day / 2, called]);
  });

  it('leaves out the call of an intent when only an earlier scaling tagged the alarms', () => {
    const up = sampleAlarmState('up', { tags: { LastScaledTimestamp: formatAlarmTime(called - 1) } });
    expect(sampleState({ tags, alarms: { up, down: undefined } }).ledger).toEqual([now - day / 2]);
  });
});

it('a scaling counts as under way for two minutes after its intent', () => {
  const since = (seconds: number) =>
    scalingIsUnderWay(sampleState({ tags: intent(4, 8, now - seconds * second) }), now);
  expect([since(0), since(119), since(120)]).toEqual([true, true, false]);
  expect(scalingIsUnderWay(sampleState(), now)).toBe(false);
});

it('the live alarms of a stream are those that exist', () => {
  const up = sampleAlarmState('up');
  expect(liveAlarms(sampleState({ alarms: { up, down: undefined } }))).toEqual([up]);
  const names = liveAlarms(sampleState()).map(({ alarmName }) => alarmName);
  expect(names).toEqual(['orders-scale-up', 'orders-scale-down']);
});

it('the concurrency that we set for a consumer is read from the stream’s tags', () => {
  const state = sampleState({ tags: { [`${tagKeys.concurrency}orders-processor`]: '4 8' } });
  expect(concurrencySetByUs(state, sampleConsumer())).toEqual([4, 8]);
});
