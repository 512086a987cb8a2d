/**
 * Reads everything that a decision needs in one round: all calls at once, so that a scaling waits for one round trip and not
 * for six. What cannot be read is unknown, never zero or absent.
 */
import { type Direction, readStreamName } from '../../core/alarm/alarm-definition.ts';
import type { Fault } from '../../core/result.ts';
import { isLoadDriven, type StreamSettings } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import {
  type AlarmState,
  completeState,
  type IteratorAge,
  isStepping,
  type OpenShard,
  type StreamState,
} from '../../core/stream/stream-state.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { applyOverrides } from '../../core/stream/tag-settings.ts';
import { readTemporaryMinimum, withTemporaryMinimum } from '../../core/stream/temporary-minimum.ts';
import type { Account } from '../context.ts';
import type { Answer, CallFailure, Ports, UntaggedAlarm } from '../ports.ts';
import { failuresOf } from './call-failures.ts';
import { readConsumers } from './consumer-reader.ts';
import type { StateQuery } from './state-query.ts';

export type StateReading = CompleteReading | { readonly ok: false; readonly failures: readonly CallFailure[] };

/** The facts of the stream; its settings include a temporary minimum that is in force. */
export interface CompleteReading extends StreamFacts {
  readonly ok: true;
  /** Tags that could not be read. */
  readonly tagFaults: readonly Fault[];
  /** Tags that contradict each other: then nothing may be decided. */
  readonly contradictions: readonly Fault[];
  readonly failures: readonly CallFailure[];
}

/**
 * A failure that concerns a consumer alone is reported and does not stop the stream: its records are lost, if shards are
 * missing, and merely late, if readers are.
 */
export async function readState(ports: Ports, account: Account, query: StateQuery): Promise<StateReading> {
  const { streamName, alarmNames, nowMs } = query;
  const [stream, iteratorAge, deployedConsumers] = await Promise.all([
    readStream(ports, account, query),
    readIteratorAge(ports, query),
    readConsumers(query.settings.consumers, query.consumersFrom, streamName, ports),
  ]);
  if (!stream.ok) return stream;
  const { summary, tags, alarms, alarmTags } = stream.value;
  const overrides = applyOverrides(query.settings, tags, (name) => functionArnOf(account, name));
  const settings = withTemporaryMinimum(overrides.settings, readTemporaryMinimum(tags, nowMs));
  // Consumers that only a tag names are the one thing that costs a second round.
  const isTagged = settings.consumers !== query.settings.consumers;
  const consumers = isTagged ? await readConsumers(settings.consumers, 'tag', streamName, ports) : deployedConsumers;
  const state = completeState(
    {
      streamName,
      ...summary,
      tags,
      alarms: {
        up: withTags(alarms.get(alarmNames.up), streamName, alarmTags.up),
        down: withTags(alarms.get(alarmNames.down), streamName, alarmTags.down),
      },
      takenAlarmNames: takenNames(alarms, alarmNames, streamName),
      consumers: consumers.states,
      iteratorAge: iteratorAge.ok ? iteratorAge.value : undefined,
    },
    nowMs,
  );
  const shards = await readShards(state, settings, query, ports);
  if (!shards.ok) return { ok: false, failures: failuresOf([shards]) };
  const { faults: tagFaults, contradictions } = overrides;
  const failures = [...failuresOf([iteratorAge]), ...consumers.failures];
  const complete = shards.value ? { ...state, shards: shards.value } : state;
  return { ok: true, state: complete, settings, nowMs, tagFaults, contradictions, failures };
}

/** Steps need the shards themselves, and nothing else does: most load checks are spared the call. */
function readShards(
  state: StreamState,
  settings: StreamSettings,
  { shards }: StateQuery,
  ports: Ports,
): Promise<Answer<readonly OpenShard[] | undefined>> {
  const isNeeded = isStepping(state) || (shards && isLoadDriven(settings) && settings.resharding === 'stepwise');
  return isNeeded ? ports.streams.openShards(state.streamName) : known(undefined);
}

/** Without any of this nothing is decided. */
async function readStream(ports: Ports, account: Account, query: StateQuery) {
  const { streamName, alarmNames, knownTags, knownAlarms } = query;
  const alarmTagsOf = (name: string): Promise<Answer<Tags | undefined>> =>
    query.alarmTags ? ports.alarms.listTags(alarmArnOf(account, name)) : known(undefined);
  const [summary, tags, alarms, up, down] = await Promise.all([
    ports.streams.describe(streamName),
    knownTags ? known(knownTags) : ports.streams.listTags(streamName),
    knownAlarms ? known(knownAlarms) : ports.alarms.describe([alarmNames.up, alarmNames.down]),
    alarmTagsOf(alarmNames.up),
    alarmTagsOf(alarmNames.down),
  ]);
  if (!summary.ok || !tags.ok || !alarms.ok || !up.ok || !down.ok) {
    return { ok: false as const, failures: failuresOf([summary, tags, alarms, up, down]) };
  }
  const alarmTags = { up: up.value, down: down.value };
  return {
    ok: true as const,
    value: { summary: summary.value, tags: tags.value, alarms: alarms.value, alarmTags },
  };
}

async function readIteratorAge(ports: Ports, query: StateQuery): Promise<Answer<IteratorAge | undefined>> {
  return query.iteratorAge ? await ports.metrics.iteratorAge(query.streamName, query.nowMs) : known(undefined);
}

async function known<T>(value: T): Promise<Answer<T>> {
  return { ok: true, value };
}

/** Whoever has such an alarm did not make it for this stream: it would be overwritten for the mere name. */
function takenNames(
  alarms: ReadonlyMap<string, UntaggedAlarm>,
  alarmNames: StateQuery['alarmNames'],
  streamName: string,
): readonly Direction[] {
  return (['up', 'down'] as const).filter((direction) => {
    const alarm = alarms.get(alarmNames[direction]);
    return alarm !== undefined && readStreamName(alarm.definition.metrics) !== streamName;
  });
}

/** An alarm of that name which watches another stream is not this stream's alarm, whatever a message says. */
function withTags(
  alarm: UntaggedAlarm | undefined,
  streamName: string,
  tags: Tags | undefined,
): AlarmState | undefined {
  if (!alarm || readStreamName(alarm.definition.metrics) !== streamName) return undefined;
  return { ...alarm, tags };
}

function functionArnOf({ partition, region, accountId }: Account, functionName: string): string {
  return `arn:${partition}:lambda:${region}:${accountId}:function:${functionName}`;
}

function alarmArnOf({ partition, region, accountId }: Account, alarmName: string): string {
  return `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${alarmName}`;
}
