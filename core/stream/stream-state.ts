/**
 * Everything that a decision about one stream needs, read in one round of calls. A value that could not be read is
 * undefined, or there is no state at all: an unknown is never taken for zero.
 */
import type { AlarmDefinition, Direction } from '../alarm/alarm-definition.ts';
import type { AlarmStateValue } from '../alarm/alarm-notification.ts';
import { minuteMs, parseZonedTime } from '../time.ts';
import {
  clockToleranceMs,
  type Ledger,
  type RefusalPause,
  readConcurrency,
  readIntent,
  readLedger,
  readRefusal,
  type ScalingIntent,
  type Tags,
  withoutCall,
} from './stream-tags.ts';

export type StreamStatus = 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

export interface StreamState {
  readonly streamName: string;
  readonly status: StreamStatus;
  readonly mode: StreamMode;
  readonly openShardCount: number;
  /** The open shards themselves, in the order of their hash keys. Read where a stream may be resharded stepwise. */
  readonly shards?: readonly OpenShard[];
  /** Whether Kinesis publishes the stream's traffic by shard. The owner of the stream turns that on, and pays for it. */
  readonly publishesByShard?: boolean;
  readonly tags: Tags;
  readonly intent: ScalingIntent | undefined;
  /** The UpdateShardCount calls of the last day that are known. */
  readonly ledger: Ledger;
  /** AWS refused a call that the ledger would have allowed. Undefined: no refusal, or none that is recent. */
  readonly refusal: RefusalPause | undefined;
  /** The live alarms. Undefined where CloudWatch has none of that name. */
  readonly alarms: { readonly [D in Direction]: AlarmState | undefined };
  /** Directions whose alarm name is taken by an alarm that does not watch this stream. It is nobody's to write. */
  readonly takenAlarmNames?: readonly Direction[];
  readonly consumers: readonly ConsumerState[];
  /** Read for a scale-down and for a consumer whose concurrency may be lowered. Undefined: not read, or the read failed. */
  readonly iteratorAge: IteratorAge | undefined;
}

/** A shard and the hashed partition keys that it takes, both ends included: decimal numbers of up to 128 bits. */
export interface OpenShard {
  readonly shardId: string;
  readonly firstHashKey: string;
  readonly lastHashKey: string;
}

/** An alarm as CloudWatch has it now. */
export interface AlarmState {
  readonly alarmName: string;
  readonly alarmArn: string;
  readonly state: AlarmStateValue;
  readonly stateTransitionedAtMs: number;
  readonly configuredAtMs: number;
  readonly definition: AlarmDefinition;
  /** The user's own parts, which survive every rewrite. */
  readonly userParts: AlarmUserParts;
  /** Undefined when the tags were not read: only a scaling, and the reconcile after it, needs them. */
  readonly tags: Tags | undefined;
}

export interface AlarmUserParts {
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  readonly treatMissingData: string | undefined;
}

export interface ConsumerState {
  readonly functionArn: string;
  readonly functionName: string;
  /** Concurrent executions for each open shard of this stream. */
  readonly executionsPerShard: number;
  /**
   * The executions that the function's other event source mappings need. Undefined where that is unknown: it reads a source
   * that is no stream, or a stream whose shards could not be read.
   */
  readonly executionsElsewhere: number | undefined;
  /** Whether an event source mapping of this stream invokes it. Undefined where the mappings could not be read. */
  readonly isMapped: boolean | undefined;
  /** True where Lambda has no such function. Its other facts then mean nothing. */
  readonly isMissing?: boolean;
  /** Reserved concurrency now. Undefined when none is reserved. */
  readonly reservedConcurrency: number | undefined;
  /** What the account can reserve on top and still keep its 100 unreserved executions. Undefined when it could not be read. */
  readonly reservableConcurrency: number | undefined;
}

/** The newest datapoint of the stream's iterator age within the last day. */
export type IteratorAge = (
  | { readonly seen: false }
  | { readonly seen: true; readonly atMs: number; readonly ageMs: number }
) & {
  /** When the consumer side last said that a scale-down would hurt. Absent when it did not say so within the last day. */
  readonly warnedAtMs?: number;
  /** The newest datapoint of the stream's traffic within the last day. Absent where it was not read. */
  readonly traffic?: { readonly newestAtMs: number | undefined };
};

/** The reference autoscaler's tags on each alarm, spelled as it spells them. */
export const alarmTagKeys = {
  lastScaled: 'LastScaledTimestamp',
  /** One of `alarmRoles`. */
  role: 'ScaleAction',
  sibling: 'ComplimentaryAlarm',
} as const;

/** What `ScaleAction` says: the role of the alarm that has the tag, not the direction of the last scaling. */
export const alarmRoles = { up: 'Up', down: 'Down' } as const satisfies Record<Direction, string>;

type StateWithoutHistory = Omit<StreamState, 'intent' | 'ledger' | 'refusal'>;

