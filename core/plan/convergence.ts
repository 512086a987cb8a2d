/**
 * Converge: everything that belongs to a stream follows from its shard count. This file compares what is there with what
 * should be there, and plans the difference; a state that agrees gives an empty plan. A scaling, a retry, a deployment, a
 * resharding by hand and the schedule all end here.
 */

import { servingShards } from '../load/even-shards.ts';
import { startsOf } from '../stream/hash-keys.ts';
import { encodeSettled, newlySettled, readSettled, settledTag } from '../stream/settled-shards.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { intentTookEffect, isStepping, type StreamState, settledShardCount } from '../stream/stream-state.ts';
import { type NewAlarm, repairAlarm } from './alarm-repair.ts';
import { planConsumers } from './consumer-concurrency.ts';
import type { Lane, TagStream } from './effects.ts';
import type { Finding } from './findings.ts';

export interface ConvergencePlan {
  /** The shard count that everything must follow. Undefined when nothing may be touched now. */
  readonly shardCount: number | undefined;
  readonly findings: readonly Finding[];
  /** Writes what the stream's own tags must remember from now on. */
  readonly streamLanes: readonly Lane[];
  /** One lane for each alarm that needs a repair. */
  readonly alarmLanes: readonly Lane[];
  /** One lane for each consumer that needs a repair. */
  readonly concurrencyLanes: readonly Lane[];
}

/** @param newAlarm how to create missing alarms. Undefined where the stack creates them. */
export function planConvergence(facts: StreamFacts, newAlarm?: NewAlarm): ConvergencePlan {
  const { state } = facts;
  const shardCount = state.mode === 'ON_DEMAND' ? undefined : settledShardCount(state);
  if (shardCount === undefined) {
    const isUnexplained = state.mode === 'PROVISIONED' && state.status === 'UPDATING';
    const unexplained: Finding = { kind: 'unexplained-update', openShardCount: state.openShardCount };
    const findings = isUnexplained ? [unexplained] : [];
    return { shardCount, findings, streamLanes: [], alarmLanes: [], concurrencyLanes: [] };
  }
  const repairs = (['up', 'down'] as const).map((direction) => repairAlarm(direction, shardCount, facts, newAlarm));
  const consumers = planConsumers(shardCount, facts);
  const settled = rememberSettled(facts);
  return {
    shardCount,
    findings: [...findSteps(state), ...[...settled, ...repairs, ...consumers].flatMap(({ findings }) => findings)],
    streamLanes: settled.map(({ lane }) => lane),
    alarmLanes: repairs.map(({ lane }) => lane).filter((lane) => lane.length > 0),
    concurrencyLanes: consumers.map(({ lane }) => lane).filter((lane) => lane.length > 0),
  };
}

export function isConverged(plan: ConvergencePlan): boolean {
  return lanesOf(plan).length === 0;
}

/** All lanes of the plan. They may run side by side. */
export function lanesOf({ streamLanes, alarmLanes, concurrencyLanes }: ConvergencePlan): readonly Lane[] {
  return [...streamLanes, ...alarmLanes, ...concurrencyLanes];
}

function findSteps(state: StreamState): readonly Finding[] {
  const { openShardCount, shards } = state;
  if (isStepping(state)) {
    const { from, to } = state.intent;
    return [{ kind: 'resharding-stepwise', openShardCount, from, to }];
  }
  const serving = shards && Math.floor(servingShards(startsOf(shards)));
  return serving === undefined || serving >= openShardCount
    ? []
    : [{ kind: 'shards-uneven', openShardCount, servingShards: serving }];
}

/** Remembers the first sighting of a new shard count: a cooldown may begin at it, and consumers may be lowered after it. */
function rememberSettled({ state, nowMs }: StreamFacts) {
  const settled = newlySettled(state, nowMs);
  if (!settled) return [];
  const before = readSettled(state.tags, nowMs)?.shardCount;
  const finding: Finding = intentTookEffect(state)
    ? { kind: 'scaling-settled', openShardCount: settled.shardCount }
    : { kind: 'resharded-by-others', before, openShardCount: settled.shardCount };
  const effect: TagStream = { kind: 'tag-stream', tags: { [settledTag]: encodeSettled(settled) }, onFailure: 'abort' };
  return [{ findings: [finding], lane: [effect] }];
}
