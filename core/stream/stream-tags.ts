/**
 * The stream's tags are the product's memory: the intent of a scaling, the ledger of the last day's calls, and the reserved
 * concurrency that we set. Keys and values use only the characters that AWS documents for streams: letters, digits, white
 * space and _ . / = + - @ (no colon, no comma).
 */
import { awsFacts } from '../aws-facts.ts';
import { formatBasicTime, minuteMs, parseBasicTime } from '../time.ts';

export const tagKeys = {
  intent: 'autoscaling/scaling',
  ledger: 'autoscaling/ledger',
  /** Followed by the function's name. */
  concurrency: 'autoscaling/concurrency/',
} as const;

/** Fingerprint of the last hold of which people were notified. */
export const lastNoticeTag = 'autoscaling/last-notice';

/** Fingerprint of the problems of which people were notified last. Empty after the all-clear. */
export const notifiedProblemsTag = 'autoscaling/told-problems';

/** AWS refused a call for a reason that the ledger does not show. Until this time no other call is tried. */
export const refusedUntilTag = 'autoscaling/refused-until';

/** A time that lies further ahead than two clocks may differ was written by a wrong clock, or by hand. */
export const clockToleranceMs = minuteMs;

export type Tags = Readonly<Record<string, string>>;

/** By one UpdateShardCount, or stepwise: by splits and merges one at a time. */
export type ReshardingWay = 'call' | 'steps';

/** A scaling that is about to begin, is under way, or is done: `20260302T091544.775Z 4 8`. */
export interface ScalingIntent {
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** Present while steps lead there: `20260302T091544.775Z 64 32 steps`. It goes when the last step is done. */
  readonly way?: 'steps';
  /** The open shards at the call that ended stepwise resharding early: `20260302T091544.775Z 32 64 via 50`. */
  readonly via?: number;
}

export function encodeIntent(intent: ScalingIntent | undefined): string {
  if (!intent) return '';
  const { atMs, from, to, way, via } = intent;
  return `${formatBasicTime(atMs)} ${from} ${to}${way ? ` ${way}` : ''}${via === undefined ? '' : ` via ${via}`}`;
}

/** Undefined where there is no intent, and where somebody garbled it: then nothing is assumed. */
export function readIntent(tags: Tags): ScalingIntent | undefined {
  const match = /^(\S+) ([1-9]\d*) ([1-9]\d*)( steps)?(?: via ([1-9]\d*))?$/.exec(tags[tagKeys.intent] ?? '');
  const atMs = match?.[1] === undefined ? undefined : parseBasicTime(match[1]);
  if (!match || atMs === undefined) return undefined;
  const [, , from, to, steps, via] = match;
  return {
    atMs,
    from: Number(from),
    to: Number(to),
    ...(steps === undefined ? {} : { way: 'steps' as const }),
    ...(via === undefined ? {} : { via: Number(via) }),
  };
}

/** Times (epoch ms, ascending) of the UpdateShardCount calls of the last day, kept to the second. */
export type Ledger = readonly number[];

/** The calls of the rolling day as epoch seconds. One tag holds 23 of them, which is more than the largest quota. */
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

/** The ledger without the entry of one call. Entries are kept to the second. */
export function withoutCall(ledger: Ledger, callAtMs: number): Ledger {
  const entry = Math.ceil(callAtMs / 1000) * 1000;
  return ledger.filter((ms) => ms !== entry);
}

/**
 * Drops entries that are older than a day. One that is exactly a day old still counts, since AWS does not say more. Drops
 * entries that lie further ahead than clocks differ: nobody has made a call of tomorrow, and one in the ledger would hold a
 * full stream for a day.
 */
export function keepLastDay(times: Ledger, nowMs: number): Ledger {
  const windowMs = awsFacts.updateShardCountWindow.value;
  return times.filter((ms) => ms >= nowMs - windowMs && ms <= nowMs + clockToleranceMs).toSorted((a, b) => a - b);
}

/**
 * The reserved concurrency that we set for a consumer. The tag is written before the call, so it holds the value before the
 * last scaling and the value after it. Somebody else set a reservation that is neither.
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

/** Others have spent the stream's daily quota, or the account has all the shards that it may have. */
export type RefusalReason = 'daily-quota' | 'account-shard-limit';

export interface RefusalPause {
  readonly reason: RefusalReason;
  readonly untilMs: number;
}

/** A refusal may have been for the rate of calls after all, and another stream may free its shards at any time. */
const firstPauseMs = 4 * minuteMs;
/** A second refusal for the quota soon after the first: others have spent it, and nobody knows when a call is free. */
const nextPausesMs = 30 * minuteMs;

/** The tag for a refusal at `nowMs`: `20260302T091544.775Z account-shard-limit`. @param tags with the refusal before it. */
export function encodeRefusal(reason: RefusalReason, tags: Tags, nowMs: number): Tags {
  const before = parseRefusal(tags);
  const isAgain =
    reason === 'daily-quota' && before?.reason === reason && Math.abs(nowMs - before.untilMs) < nextPausesMs;
  const until = formatBasicTime(nowMs + (isAgain ? nextPausesMs : firstPauseMs));
  return { [refusedUntilTag]: `${until} ${reason}` };
}

/** Undefined when the pause is over, and when the tag names a time that lies further ahead than any pause. */
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
