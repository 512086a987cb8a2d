/**
 * What a scaling would do, and nothing of it done: the whole plan, and what the shards would cost a month before and after.
 * An alarm's report and every reconcile while it would still act show the same.
 */

import type { HoldDecision, ScaleDecision } from '../decision/decision.ts';
import { planScaling } from '../plan/scaling-plan.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import type { StreamState } from '../stream/stream-state.ts';
import { type Prices, shardDollarsPerMonth, usEast1Prices } from './prices.ts';
import type { EffectOutcome } from './scaling-report.ts';

export interface DryRun {
  readonly outcome: 'planned';
  readonly decision: HoldDecision;
  readonly effects: readonly EffectOutcome[];
}

export function describeDryRun(
  decision: ScaleDecision,
  state: StreamState,
  settings: StreamSettings,
  nowMs: number,
  prices: Prices = usEast1Prices,
): DryRun {
  const { direction, openShardCount, targetShardCount, because } = decision;
  return {
    outcome: 'planned',
    decision: {
      kind: 'hold',
      reason: 'dry-run',
      because: {
        ...because,
        direction,
        openShardCount,
        targetShardCount,
        dollarsPerMonthNow: toCents(shardDollarsPerMonth(openShardCount, prices)),
        dollarsPerMonthThen: toCents(shardDollarsPerMonth(targetShardCount, prices)),
        pricesOf: `${prices.region} ${prices.asOf}`,
      },
    },
    effects: planScaling(decision, state, settings, nowMs)
      .steps.flat(2)
      .map((effect) => ({ effect })),
  };
}

function toCents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
