/**
 * Reads everything a decision needs in one round: all calls at once, so that a scaling waits for one round trip, not for
 * six. What cannot be read is never taken for nothing.
 */
import { alarmNameOf, type Direction, readStreamName } from '../../core/alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import { awsFacts } from '../../core/aws-facts.ts';
import type { Fault } from '../../core/result.ts';
import { functionNameOf } from '../../core/settings/consumer-settings.ts';
import type { ConsumerSettings, StreamSettings } from '../../core/settings/stream-settings.ts';
import {
  type AlarmState,
  type ConsumerState,
  completeState,
  type IteratorAge,
  type StreamState,
} from '../../core/stream/stream-state.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { applyOverrides } from '../../core/stream/tag-settings.ts';
import { readTemporaryMinimum, withTemporaryMinimum } from '../../core/stream/temporary-minimum.ts';
import type { Answer, CallFailure, Ports, UntaggedAlarm } from '../ports.ts';

export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

export interface StateQuery {
  readonly streamName: string;
  /** As the deployment has them; the stream's tags may override them. */
  readonly settings: StreamSettings;
  /** By direction; the names of the stream's alarms unless a take-over named them otherwise. */
  readonly alarmNames: { readonly [D in Direction]: string };
  /** The tags of the alarms are read for a scaling, and for the reconcile after one. */
  readonly alarmTags: boolean;
  readonly iteratorAge: boolean;
  /** The consumers come from the environment, which does not say which stream they read: ask Lambda. */
  readonly consumersUnproven: boolean;
  /** Alarms that were read already, a hundred in one call. */
  readonly knownAlarms?: ReadonlyMap<string, UntaggedAlarm>;
  /** The stream's tags, where they were read for all streams at once. */
  readonly knownTags?: Tags;
  readonly nowMs: number;
}

export type StateReading = CompleteReading | { readonly ok: false; readonly failures: readonly CallFailure[] };

export interface CompleteReading {
  readonly ok: true;
  readonly state: StreamState;
  /** The deployment's settings of the stream with what the stream's own tags say, and a floor that stands. */
  readonly settings: StreamSettings;
  /** Tags that could not be read. */
  readonly tagFaults: readonly Fault[];
  /** Tags that cannot stand together: then nothing may be decided. */
  readonly contradictions: readonly Fault[];
  readonly failures: readonly CallFailure[];
}

export function alarmNamesOf(streamName: string): StateQuery['alarmNames'] {
  return { up: alarmNameOf(streamName, 'up'), down: alarmNameOf(streamName, 'down') };
}

/** From a notification: the alarm that fired, and its sibling by the swapped suffix. */
export function alarmNamesFrom({
  direction,
  alarmName,
  siblingName,
}: Pick<ScalingAlarm, 'direction' | 'alarmName' | 'siblingName'>): StateQuery['alarmNames'] {
  return direction === 'up' ? { up: alarmName, down: siblingName } : { up: siblingName, down: alarmName };
}

/**
 * A failure that concerns a consumer only is told and does not stop the stream: its records are lost, if shards are
 * missing, and merely late, if readers are.
 */
