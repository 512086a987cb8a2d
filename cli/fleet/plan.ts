/** The effects of a scaling in their order, each under the name that CloudTrail gives the call. */
import { readJudgedShardCount } from '../../core/alarm/alarm-definition.ts';
import type { ScalingEffect } from '../../core/plan/effects.ts';
import type { ScalingPlan } from '../../core/plan/scaling-plan.ts';
import { shardDollarsPerMonth, usEast1Prices } from '../../core/report/prices.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { styled } from '../style.ts';
import { countShards } from './shard-count.ts';

/** With dollars a month before and after. */
export function renderPlan(plan: ScalingPlan): string {
  const { from, to } = plan.intent;
  const direction = to > from ? 'up' : 'down';
  const dollars = (count: number) => `$${Math.round(shardDollarsPerMonth(count))}`;
  const lines = [
    styled(
      'bold',
      `Scale ${direction} from ${from} to ${countShards(to)}: ${dollars(from)} -> ${dollars(to)} a month for shards (${usEast1Prices.region}, ${usEast1Prices.asOf})`,
    ),
  ];
  plan.steps.forEach((lanes, step) => {
    lines.push(`  step ${step + 1}`);
    for (const lane of lanes) {
      for (const effect of lane)
        lines.push(`    ${describeEffect(effect)}  ${styled('dim', `on failure: ${effect.onFailure}`)}`);
    }
  });
  return lines.join('\n');
}

function describeEffect(effect: ScalingEffect): string {
  switch (effect.kind) {
    case 'tag-stream':
      return `AddTagsToStream ${describeTags(effect.tags)}`;
    case 'update-shard-count':
      return `UpdateShardCount ${effect.from} -> ${effect.to}`;
    case 'split-shard':
      return `SplitShard ${effect.shardId} at ${effect.startingHashKey}: ${effect.from} -> ${effect.to}`;
    case 'merge-shards':
      return `MergeShards ${effect.shardId} + ${effect.adjacentShardId}: ${effect.from} -> ${effect.to}`;
    case 'create-alarm':
    case 'put-alarm': {
      const { alarmName, definition } = effect;
      return `PutMetricAlarm ${alarmName}: threshold ${definition.threshold} of ${countShards(readJudgedShardCount(definition.metrics) ?? 0)}`;
    }
    case 'rearm-alarm':
      return `SetAlarmState ${effect.alarmName} INSUFFICIENT_DATA: ${effect.why}`;
    case 'tag-alarm':
      return `TagResource ${effect.alarmName} ${describeTags(effect.tags)}`;
    case 'set-concurrency':
      return `PutFunctionConcurrency ${effect.functionName} ${effect.from ?? 'none'} -> ${effect.to}`;
  }
}

function describeTags(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key} = "${value}"`)
    .join(', ');
}
