/** Streams, settings and alarms as fast-check draws them: drifted, torn, garbled, and every one possible in an account. */
import fc from 'fast-check';
import { alarmNameOf, type Direction, defineAlarm } from '../../core/alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import {
  type AlarmState,
  type ConsumerState,
  completeState,
  type StreamState,
} from '../../core/stream/stream-state.ts';
import { encodeIntent, encodeLedger, tagKeys } from '../../core/stream/stream-tags.ts';
import { formatAlarmTime } from '../../core/time.ts';
import {
  day,
  hour,
  minute,
  now,
  sampleAlarm,
  sampleAlarmState,
  sampleConsumer,
  second,
  streamName,
} from './samples.ts';

export const direction = fc.constantFrom<Direction>('up', 'down');
export const shardCount = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10_000 }));
const recently = fc.integer({ min: -2 * day, max: 2 * hour }).map((offset) => now + offset);

const hundredth = (least: number, most: number) => fc.integer({ min: least, max: most }).map((value) => value / 100);

/** Valid settings only: what readStreamSettings refuses never reaches a decision. */
export const settings: fc.Arbitrary<StreamSettings> = fc
  .record(
    {
      periodMinutes: fc.constantFrom(1, 2, 5, 10, 15),
      scaleUpThreshold: hundredth(1, 100),
      scaleDownThreshold: hundredth(1, 50),
      iteratorAge: fc.constantFrom('auto', 'required', 'ignore'),
      iteratorAgeLimitMinutes: fc.constantFrom(0.5, 7, 30, 1440),
      minShards: fc.integer({ min: 1, max: 20 }),
      maxShards: fc.integer({ min: 1, max: 10_000 }),
      scaleUpCooldownMinutes: fc.constantFrom(0, 5, 60),
      scaleDownCooldownMinutes: fc.constantFrom(0, 60, 1440),
      dailyQuota: fc.integer({ min: 1, max: 20 }),
      dailyQuotaReserve: fc.integer({ min: 0, max: 5 }),
      concurrencyFallback: fc.constantFrom('keep', 'remove'),
    },
    { requiredKeys: [] },
  )
  .map((given) => readStreamSettings(given))
  .filter((read) => read.ok)
  .map(({ value }) => value);

function alarmState(which: Direction): fc.Arbitrary<AlarmState | undefined> {
  return fc.option(
    fc
      .record({
        state: fc.constantFrom('OK', 'ALARM', 'INSUFFICIENT_DATA'),
        judgedBy: shardCount,
        definedBy: settings,
        stateTransitionedAtMs: recently,
        configuredAtMs: recently,
        lastScaled: fc.oneof(
          fc.constant(undefined),
          fc.constantFrom('', 'yesterday', '2026-03-02T09:00:00'),
          recently.map(formatAlarmTime),
        ),
      })
      .map(({ judgedBy, definedBy, lastScaled, ...rest }) =>
        sampleAlarmState(which, {
          ...rest,
          definition: defineAlarm(which, { streamName, shardCount: judgedBy, settings: definedBy }),
          tags: lastScaled === undefined ? {} : { LastScaledTimestamp: lastScaled },
        }),
      ),
    { nil: undefined, freq: 8 },
  );
}

function consumer(functionName: string): fc.Arbitrary<ConsumerState> {
  return fc
    .record({
      lambdasPerShard: fc.integer({ min: 1, max: 10 }),
      reservedConcurrency: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
      reservableConcurrency: fc.option(fc.integer({ min: -100, max: 900 }), { nil: undefined }),
    })
    .map((given) => sampleConsumer({ functionName, ...given }));
}

const streamTags = fc
  .record({
    intent: fc.oneof(
      fc.constantFrom('', 'garbled', '20260302T000000Z 0 4'),
      fc.record({ atMs: recently, from: shardCount, to: shardCount }).map(encodeIntent),
    ),
    ledger: fc.array(recently, { maxLength: 12 }).map((times) => encodeLedger(times.toSorted((a, b) => a - b))),
    concurrency: fc.constantFrom('', '4', '4 8', 'x', '8 4 2'),
  })
  .map(({ intent, ledger, concurrency }) => ({
    [tagKeys.intent]: intent,
    [tagKeys.ledger]: ledger,
    [`${tagKeys.concurrency}orders-processor`]: concurrency,
  }));

export const streamState: fc.Arbitrary<StreamState> = fc
  .record({
    status: fc.constantFrom('ACTIVE', 'ACTIVE', 'UPDATING', 'CREATING', 'DELETING'),
    mode: fc.constantFrom('PROVISIONED', 'PROVISIONED', 'PROVISIONED', 'ON_DEMAND'),
    openShardCount: shardCount,
    tags: fc.oneof(fc.constant({}), streamTags),
    alarms: fc.record({ up: alarmState('up'), down: alarmState('down') }),
    consumers: fc
      .tuple(consumer('orders-processor'), consumer('audit'))
      .map(([first, second]) => [first, { ...second, reservableConcurrency: first.reservableConcurrency }])
      .chain((all) => fc.subarray(all)),
    iteratorAge: fc.oneof(
      fc.constant(undefined),
      fc.constant({ seen: false } as const),
      fc.record({ seen: fc.constant(true as const), atMs: recently, ageMs: fc.integer({ min: 0, max: day }) }),
    ),
  })
  .map((given) => completeState({ streamName, ...given }, now));

/** A notification that may or may not fit the state: late, of another count, or of the very alarm that is in the state. */
export function alarmOf(state: StreamState): fc.Arbitrary<ScalingAlarm> {
  return fc
    .record({
      direction,
      stateChangedAtMs: fc.oneof(recently, fc.constant(undefined)),
      judgedShardCount: fc.oneof(fc.constant(state.openShardCount), shardCount, fc.constant(undefined)),
    })
    .map(({ direction: which, stateChangedAtMs, judgedShardCount }) =>
      sampleAlarm(which, {
        stateChangedAtMs: stateChangedAtMs ?? state.alarms[which]?.stateTransitionedAtMs ?? now,
        judgedShardCount,
      }),
    );
}

/** A stream whose alarm has just fired for good reason: nothing but the draw of settings can hold it. */
export const firedState = fc
  .record({ which: direction, settings, openShardCount: shardCount, consumer: consumer('orders-processor') })
  .map(({ which, settings: given, openShardCount, consumer: reader }) => {
    const alarm = (side: Direction) =>
      sampleAlarmState(side, {
        state: side === which ? 'ALARM' : 'OK',
        stateTransitionedAtMs: side === which ? now - second : now - hour,
        configuredAtMs: now - 2 * hour,
        definition: defineAlarm(side, { streamName, shardCount: openShardCount, settings: given }),
      });
    const state = completeState(
      {
        streamName,
        status: 'ACTIVE',
        mode: 'PROVISIONED',
        openShardCount,
        tags: {},
        alarms: { up: alarm('up'), down: alarm('down') },
        consumers: [reader],
        iteratorAge: { seen: true, atMs: now - minute, ageMs: 0 },
      },
      now,
    );
    const fired = sampleAlarm(which, { stateChangedAtMs: now - second, judgedShardCount: openShardCount });
    return { state, alarm: fired, settings: given, alarmName: alarmNameOf(streamName, which) };
  });
