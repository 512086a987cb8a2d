/** Answers what would be done with a stream now and why, rule by rule, and what holds it. */
import { restingThreshold } from '../../core/alarm/alarm-definition.ts';
import type { ScalingDecision } from '../../core/decision/decision.ts';
import type { Choice } from '../../core/load/adaptive.ts';
import type {
  DirectionExplanation,
  LoadExplanation,
  RuleAnswer,
  StreamExplanation,
} from '../../core/report/explanation.ts';
import { describeFault } from '../../core/result.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';
import { evidenceText } from '../evidence-text.ts';
import { styled } from '../style.ts';
import { renderTable } from '../table.ts';
import { describeFailures } from './explained-stream.ts';
import { countShards } from './shard-count.ts';

type Failures = ExplainAnswer['failures'];

/** @param failures calls that failed: what rests on them is unknown */
export function renderExplanation(explanation: StreamExplanation, failures: Failures, columns?: number): string {
  const { streamName, status, openShardCount, minShards, maxShards, callsLeft, dryRun, drift, faults } = explanation;
  const lines = [
    styled(
      'bold',
      `${streamName}: ${status}, ${countShards(openShardCount, 'open ')} (${minShards} to ${maxShards}), ${callsLeft} calls left (rolling 24 h)${dryRun ? ', dry run' : ''}`,
    ),
    '',
    ...renderDecisions(explanation, failures, columns),
    '',
    `Converge: ${drift.findings.length === 0 ? 'everything agrees' : drift.findings.map(({ kind, ...rest }) => `${kind} ${JSON.stringify(rest)}`).join('; ')}`,
  ];
  if (explanation.enforcement)
    lines.push(`Bounds: ${explanation.enforcement.kind}, ${evidenceText(explanation.enforcement.because)}`);
  if (failures.length > 0) lines.push(styled('red', `Could not be read: ${describeFailures(failures)}`));
  for (const fault of faults) lines.push(styled('red', `Fault: ${describeFault(fault)}`));
  return lines.join('\n');
}

function renderDecisions(
  { policy, demand: load, up, down }: StreamExplanation,
  failures: Failures,
  columns?: number,
): readonly string[] {
  if (policy === 'doubling') return [...renderDirection(up), '', ...renderDirection(down)];
  const net = [
    `The net: ${up.alarmName ?? 'the scale-up alarm'} is ${up.alarmState ?? 'missing'}, ${describeThreshold(up)}; when it fires, it wakes the function.`,
  ];
  if (!load) {
    const unknown =
      failures.length > 0
        ? 'the traffic of this stream could not be read, so a load check does nothing; the alarm doubles the shards.'
        : 'CloudWatch knows no traffic of this stream in two weeks, so a load check does nothing.';
    return [`Policy ${policy}: ${unknown}`, ...net];
  }
  return [...renderLoad(policy, load, columns), '', ...net];
}

/** The table shows this many candidates; JSON has all of them. */
const shownCandidates = 10;

function renderLoad(name: string, { policy, rules, decision }: LoadExplanation, columns?: number): readonly string[] {
  const { offeredShards, wantedShardCount, settings, choice } = policy;
  return [
    `Policy ${name}: ${offeredShards.toFixed(2)} shards' worth is offered, so it wants ${countShards(wantedShardCount)}. If a load check ran now:`,
    ...renderRules(rules, decision),
    '',
    `It goes by: ${Object.entries(settings)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
    ...(choice ? renderCandidates(choice, columns) : []),
  ];
}

function renderCandidates({ price, replayed }: Choice, columns?: number): readonly string[] {
  const rows = replayed
    .slice(0, shownCandidates)
    .map(({ name, shardHours, throttledFraction, score }) => [
      name,
      shardHours.toFixed(1),
      `${(100 * throttledFraction).toFixed(3)} %`,
      score.toFixed(1),
    ]);
  const figure = (title: string) => ({ title, align: 'right' as const });
  const head = [{ title: 'candidate', wrapTo: 12 }, figure('shard-hours'), figure('throttled'), figure('score')];
  const others = replayed.length - shownCandidates;
  return [
    `Chosen among ${replayed.length} candidates, by what each would have cost and throttled in the last week; a shard-hour of load thrown away counts as ${price.toFixed(0)} shard-hours:`,
    renderTable(head, rows, columns),
    ...(others > 0 ? [`… and ${others} more; --format json has them all`] : []),
  ];
}

function renderDirection(explanation: DirectionExplanation): readonly string[] {
  const { direction, alarmName, alarmState, judgedShardCount, rules, decision } = explanation;
  if (!alarmName)
    return [`Scale ${direction}: the alarm is missing; deploy again, or tag the stream autoscaling/enabled = true`];
  const head = `Scale ${direction}: ${alarmName} is ${alarmState}, ${describeThreshold(explanation)}, judges by ${judgedShardCount === undefined ? 'no shard count' : countShards(judgedShardCount)}. If it fired now:`;
  return [head, ...renderRules(rules, decision)];
}

/** At the minimum or maximum, or where a policy does not need the alarm, no utilization meets the threshold. */
function describeThreshold({ direction, threshold }: DirectionExplanation): string {
  return threshold === restingThreshold[direction]
    ? `at rest (threshold ${threshold})`
    : `threshold ${threshold ?? 'none'}`;
}

function renderRules(rules: readonly RuleAnswer[], decision: ScalingDecision | undefined): readonly string[] {
  const verdicts = rules.map(({ rule, demands: requires, held }) => {
    const what = `${String(rule).padStart(2)} ${requires}`;
    if (!held) return `  ${styled('green', '✓')} ${what}`;
    const ends = held.retryAtMs === undefined ? '' : `, ends ${new Date(held.retryAtMs).toISOString()}`;
    // Having enough shards is not a fault.
    const [sign, color] = held.reason === 'demand-met' ? (['•', 'green'] as const) : (['✗', 'red'] as const);
    return `  ${styled(color, sign)} ${what}: ${styled(color, held.reason)} (${evidenceText(held.because)}${ends})`;
  });
  const end =
    decision?.kind === 'scale'
      ? `  → scale ${decision.direction} from ${decision.openShardCount} to ${decision.targetShardCount}`
      : `  → hold: ${decision?.reason}`;
  return [...verdicts, end];
}
