/** What would be done now and why, rule by rule, and what would have to change. */
import { styleText } from 'node:util';
import { readJudgedShardCount } from '../../core/alarm-definition.ts';
import type { ScalingEffect } from '../../core/effects.ts';
import type { DirectionExplanation, StreamExplanation } from '../../core/explanation.ts';
import { shardDollarsPerMonth, usEast1Prices } from '../../core/prices.ts';
import { describeFault } from '../../core/result.ts';
import type { ScalingPlan } from '../../core/scaling-plan.ts';
import type { Tags } from '../../core/stream-tags.ts';
import { evidenceText } from '../demo/timeline.ts';

export function renderExplanation(explanation: StreamExplanation): string {
  const { streamName, status, openShardCount, minShards, maxShards, callsLeft, dryRun, drift, faults } = explanation;
  const lines = [
    styleText(
      'bold',
      `${streamName}: ${status}, ${shards(openShardCount, 'open ')} (${minShards} to ${maxShards}), ${callsLeft} calls left today${dryRun ? ', dry run' : ''}`,
    ),
    '',
    ...renderDirection(explanation.up),
    '',
    ...renderDirection(explanation.down),
    '',
    `Converge: ${drift.findings.length === 0 ? 'everything agrees' : drift.findings.map(({ kind, ...rest }) => `${kind} ${JSON.stringify(rest)}`).join('; ')}`,
  ];
  if (explanation.enforcement)
    lines.push(`Bounds: ${explanation.enforcement.kind}, ${evidenceText(explanation.enforcement.because)}`);
  for (const fault of faults) lines.push(styleText('red', `Fault: ${describeFault(fault)}`));
  return lines.join('\n');
}

function renderDirection({
  direction,
  alarmName,
  alarmState,
  threshold,
  judgedShardCount,
  rules,
  decision,
}: DirectionExplanation): readonly string[] {
  if (!alarmName)
    return [`Scale ${direction}: the alarm is missing; deploy again, or tag the stream autoscaling/enabled = true`];
  const head = `Scale ${direction}: ${alarmName} is ${alarmState}, threshold ${threshold}, judges by ${judgedShardCount === undefined ? 'no shard count' : shards(judgedShardCount)}. If it fired now:`;
  const verdicts = rules.map(({ rule, demands, held }) =>
    held
      ? `  ${styleText('red', '✗')} ${String(rule).padStart(2)} ${demands}: ${styleText('red', held.reason)} (${evidenceText(held.because)}${held.retryAtMs === undefined ? '' : `, ends ${new Date(held.retryAtMs).toISOString()}`})`
      : `  ${styleText('green', '✓')} ${String(rule).padStart(2)} ${demands}`,
  );
  const end =
    decision?.kind === 'scale'
      ? `  → scale ${direction} from ${decision.openShardCount} to ${decision.targetShardCount}`
      : `  → hold: ${decision?.reason}`;
  return [head, ...verdicts, end];
}

/** The effects in their order, with dollars a month before and after. */
export function renderPlan(direction: string, plan: ScalingPlan): string {
  const { from, to } = plan.intent;
  const dollars = (count: number) => `$${Math.round(shardDollarsPerMonth(count))}`;
  const lines = [
    styleText(
      'bold',
      `Scale ${direction} from ${from} to ${shards(to)}: ${dollars(from)} -> ${dollars(to)} a month for shards (${usEast1Prices.region}, ${usEast1Prices.asOf})`,
    ),
  ];
  plan.steps.forEach((lanes, step) => {
    lines.push(`  step ${step + 1}`);
    for (const lane of lanes) {
      for (const effect of lane)
        lines.push(`    ${describeEffect(effect)}  ${styleText('dim', `on failure: ${effect.onFailure}`)}`);
    }
  });
  return lines.join('\n');
}

/** As the call is named in AWS's own log. */
function describeEffect(effect: ScalingEffect): string {
  switch (effect.kind) {
    case 'tag-stream':
      return `AddTagsToStream ${describeTags(effect.tags)}`;
    case 'update-shard-count':
      return `UpdateShardCount ${effect.from} -> ${effect.to}`;
    case 'split-shard':
      return `SplitShard ${effect.shardId} at ${effect.startingHashKey}: ${effect.from} -> ${effect.to}`;
    case 'create-alarm':
    case 'put-alarm': {
      const { alarmName, definition } = effect;
      return `PutMetricAlarm ${alarmName}: threshold ${definition.threshold} of ${shards(readJudgedShardCount(definition.metrics) ?? 0)}`;
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

function shards(count: number, which = ''): string {
  return `${count} ${which}${count === 1 ? 'shard' : 'shards'}`;
}
