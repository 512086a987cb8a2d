/**
 * Complete inputs for core's tests: a stream of four shards whose scale-up alarm has just fired, at a time of day that no
 * clock knows. A test names only what it is about.
 */
import { readFileSync } from 'node:fs';
import {
  type AlarmDefinition,
  alarmNameOf,
  type Direction,
  defineAlarm,
  opposite,
} from '../../core/alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import {
  type AlarmState,
  type ConsumerState,
  completeState,
  type StreamState,
} from '../../core/stream/stream-state.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

export const streamName = 'orders';
export const now = Date.parse('2026-03-02T09:15:45.000Z');
/** When the alarm went into ALARM, by CloudWatch's clock. */
export const firedAt = now - 2 * second;

export function sampleSettings(given: Partial<StreamSettings> = {}): StreamSettings {
  const read = readStreamSettings({ ...given });
  if (!read.ok) throw new TypeError(`the sample settings are not valid: ${JSON.stringify(read.faults)}`);
  return read.value;
}

export function sampleDefinition(
  direction: Direction,
  shardCount = 4,
  settings: StreamSettings = sampleSettings(),
): AlarmDefinition {
  return defineAlarm(direction, { streamName, shardCount, settings });
}

export function sampleAlarmState(direction: Direction, given: Partial<AlarmState> = {}): AlarmState {
  const alarmName = alarmNameOf(streamName, direction);
  return {
    alarmName,
    alarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${alarmName}`,
    state: 'OK',
    stateTransitionedAtMs: now - 3 * hour,
    configuredAtMs: now - 4 * hour,
    definition: sampleDefinition(direction),
    userParts: {
      description: 'pages the team',
      actionsEnabled: true,
      alarmActions: ['arn:aws:sns:eu-west-1:123456789012:kinesis-scaling', 'arn:aws:sns:eu-west-1:123456789012:pager'],
      okActions: ['arn:aws:sns:eu-west-1:123456789012:all-clear'],
      insufficientDataActions: [],
      treatMissingData: 'ignore',
    },
    tags: {},
    ...given,
  };
}

/** An alarm that went into ALARM by its present definition. */
export function firing(direction: Direction, given: Partial<AlarmState> = {}): AlarmState {
  return sampleAlarmState(direction, { state: 'ALARM', stateTransitionedAtMs: firedAt, ...given });
}

type StateParts = Partial<Omit<StreamState, 'intent' | 'ledger'>>;

/** An ACTIVE stream of four shards with both alarms agreeing and at rest; intent and ledger come from `tags`, as in use. */
export function sampleState(given: StateParts = {}): StreamState {
  return completeState(
    {
      streamName,
      status: 'ACTIVE',
      mode: 'PROVISIONED',
      openShardCount: 4,
      tags: {},
      alarms: { up: sampleAlarmState('up'), down: sampleAlarmState('down') },
      consumers: [],
      iteratorAge: undefined,
      ...given,
    },
    now,
  );
}

/** The same stream, one alarm in ALARM; both judge by the shards that are open. */
export function firingState(
  direction: Direction,
  given: StateParts & { alarm?: Partial<AlarmState> } = {},
): StreamState {
  const { alarm, ...rest } = given;
  const judging = (of: Direction) => ({ definition: sampleDefinition(of, rest.openShardCount) });
  const alarms = {
    up: direction === 'up' ? firing('up', { ...judging('up'), ...alarm }) : sampleAlarmState('up', judging('up')),
    down:
      direction === 'down'
        ? firing('down', { ...judging('down'), ...alarm })
        : sampleAlarmState('down', judging('down')),
  };
  return sampleState({ alarms, iteratorAge: freshAge(0), ...rest });
}

export function freshAge(ageMs: number): NonNullable<StreamState['iteratorAge']> {
  return { seen: true, atMs: now - minute, ageMs };
}

export function sampleConsumer(given: Partial<ConsumerState> = {}): ConsumerState {
  return {
    functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor',
    functionName: 'orders-processor',
    executionsPerShard: 1,
    executionsElsewhere: 0,
    isMapped: true,
    reservedConcurrency: 4,
    reservableConcurrency: 800,
    ...given,
  };
}

export function sampleAlarm(direction: Direction = 'up', given: Partial<ScalingAlarm> = {}): ScalingAlarm {
  return {
    alarmName: alarmNameOf(streamName, direction),
    siblingName: alarmNameOf(streamName, opposite(direction)),
    direction,
    region: 'eu-west-1',
    accountId: '123456789012',
    streamName,
    newState: 'ALARM',
    stateChangedAtMs: firedAt,
    judgedShardCount: 4,
    ...given,
  };
}

/** The `Message` texts of one of the SNS events in test/fixtures/events. */
export function eventMessages(name: 'scale-up' | 'scale-down' | 'scale-up-ok' | 'two-records'): readonly string[] {
  const file = readFileSync(new URL(`../fixtures/events/${name}.json`, import.meta.url), 'utf8');
  const event = JSON.parse(file) as { readonly Records: readonly { readonly Sns: { readonly Message: string } }[] };
  return event.Records.map(({ Sns }) => Sns.Message);
}

export function eventMessage(name: Parameters<typeof eventMessages>[0]): string {
  const [message] = eventMessages(name);
  if (message === undefined) throw new TypeError(`${name}.json has no record`);
  return message;
}
