/**
 * What must be remembered rides on the stream as tags: the intent of the scaling under way, the ledger of the last day's
 * calls, and the reserved concurrency that we set. Tag keys and values keep to the characters AWS documents for streams:
 * letters, digits, white space and _ . / = + - @ (no colon, no comma).
 */
import { awsFacts } from '../aws-facts.ts';
import { formatBasicTime, parseBasicTime } from '../time.ts';

export const tagKeys = {
  intent: 'autoscaling/scaling',
  ledger: 'autoscaling/ledger',
  /** Followed by the function's name. */
  concurrency: 'autoscaling/concurrency/',
} as const;

/** Fingerprint of the last hold that people were told of. */
export const lastNoticeTag = 'autoscaling/last-notice';

/** AWS refused a call for what no ledger tells: until then none is tried. */
export const refusedUntilTag = 'autoscaling/refused-until';

/** A time that lies further ahead than clocks differ was written by a wrong clock, or by hand. */
export const clockToleranceMs = 60_000;

export type Tags = Readonly<Record<string, string>>;

/** A scaling that was about to be called, or is under way, or is done: `20260302T091544.775Z 4 8`. */
export interface ScalingIntent {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
}

export function encodeIntent(intent: ScalingIntent | undefined): string {
  return intent ? `${formatBasicTime(intent.atMs)} ${intent.from} ${intent.to}` : '';
}

/** Undefined for no intent and for one that somebody garbled: then nothing is known, and nothing is assumed. */
export function readIntent(tags: Tags): ScalingIntent | undefined {
  const match = /^(\S+) ([1-9]\d*) ([1-9]\d*)$/.exec(tags[tagKeys.intent] ?? '');
  const atMs = match?.[1] === undefined ? undefined : parseBasicTime(match[1]);
  if (!match || atMs === undefined) return undefined;
  return { atMs, from: Number(match[2]), to: Number(match[3]) };
}

/** Times (epoch ms, ascending) of the UpdateShardCount calls of the last day, kept to the second. */
export type Ledger = readonly number[];

/** Calls still inside the rolling day, as epoch seconds: 23 of them fit into one tag, more than the largest quota. */
export function encodeLedger(ledger: Ledger): string {
  return ledger.map((ms) => Math.ceil(ms / 1000)).join(' ');
}

export function readLedger(tags: Tags, nowMs: number): Ledger {
  const times = (tags[tagKeys.ledger] ?? '')
    .split(' ')
    .filter((word) => /^\d{9,11}$/.test(word))
    .map((word) => Number(word) * 1000);
  return keepLastDay(times, nowMs);
}

/** The ledger without the entry of one call, which is kept to the second. */
export function withoutCall(ledger: Ledger, callAtMs: number): Ledger {
  const entry = Math.ceil(callAtMs / 1000) * 1000;
  return ledger.filter((ms) => ms !== entry);
}

/**
 * Drops what is older than the window (exactly as old still counts: AWS says no more), and what lies further ahead than clocks
 * differ: nobody has made a call of tomorrow, and believing in one would hold a full stream for a day.
 */
export function keepLastDay(times: Ledger, nowMs: number): Ledger {
  const windowMs = awsFacts.updateShardCountWindow.value;
  return times.filter((ms) => ms >= nowMs - windowMs && ms <= nowMs + clockToleranceMs).toSorted((a, b) => a - b);
}

/**
 * The reserved concurrency that we set for a consumer: the value before the last scaling and the one after it, since the
 * tag is written before the call. A reservation that is neither was set by somebody else.
 */
export function encodeConcurrency(values: readonly number[]): string {
  return values.join(' ');
}

export function readConcurrency(tags: Tags, functionName: string): readonly number[] {
  return (tags[tagKeys.concurrency + functionName] ?? '')
    .split(' ')
    .filter((word) => /^\d{1,7}$/.test(word))
    .map(Number);
}

/** The stream's quota, of which others have spent a call, or the shards that the account may have. */
export type RefusalReason = 'daily-quota' | 'account-shard-limit';

export interface RefusalPause {
  readonly reason: RefusalReason;
  readonly untilMs: number;
}

/** A refusal may have been for the rate of calls after all, and another stream may free its shards at any time. */
const firstPauseMs = 4 * 60_000;
/** Refused for the quota again soon after: others have spent it, and nobody knows when it has room. */
const nextPausesMs = 30 * 60_000;

/** Tag of a refusal at `nowMs`, by what the tags say of the one before: `20260302T091544.775Z account-shard-limit`. */
export function encodeRefusal(reason: RefusalReason, tags: Tags, nowMs: number): Tags {
  const before = parseRefusal(tags);
  const isAgain =
    reason === 'daily-quota' && before?.reason === reason && Math.abs(nowMs - before.untilMs) < nextPausesMs;
  const until = formatBasicTime(nowMs + (isAgain ? nextPausesMs : firstPauseMs));
  return { [refusedUntilTag]: `${until} ${reason}` };
}

/** Undefined when it is over, or lies further ahead than a pause can. */
export function readRefusal(tags: Tags, nowMs: number): RefusalPause | undefined {
  const pause = parseRefusal(tags);
  return pause && pause.untilMs > nowMs && pause.untilMs <= nowMs + nextPausesMs ? pause : undefined;
}

function parseRefusal(tags: Tags): RefusalPause | undefined {
  const [time = '', reason] = (tags[refusedUntilTag] ?? '').split(' ');
  const untilMs = parseBasicTime(time);
  return untilMs === undefined
    ? undefined
    : { untilMs, reason: reason === 'account-shard-limit' ? reason : 'daily-quota' };
}
