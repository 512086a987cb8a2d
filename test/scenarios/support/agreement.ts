/**
 * What disagrees about a stream, asked of AWS as an operator would and written without the product's own comparing code.
 * Tags are judged once there was a scaling.
 */
import { bounds, lambdasPerShard, thresholds } from './fleet.ts';
import type { StreamUnderTest } from './stream-under-test.ts';

/** @returns sentences; none when stream, alarms, tags and consumer agree with one another. */
export function disagreementsOf(
  stream: StreamUnderTest,
  expected: Partial<typeof bounds & typeof thresholds> = {},
): readonly string[] {
  return [
    ...faultsOfAlarms(stream, { ...bounds, ...thresholds, ...expected }),
    ...faultsOfTags(stream),
    ...faultsOfConcurrency(stream),
  ];
}

function faultsOfAlarms(stream: StreamUnderTest, expected: typeof bounds & typeof thresholds): readonly string[] {
  const { openShardCount: open } = stream;
  const wanted = {
    up: open >= expected.maxShards ? 'rests' : expected.scaleUpThreshold,
    down: open <= expected.minShards ? 'rests' : expected.scaleDownThreshold,
  };
  return (['up', 'down'] as const).flatMap((direction) => {
    const { AlarmName: name, Threshold: threshold = Number.NaN, StateValue: state, ...times } = stream.alarm(direction);
    const judged = stream.judgedShardCount(direction);
    const fired = times.StateTransitionedTimestamp?.getTime() ?? 0;
    const configured = times.AlarmConfigurationUpdatedTimestamp?.getTime() ?? 0;
    const fits = wanted[direction] === 'rests' ? threshold < 0 || threshold > 1 : threshold === wanted[direction];
    return [
      ...(judged === String(open) ? [] : [`${name} judges by ${judged} shards, the stream has ${open}`]),
      ...(fits ? [] : [`${name} has threshold ${threshold} instead of ${wanted[direction]}`]),
      ...(state === 'ALARM' && fired <= configured ? [`${name} is in ALARM by math that no longer stands`] : []),
    ];
  });
}

function faultsOfTags(stream: StreamUnderTest): readonly string[] {
  const { 'autoscaling/scaling': intent = '', 'autoscaling/ledger': ledger = '' } = stream.tags;
  const calls = ledger === '' ? 0 : ledger.split(' ').length;
  const counted =
    calls === stream.acceptedCalls ? [] : [`the ledger has ${calls} calls, AWS accepted ${stream.acceptedCalls}`];
  if (intent === '') return counted;
  const [at = '', , to] = intent.split(' ');
  const reached =
    to === String(stream.openShardCount) ? [] : [`the intent is "${intent}", the stream has ${stream.openShardCount}`];
  const tagged = (['up', 'down'] as const).flatMap((direction) => {
    const scaled = stream.alarmTags(direction).LastScaledTimestamp ?? '';
    // The same moment in the two layouts: without punctuation they differ in the zone only.
    if (scaled.replace(/[-:]/g, '').replace('+0000', 'Z') === at) return [];
    return [`${stream.alarmName(direction)} was last scaled at "${scaled}", the stream at "${at}"`];
  });
  return [...counted, ...reached, ...tagged];
}

function faultsOfConcurrency(stream: StreamUnderTest): readonly string[] {
  const { processor, concurrency } = stream;
  const wanted = stream.openShardCount * lambdasPerShard;
  if (processor === undefined || concurrency === wanted) return [];
  return [`${processor} has ${concurrency ?? 'no'} reserved executions instead of ${wanted}`];
}
