/**
 * Converge: everything that belongs to a stream follows from its shard count. This file compares what is there with what
 * should be there, and plans the difference; a state that agrees gives an empty plan. A scaling, a retry, a deployment, a
 * resharding by hand and the schedule all end here.
 */
import type { StreamFacts } from '../stream/stream-facts.ts';
import { settledShardCount } from '../stream/stream-state.ts';
import { type NewAlarm, repairAlarm } from './alarm-repair.ts';
import { planConsumers } from './consumer-concurrency.ts';
import type { Lane } from './effects.ts';
import type { Finding } from './findings.ts';

export interface ConvergencePlan {
  /** The shard count that everything must follow. Undefined when nothing may be touched now. */
  readonly shardCount: number | undefined;
  readonly findings: readonly Finding[];
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
    return { shardCount, findings: isUnexplained ? [unexplained] : [], alarmLanes: [], concurrencyLanes: [] };
  }
  const repairs = (['up', 'down'] as const).map((direction) => repairAlarm(direction, shardCount, facts, newAlarm));
  const consumers = planConsumers(shardCount, facts);
  return {
    shardCount,
    findings: [...repairs, ...consumers].flatMap(({ findings }) => findings),
    alarmLanes: repairs.map(({ lane }) => lane).filter((lane) => lane.length > 0),
    concurrencyLanes: consumers.map(({ lane }) => lane).filter((lane) => lane.length > 0),
  };
}

export function isConverged(plan: ConvergencePlan): boolean {
  return plan.alarmLanes.length === 0 && plan.concurrencyLanes.length === 0;
}