export async function readState(ports: Ports, account: Account, query: StateQuery): Promise<StateReading> {
  const { streamName, alarmNames } = query;
  const tagsOf = (name: string): Promise<Answer<Tags | undefined>> =>
    query.alarmTags
      ? ports.alarms.listTags(alarmArnOf(account, name))
      : Promise.resolve({ ok: true, value: undefined });
  const [summary, tags, alarms, upTags, downTags, iteratorAge, consumers] = await Promise.all([
    ports.streams.describe(streamName),
    query.knownTags ? { ok: true as const, value: query.knownTags } : ports.streams.listTags(streamName),
    query.knownAlarms
      ? { ok: true as const, value: query.knownAlarms }
      : ports.alarms.describe([alarmNames.up, alarmNames.down]),
    tagsOf(alarmNames.up),
    tagsOf(alarmNames.down),
    readIteratorAge(ports, query),
    readConsumers(ports, account, query, query.settings.consumers),
  ]);
  if (!summary.ok || !tags.ok || !alarms.ok || !upTags.ok || !downTags.ok) {
    return { ok: false, failures: failedOf([summary, tags, alarms, upTags, downTags]) };
  }
  const overrides = applyOverrides(query.settings, tags.value, (name) => functionArnOf(account, name));
  const settings = withTemporaryMinimum(overrides.settings, readTemporaryMinimum(tags.value, query.nowMs));
  // Consumers that only a tag names are the one thing that costs a second round.
  const own =
    settings.consumers === query.settings.consumers
      ? consumers
      : await readConsumers(ports, account, query, settings.consumers);
  const alarmOf = (name: string, alarmTags: Tags | undefined) =>
    withTags(alarms.value.get(name), streamName, alarmTags);
  const state = completeState(
    {
      streamName,
      ...summary.value,
      tags: tags.value,
      alarms: { up: alarmOf(alarmNames.up, upTags.value), down: alarmOf(alarmNames.down, downTags.value) },
      consumers: own.states,
      iteratorAge: iteratorAge.ok ? iteratorAge.value : undefined,
    },
    query.nowMs,
  );
  const { faults: tagFaults, contradictions } = overrides;
  return {
    ok: true,
    state,
    settings,
    tagFaults,
    contradictions,
    failures: [...failedOf([iteratorAge]), ...own.failures],
  };
}

function functionArnOf({ partition, region, accountId }: Account, functionName: string): string {
  return `arn:${partition}:lambda:${region}:${accountId}:function:${functionName}`;
}

export function alarmArnOf({ partition, region, accountId }: Account, alarmName: string): string {
  return `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${alarmName}`;
}

/** An alarm of that name which watches another stream is not this stream's alarm, whatever a message says. */
export function withTags(
  alarm: UntaggedAlarm | undefined,
  streamName: string,
  tags: Tags | undefined,
): AlarmState | undefined {
  if (!alarm || readStreamName(alarm.definition.metrics) !== streamName) return undefined;
  return { ...alarm, tags };
}

function failedOf(answers: readonly Answer<unknown>[]): readonly CallFailure[] {
  return answers.flatMap((answer) => (answer.ok ? [] : [answer.failure]));
}

async function readIteratorAge(ports: Ports, query: StateQuery): Promise<Answer<IteratorAge | undefined>> {
  if (!query.iteratorAge) return { ok: true, value: undefined };
  return await ports.alarms.iteratorAge(query.streamName, query.nowMs);
}

interface ConsumersReading {
  readonly states: readonly ConsumerState[];
  readonly failures: readonly CallFailure[];
}

async function readConsumers(
  ports: Ports,
  account: Account,
  query: StateQuery,
  consumers: readonly ConsumerSettings[],
): Promise<ConsumersReading> {
  if (consumers.length === 0) return { states: [], failures: [] };
  const [unreserved, readings] = await Promise.all([
    ports.functions.unreservedConcurrency(),
    Promise.all(consumers.map((consumer) => readConsumer(ports, account, query, consumer))),
  ]);
  const reservable = unreserved.ok ? unreserved.value - awsFacts.leastUnreservedConcurrency.value : undefined;
  return {
    states: readings.flatMap(({ state }) => (state ? [{ ...state, reservableConcurrency: reservable }] : [])),
    failures: [...failedOf([unreserved]), ...readings.flatMap(({ failures }) => failures)],
  };
}

async function readConsumer(ports: Ports, account: Account, query: StateQuery, consumer: ConsumerSettings) {
  const functionName = functionNameOf(consumer.functionArn);
  const streamArn = `arn:${account.partition}:kinesis:${account.region}:${account.accountId}:stream/${query.streamName}`;
  const [reserved, reads] = await Promise.all([
    ports.functions.reservedConcurrency(functionName),
    query.consumersUnproven ? ports.functions.reads(functionName, streamArn) : { ok: true as const, value: true },
  ]);
  if (!reserved.ok || !reads.ok) return { state: undefined, failures: failedOf([reserved, reads]) };
  if (!reads.value) return { state: undefined, failures: [] };
  const state: ConsumerState = {
    ...consumer,
    functionName,
    reservedConcurrency: reserved.value,
    reservableConcurrency: undefined,
  };
  return { state, failures: [] };
}
