/**
 * UpdateShardCount was refused, or had no answer. AWS uses one exception for several reasons: this file finds out which one it
 * is, and reads the stream again where there was no answer.
 */
import { type HoldDecision, hold } from '../../core/decision/decision.ts';
import type { AwsFailure } from '../../core/report/scaling-report.ts';
import type { StreamState } from '../../core/stream/stream-state.ts';
import type { ScalingIntent } from '../../core/stream/stream-tags.ts';
import type { Clock, Ports } from '../ports.ts';

export type Refusal =
  /** It was accepted after all: converge. */
  | { readonly kind: 'accepted' }
  /** Nothing was changed: take intent and ledger entry back, and hold. */
  | { readonly kind: 'held'; readonly decision: HoldDecision; readonly takeBack: boolean }
  /** The call may be sent again. */
  | { readonly kind: 'resend' }
  /** Nothing was changed, or nobody knows: fail, and let the next delivery read again. */
  | { readonly kind: 'failed'; readonly takeBack: boolean };

/** The third refusal for the rate within one invocation counts as one for the quota: others have spent it. */
const rateAttempts = 3;
const rateWaitMs = 1_000;

/** The call that was refused. */
export interface SentCall {
  /** 1 for the first. */
  readonly attempt: number;
  readonly intent: ScalingIntent;
  /** Of the stream, before the call. */
  readonly state: StreamState;
  /** Infinite for a call that the quota does not count. */
  readonly dailyQuota: number;
}

export async function judgeRefusal(failure: AwsFailure, sent: SentCall, ports: Ports, clock: Clock): Promise<Refusal> {
  switch (failure.kind) {
    case 'unanswered':
      return await readAgain(sent, ports);
    case 'busy':
      // Tags cannot be written while the stream is UPDATING; the entry stays, and counts at worst one call too many.
      return { kind: 'held', takeBack: false, decision: hold('stream-updating', { refusedWith: failure.code }) };
    case 'limit':
      return await judgeLimit(sent, ports, clock);
    case 'gone':
    case 'throttled':
    case 'denied':
    case 'other':
      return { kind: 'failed', takeBack: true };
  }
}

/** A stream that is UPDATING, or has the target already, shows that the call has worked. */
async function readAgain({ state, intent }: SentCall, ports: Ports): Promise<Refusal> {
  const summary = await ports.streams.describe(state.streamName);
  if (!summary.ok) return { kind: 'failed', takeBack: false };
  const { status, openShardCount } = summary.value;
  const accepted = status === 'UPDATING' || openShardCount === intent.to;
  return accepted ? { kind: 'accepted' } : { kind: 'failed', takeBack: false };
}

/** `LimitExceededException` has three causes: the stream's daily quota, the account's shards, and the call rate. */
async function judgeLimit(sent: SentCall, ports: Ports, clock: Clock): Promise<Refusal> {
  const { attempt, intent, state, dailyQuota } = sent;
  const direction = intent.to > intent.from ? 'up' : 'down';
  const quota: Refusal = {
    kind: 'held',
    takeBack: true,
    decision: hold('daily-quota', { callsInLastDay: state.ledger.length, dailyQuota, direction }),
  };
  if (state.ledger.length >= dailyQuota) return quota;
  const limits = await ports.streams.describeLimits();
  if (limits.ok && limits.value.openShardCount + intent.to - intent.from > limits.value.shardLimit) {
    const { shardLimit, openShardCount } = limits.value;
    return {
      kind: 'held',
      takeBack: true,
      decision: hold('account-shard-limit', {
        shardLimit,
        accountShards: openShardCount,
        targetShardCount: intent.to,
        direction,
      }),
    };
  }
  // The quota does not count splits: for them only the rate is left.
  if (attempt >= rateAttempts) return Number.isFinite(dailyQuota) ? quota : { kind: 'failed', takeBack: true };
  await clock.sleep(rateWaitMs * attempt);
  return { kind: 'resend' };
}
