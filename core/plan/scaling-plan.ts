/**
 * Turns a decision to scale into ordered, printable effects: the intent, then the call that changes the shard count, then
 * everything that follows from the new count. Nothing here talks to AWS.
 */
import type { ScaleDecision } from '../decision/decision.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { intendedShardCount, type StreamState } from '../stream/stream-state.ts';
import {
  encodeConcurrency,
  encodeIntent,
  encodeLedger,
  keepLastDay,
  lastNoticeTag,
  readConcurrency,
  type ScalingIntent,
  type Tags,
  tagKeys,
} from '../stream/stream-tags.ts';
import { concurrencyTags } from './consumer-concurrency.ts';
import { planConvergence } from './convergence.ts';
import type { Lane, ScalingEffect } from './effects.ts';
import { effectOf } from './next-step.ts';

export interface ScalingPlan {
  readonly intent: ScalingIntent;
  /** Steps run one after the other. A failed `abort` ends the plan. */
  readonly steps: readonly (readonly Lane[])[];
  /** Intent, ledger and last notice as they were before. They are written back when AWS refuses the call. */
  readonly takeBack: Tags;
}

/** Consumers are raised together with the call and not after it, so that new shards find their readers. */
export function planScaling(decision: ScaleDecision, facts: StreamFacts): ScalingPlan {
  const { state, nowMs } = facts;
  const intent = intentOf(decision, facts);
  const lastNotice = state.tags[lastNoticeTag];
  const tags = {
    [tagKeys.intent]: encodeIntent(intent),
    [tagKeys.ledger]: encodeLedger(keepLastDay(spendsCall(decision) ? [...state.ledger, nowMs] : state.ledger, nowMs)),
    ...concurrencyTags(state, intent.to),
    // After a scaling, people are notified of a hold again, also of one that they knew before.
    ...(lastNotice ? { [lastNoticeTag]: '' } : {}),
  };
  // The state as it will be once AWS accepts the call. What must follow is planned before the call and not read after it.
  const called: StreamState = { ...state, status: 'UPDATING', intent, tags: { ...state.tags, ...tags } };
  const { alarmLanes, concurrencyLanes } = planConvergence({ ...facts, state: called });
  return {
    intent,
    steps: [
      [[{ kind: 'tag-stream', tags: { ...tags, ...withReservations(tags, concurrencyLanes) }, onFailure: 'abort' }]],
      [[callOf(decision, intent)], ...concurrencyLanes],
      alarmLanes,
    ],
    takeBack: {
      [tagKeys.intent]: state.tags[tagKeys.intent] ?? '',
      [tagKeys.ledger]: encodeLedger(state.ledger),
      ...(lastNotice ? { [lastNoticeTag]: lastNotice } : {}),
    },
  };
}

/**
 * The tags of consumers with what is about to be reserved: more than the target needs while both counts have readers, or less
 * where the account has no more. A reservation that no tag names would pass for somebody else's.
 */
function withReservations(tags: Tags, lanes: readonly Lane[]): Tags {
  const reservations = lanes.flat().filter((effect) => effect.kind === 'set-concurrency');
  return Object.fromEntries(
    reservations.map(({ functionName, to }) => {
      const values = readConcurrency(tags, functionName);
      return [tagKeys.concurrency + functionName, encodeConcurrency([...new Set([...values, to])])];
    }),
  );
}

/** `from` is where the stream was meant to be, so that direction and distance are those of the decision. */
function intentOf(
  { openShardCount, targetShardCount, step }: ScaleDecision,
  { state, nowMs }: StreamFacts,
): ScalingIntent {
  const intent = { atMs: nowMs, from: intendedShardCount(state), to: targetShardCount };
  const via = openShardCount === intent.from ? {} : { via: openShardCount };
  return step ? { ...intent, way: 'steps', ...via } : { ...intent, ...via };
}

function spendsCall({ split, step }: ScaleDecision): boolean {
  return !split && !step;
}

/** The call that changes the shard count, or the first of them. */
function callOf({ split, step }: ScaleDecision, { from, to }: ScalingIntent): ScalingEffect {
  if (step) return effectOf(step, { from, to });
  if (!split) return { kind: 'update-shard-count', from, to, onFailure: 'abort' };
  const { shardId, startingHashKey } = split;
  return { kind: 'split-shard', shardId, startingHashKey, from, to, onFailure: 'abort' };
}