/** Adds what the stream's own tags say: the intent, the ledger, and a recent refusal. */
export function completeState(read: StateWithoutHistory, nowMs: number): StreamState {
  const tagged = readIntent(read.tags);
  // A wrong clock wrote an intent that lies in the future: it says nothing, as such a time in an alarm's tag says nothing.
  const intent = tagged && tagged.atMs <= nowMs + clockToleranceMs ? tagged : undefined;
  return { ...read, intent, ledger: callsMade(read, intent, nowMs), refusal: readRefusal(read.tags, nowMs) };
}

/**
 * A function that died before its call left an intent and a ledger entry, but spent no call. The entry is left out, or the
 * cooldown would hold the retry. Where an alarm's tag bears the time of the intent, the call was made, and somebody has
 * resharded the stream back since.
 */
function callsMade(read: StateWithoutHistory, intent: ScalingIntent | undefined, nowMs: number): Ledger {
  const ledger = readLedger(read.tags, nowMs);
  if (!intent || read.status !== 'ACTIVE' || read.openShardCount !== (intent.via ?? intent.from)) return ledger;
  const answered = liveAlarms(read).some((alarm) => {
    const last = readLastScaled(alarm, nowMs);
    return last.kind === 'at' && last.ms >= intent.atMs;
  });
  return answered ? ledger : withoutCall(ledger, intent.atMs);
}

export type LastScaled =
  | { readonly kind: 'never' }
  | { readonly kind: 'at'; readonly ms: number }
  | { readonly kind: 'unreadable'; readonly text: string };

/**
 * What an alarm's `LastScaledTimestamp` says. A text that is no time, or a time in the future, does not mean "never": that
 * would allow a scaling.
 */
export function readLastScaled(alarm: AlarmState, nowMs: number): LastScaled {
  const text = alarm.tags?.[alarmTagKeys.lastScaled];
  if (text === undefined || text === '') return { kind: 'never' };
  const ms = parseZonedTime(text);
  return ms === undefined || ms > nowMs + clockToleranceMs ? { kind: 'unreadable', text } : { kind: 'at', ms };
}

/** The alarms of the stream that exist. */
export function liveAlarms(state: Pick<StreamState, 'alarms'>): readonly AlarmState[] {
  return [state.alarms.up, state.alarms.down].filter((alarm) => alarm !== undefined);
}

/** Time of the last known scaling, from both alarms' tags and the ledger. Undefined when none is known. */
export function lastScaledAtMs(state: StreamState, nowMs: number): number | undefined {
  const tagged = liveAlarms(state)
    .map((alarm) => readLastScaled(alarm, nowMs))
    .flatMap((last) => (last.kind === 'at' ? [last.ms] : []));
  const times = [...state.ledger, ...tagged];
  return times.length > 0 ? Math.max(...times) : undefined;
}

/**
 * The shard count that alarms and consumers must follow. Of an ACTIVE stream it is the open count. While UPDATING, and during
 * stepwise resharding, it is the target of the intent, since the open count moves step by step. Undefined where no intent
 * explains the UPDATING: then nothing is touched.
 */
export function settledShardCount(state: StreamState): number | undefined {
  const { status, intent, openShardCount } = state;
  if (isStepping(state)) return state.intent.to;
  if (status === 'ACTIVE') return openShardCount;
  return status === 'UPDATING' && intent && isOnTheWay(openShardCount, intent) ? intent.to : undefined;
}

/** Whether steps of ours lead to another shard count. The stream is ACTIVE between two of them. */
export function isStepping<T extends StreamState>(state: T): state is T & { readonly intent: ScalingIntent } {
  const { status, mode, intent, openShardCount } = state;
  if (intent?.way !== 'steps' || mode !== 'PROVISIONED') return false;
  return (status === 'ACTIVE' || status === 'UPDATING') && isOnTheWay(openShardCount, intent);
}

/** The shard count that the stream has, or will have when the steps under way are done. */
export function intendedShardCount(state: StreamState): number {
  return isStepping(state) ? state.intent.to : state.openShardCount;
}

/** Steps split a shard before they merge its parts, so that there may be one shard more. */
function isOnTheWay(openShardCount: number, { from, to, way, via = from }: ScalingIntent): boolean {
  const most = Math.max(from, to, via) + (way === 'steps' ? 1 : 0);
  return openShardCount >= Math.min(from, to, via) && openShardCount <= most;
}

/** A scaling takes seconds, or a minute or two where calls are throttled. */
const scalingAnswerMs = 2 * minuteMs;

/** Whether another invocation wrote its intent moments ago and is about to write the alarms, which takes one writer at a time. */
export function scalingIsUnderWay({ intent }: StreamState, nowMs: number): boolean {
  return intent !== undefined && nowMs - intent.atMs < scalingAnswerMs;
}

/** Whether the shard count has become what the intent said. */
export function intentTookEffect(state: StreamState): boolean {
  return state.intent !== undefined && settledShardCount(state) === state.intent.to;
}

export function concurrencySetByUs(state: StreamState, consumer: ConsumerState): readonly number[] {
  return readConcurrency(state.tags, consumer.functionName);
}
