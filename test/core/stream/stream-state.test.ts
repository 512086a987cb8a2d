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

describe('the shard count that everything follows', () => {
  it.each([
    ['ACTIVE: the open count, whatever was intended', 'ACTIVE', 4, intent(4, 8), 4],
    ['UPDATING towards an intent: its target', 'UPDATING', 5, intent(4, 8), 8],
    ['UPDATING, not begun', 'UPDATING', 4, intent(4, 8), 8],
    ['UPDATING, all but done', 'UPDATING', 8, intent(4, 8), 8],
    ['UPDATING downwards', 'UPDATING', 7, intent(8, 4), 4],
    ['UPDATING past the intent: somebody else reshards', 'UPDATING', 9, intent(4, 8), undefined],
    ['UPDATING below the intent', 'UPDATING', 3, intent(4, 8), undefined],
    ['UPDATING without an intent', 'UPDATING', 4, {}, undefined],
    ['CREATING', 'CREATING', 4, intent(4, 8), undefined],
    ['DELETING', 'DELETING', 4, intent(4, 8), undefined],
  ] as const)('%s', (_why, status, openShardCount, tags, expected) => {
    const state = sampleState({ status, openShardCount, tags });
    expect(settledShardCount(state)).toBe(expected);
    expect(intentTookEffect(state)).toBe(expected === state.intent?.to && state.intent !== undefined);
  });
});

describe('the last scaling of an alarm', () => {
  it.each([
    ['never', sampleAlarmState('up'), { kind: 'never' }],
    ['an empty tag', lastScaled(''), { kind: 'never' }],
    ['no tags were read', sampleAlarmState('up', { tags: undefined }), { kind: 'never' }],
    ['a time', lastScaled(formatAlarmTime(now - hour)), { kind: 'at', ms: now - hour }],
    ['ahead, as far as clocks differ', lastScaled(formatAlarmTime(now + minute)), { kind: 'at', ms: now + minute }],
    [
      'further ahead',
      lastScaled(formatAlarmTime(now + minute + 1)),
      { kind: 'unreadable', text: formatAlarmTime(now + minute + 1) },
    ],
    ['no time', lastScaled('today'), { kind: 'unreadable', text: 'today' }],
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

  it('is none when there was none, and an unreadable one is none either', () => {
    expect(lastScaledAtMs(sampleState(), now)).toBeUndefined();
    const alarms = { up: lastScaled('?'), down: undefined };
    expect(lastScaledAtMs(sampleState({ alarms }), now)).toBeUndefined();
  });
});

describe('an intent', () => {
  it.each([
    ['as far ahead as clocks differ', minute, true],
    ['further ahead: a clock was wrong, and nothing is known', minute + 1, false],
  ])('%s', (_why, aheadMs, known) => {
    expect(sampleState({ tags: intent(4, 8, now + aheadMs) }).intent !== undefined).toBe(known);
  });
});

describe('calls of the day', () => {
  const called = now - minute;
  const tags = { ...intent(4, 8, called), [tagKeys.ledger]: encodeLedger([now - day / 2, called]) };

  it('leave out an intent whose call was never made', () => {
    expect(sampleState({ tags }).ledger).toEqual([now - day / 2]);
  });

  it.each([
    ['the stream is on its way', () => sampleState({ tags, status: 'UPDATING' })],
    ['the stream got there', () => sampleState({ tags, openShardCount: 8 })],
    [
      'an alarm was tagged after it: somebody resharded it back by hand',
      () =>
        sampleState({
          tags,
          alarms: {
            up: undefined,
            down: sampleAlarmState('down', { tags: { LastScaledTimestamp: formatAlarmTime(called) } }),
          },
        }),
    ],
  ])('count it when %s', (_why, read) => {
    expect(read().ledger).toEqual([now - day / 2, called]);
  });

  it('leave it out when the alarms were tagged by an earlier scaling only', () => {
    const up = sampleAlarmState('up', { tags: { LastScaledTimestamp: formatAlarmTime(called - 1) } });
    expect(sampleState({ tags, alarms: { up, down: undefined } }).ledger).toEqual([now - day / 2]);
  });
});

it('a scaling is under way for two minutes after its intent: by then it has made its calls, or died', () => {
  const since = (seconds: number) =>
    scalingIsUnderWay(sampleState({ tags: intent(4, 8, now - seconds * second) }), now);
  expect([since(0), since(119), since(120)]).toEqual([true, true, false]);
  expect(scalingIsUnderWay(sampleState(), now)).toBe(false);
});

describe('what belongs to a stream', () => {
  it('lists the alarms that exist', () => {
    const up = sampleAlarmState('up');
    expect(liveAlarms(sampleState({ alarms: { up, down: undefined } }))).toEqual([up]);
    expect(liveAlarms(sampleState()).map(({ alarmName }) => alarmName)).toEqual([
      'orders-scale-up',
      'orders-scale-down',
    ]);
  });

  it('knows the concurrency that was set for a consumer', () => {
    const state = sampleState({ tags: { [`${tagKeys.concurrency}orders-processor`]: '4 8' } });
    expect(concurrencySetByUs(state, sampleConsumer())).toEqual([4, 8]);
  });
});
