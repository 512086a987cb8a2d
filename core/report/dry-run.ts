/**
 * Dry run: describes a scaling and carries out none of it. The report has the whole plan, and what the shards cost a month
 * before and after. While the alarm stays in ALARM, every reconcile reports the same.
 */
import { type HoldDecision, hold, type ScaleDecision } from '../decision/decision.ts';
import { planScaling } from '../plan/scaling-plan.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { type Prices, shardDollarsPerMonth, usEast1Prices } from './prices.ts';
import type { EffectOutcome } from './scaling-report.ts';

export interface DryRun {
  readonly outcome: 'planned';
  readonly decision: HoldDecision;
  readonly effects: readonly EffectOutcome[];
}

export function describeDryRun(decision: ScaleDecision, facts: StreamFacts, prices: Prices = usEast1Prices): DryRun {
  const { direction, openShardCount, targetShardCount, because } = decision;
  return {
    outcome: 'planned',
    decision: hold('dry-run', {
      ...because,
      direction,
      openShardCount,
      targetShardCount,
      dollarsPerMonthNow: toCents(shardDollarsPerMonth(openShardCount, prices)),
      dollarsPerMonthThen: toCents(shardDollarsPerMonth(targetShardCount, prices)),
      pricesOf: `${prices.region} ${prices.asOf}`,
    }),
    effects: planScaling(decision, facts)
      .steps.flat(2)
      .map((effect) => ({ effect })),
  };
}

function toCents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
