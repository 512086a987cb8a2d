/**
 * Everything that a decision about one stream looks at, read in one round of calls and complete: what could not be read is
 * a fault of the reader, never a zero here.
 */
import type { AlarmDefinition, Direction } from '../alarm/alarm-definition.ts';
import type { AlarmStateValue } from '../alarm/alarm-notification.ts';
import type { ConsumerSettings } from '../settings/stream-settings.ts';
import { parseZonedTime } from '../time.ts';
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
  /** Whether its traffic is published by shard; its owner turns that on, and pays for it. */
  readonly publishesByShard?: boolean;
  readonly tags: Tags;
  readonly intent: ScalingIntent | undefined;
  /** Calls of the last day that were made, as far as can be told. */
  readonly ledger: Ledger;
  /** AWS has just refused a call that the ledger had left; until then none is tried. Undefined: nothing was refused, or not lately. */
  readonly refusal: RefusalPause | undefined;
  /** The live alarms; undefined where CloudWatch has none of that name. */
  readonly alarms: { readonly [D in Direction]: AlarmState | undefined };
  readonly consumers: readonly ConsumerState[];
  /** Present when it was asked for: a scale-down, or a consumer whose concurrency may be lowered. */
  readonly iteratorAge: IteratorAge | undefined;
}

/** An alarm as CloudWatch has it now. */
export interface AlarmState {
  readonly alarmName: string;
  readonly alarmArn: string;
  readonly state: AlarmStateValue;
  readonly stateTransitionedAtMs: number;
  readonly configuredAtMs: number;
  readonly definition: AlarmDefinition;
  /** What belongs to the user and survives every rewrite. */
  readonly userParts: AlarmUserParts;
  /** Undefined when the tags were not read: only a scaling, and the reconcile after one, looks at them. */
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

export interface ConsumerState extends ConsumerSettings {
  readonly functionName: string;
  /** Reserved concurrency now; undefined when none is reserved. */
  readonly reservedConcurrency: number | undefined;
  /** What the account can still reserve for it on top, floor respected; undefined when it could not be read. */
  readonly reservableConcurrency: number | undefined;
}

/** The newest datapoint of the stream's iterator age within the last day. */
export type IteratorAge = (
  | { readonly seen: false }
  | { readonly seen: true; readonly atMs: number; readonly ageMs: number }
) & {
  /** When the consumer side last said that a scale-down would hurt; absent when it did not within the last day. */
  readonly warnedAtMs?: number;
};

/** Tags of the reference autoscaler on each alarm; read and written as they are. */
export const alarmTagKeys = {
  lastScaled: 'LastScaledTimestamp',
  /** One of `alarmRoles`. */
  role: 'ScaleAction',
  sibling: 'ComplimentaryAlarm',
} as const;

/** What `ScaleAction` says: the role of the alarm that bears it, not the direction of the last scaling. */
export const alarmRoles = { up: 'Up', down: 'Down' } as const satisfies Record<Direction, string>;

type StateWithoutHistory = Omit<StreamState, 'intent' | 'ledger' | 'refusal'>;

/** Fills in what is read out of the stream's tags. */
export function completeState(read: StateWithoutHistory, nowMs: number): StreamState {
  const told = readIntent(read.tags);
  // One from the future was written by a clock that was wrong: nothing is known, as for a time in an alarm's tag.
  const intent = told && told.atMs <= nowMs + clockToleranceMs ? told : undefined;
  return { ...read, intent, ledger: callsMade(read, intent, nowMs), refusal: readRefusal(read.tags, nowMs) };
}

/**
 * An intent whose call was never made (the function died before it) left an entry that spent nothing: counted, it would hold
 * its own retry by the cooldown. An alarm's tag of that time shows that the call was made, and the stream resharded since.
 */
function callsMade(read: StateWithoutHistory, intent: ScalingIntent | undefined, nowMs: number): Ledger {
  const ledger = readLedger(read.tags, nowMs);
  if (!intent || read.status !== 'ACTIVE' || read.openShardCount !== intent.from) return ledger;
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
 * What an alarm's `LastScaledTimestamp` says. A text that is no time, or lies in the future, is not "never": that would
 * allow a scaling.
 */
export function readLastScaled(alarm: AlarmState, nowMs: number): LastScaled {
  const text = alarm.tags?.[alarmTagKeys.lastScaled];
  if (text === undefined || text === '') return { kind: 'never' };
  const ms = parseZonedTime(text);
  return ms === undefined || ms > nowMs + clockToleranceMs ? { kind: 'unreadable', text } : { kind: 'at', ms };
}

/** Both alarms, as far as they exist. */
export function liveAlarms(state: Pick<StreamState, 'alarms'>): readonly AlarmState[] {
  return [state.alarms.up, state.alarms.down].filter((alarm) => alarm !== undefined);
}

/** Time of the last scaling that is known of, from both alarms' tags and the ledger; undefined when there was none. */
export function lastScaledAtMs(state: StreamState, nowMs: number): number | undefined {
  const tagged = liveAlarms(state)
    .map((alarm) => readLastScaled(alarm, nowMs))
    .flatMap((last) => (last.kind === 'at' ? [last.ms] : []));
  const times = [...state.ledger, ...tagged];
  return times.length > 0 ? Math.max(...times) : undefined;
}

/**
 * The shard count that alarms and consumers must follow: the open count; while UPDATING the intent's target, since the open
 * count then moves step by step. Undefined while UPDATING without an intent that explains it: then nothing is touched.
 */
export function settledShardCount(state: StreamState): number | undefined {
  const { status, intent, openShardCount } = state;
  if (status === 'ACTIVE') return openShardCount;
  if (status !== 'UPDATING' || !intent) return undefined;
  const low = Math.min(intent.from, intent.to);
  const high = Math.max(intent.from, intent.to);
  return openShardCount >= low && openShardCount <= high ? intent.to : undefined;
}

/** A scaling takes seconds, and a minute or two where calls are throttled. */
const scalingAnswerMs = 2 * 60_000;

/** An invocation wrote its intent moments ago and is about to converge: two must not write to one alarm at a time. */
export function scalingIsUnderWay({ intent }: StreamState, nowMs: number): boolean {
  return intent !== undefined && nowMs - intent.atMs < scalingAnswerMs;
}

/** Whether the intent on the stream came true, as far as the shard count tells. */
export function intentTookEffect(state: StreamState): boolean {
  return state.intent !== undefined && settledShardCount(state) === state.intent.to;
}

export function concurrencySetByUs(state: StreamState, consumer: ConsumerState): readonly number[] {
  return readConcurrency(state.tags, consumer.functionName);
}
