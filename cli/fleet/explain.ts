/** What would be done now and why, rule by rule, and what would have to change. */
import { styleText } from 'node:util';
import Table from 'cli-table3';
import { readJudgedShardCount } from '../../core/alarm-definition.ts';
import type { ScalingDecision } from '../../core/decision.ts';
import type { ScalingEffect } from '../../core/effects.ts';
import type {
  DemandExplanation,
  DirectionExplanation,
  RuleVerdict,
  StreamExplanation,
} from '../../core/explanation.ts';
import type { Choice } from '../../core/policies/adaptive.ts';
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
    ...renderDecisions(explanation),
    '',
    `Converge: ${drift.findings.length === 0 ? 'everything agrees' : drift.findings.map(({ kind, ...rest }) => `${kind} ${JSON.stringify(rest)}`).join('; ')}`,
  ];
  if (explanation.enforcement)
    lines.push(`Bounds: ${explanation.enforcement.kind}, ${evidenceText(explanation.enforcement.because)}`);
  for (const fault of faults) lines.push(styleText('red', `Fault: ${describeFault(fault)}`));
  return lines.join('\n');
}

function renderDecisions({ policy, demand, up, down }: StreamExplanation): readonly string[] {
  if (policy === 'doubling') return [...renderDirection(up), '', ...renderDirection(down)];
  const net = [
    `The net: ${up.alarmName ?? 'the scale-up alarm'} is ${up.alarmState ?? 'missing'}, threshold ${up.threshold ?? 'none'}, and wakes the function.`,
  ];
  if (!demand) return [`Policy ${policy}: CloudWatch knows no traffic of this stream, so nothing is done.`, ...net];
  return [...renderDemand(policy, demand), '', ...net];
}

/** So many candidates are shown; JSON has them all. */
const shownCandidates = 10;

function renderDemand(name: string, { policy, rules, decision }: DemandExplanation): readonly string[] {
  const { offeredShards, wantedShardCount, settings, choice } = policy;
  return [
    `Policy ${name}: ${offeredShards.toFixed(2)} shards' worth is offered, so it wants ${shards(wantedShardCount)}. At a look now:`,
    ...renderRules(rules, decision),
    '',
    `It goes by: ${Object.entries(settings)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
    ...(choice ? renderCandidates(choice) : []),
  ];
}

function renderCandidates({ price, replayed }: Choice): readonly string[] {
  const table = new Table({
    head: ['candidate', 'shard-hours', 'throttled', 'score'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const { name, shardHours, throttledFraction, score } of replayed.slice(0, shownCandidates)) {
    table.push([name, shardHours.toFixed(1), `${(100 * throttledFraction).toFixed(3)} %`, score.toFixed(1)]);
  }
  const others = replayed.length - shownCandidates;
  return [
    `Chosen among ${replayed.length} candidates, by what each would have cost and throttled in the last week; a shard-hour of load thrown away counts as ${price.toFixed(0)} shard-hours:`,
    table.toString(),
    ...(others > 0 ? [`… and ${others} more; --format json has them all`] : []),
  ];
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
  return [head, ...renderRules(rules, decision)];
}

function renderRules(rules: readonly RuleVerdict[], decision: ScalingDecision | undefined): readonly string[] {
  const verdicts = rules.map(({ rule, demands, held }) =>
    held
      ? `  ${styleText('red', '✗')} ${String(rule).padStart(2)} ${demands}: ${styleText('red', held.reason)} (${evidenceText(held.because)}${held.retryAtMs === undefined ? '' : `, ends ${new Date(held.retryAtMs).toISOString()}`})`
      : `  ${styleText('green', '✓')} ${String(rule).padStart(2)} ${demands}`,
  );
  const end =
    decision?.kind === 'scale'
      ? `  → scale ${decision.direction} from ${decision.openShardCount} to ${decision.targetShardCount}`
      : `  → hold: ${decision?.reason}`;
  return [...verdicts, end];
}

/** The effects in their order, with dollars a month before and after. */
export function renderPlan(plan: ScalingPlan): string {
  const { from, to } = plan.intent;
  const direction = to > from ? 'up' : 'down';
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
