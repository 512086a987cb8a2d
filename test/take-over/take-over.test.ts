/** An existing deployment of the reference autoscaler is taken over by changing its code, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReportLine } from '../../cli/report-lines.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import {
  descriptions,
  environments,
  functionName,
  referenceAlarms,
  streamName,
  topicArn,
  type Variant,
  writeAssembly,
} from './reference-stack.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
/** What its code wrote after its last scaling, an hour before the take-over. */
const lastScaled = '2026-03-02T11:00:00.000+0000';

describe.each<Variant>(['cloudformation', 'terraform'])('a %s deployment', (variant) => {
  let aws: LocalAws;
  const clock = new VirtualClock({ startMs: Date.UTC(2026, 2, 2, 12) });
  const reports: ScalingReport[] = [];

  beforeAll(async () => {
    aws = await startLocalAws({ clock, streams: 'no-records' });
    aws.logs.onEvent(({ message }) => reports.push(...[readReportLine(message) ?? []].flat()));
    await deploy(aws, await writeAssembly(variant, 'theirs'));
    for (const alarm of referenceAlarms(variant, 2)) aws.cloudwatch.putMetricAlarm(alarm);
    if (variant === 'terraform') tagAsScaled(aws);
    putSteadyLoad(aws, clock.nowMs());
    await clock.runUntil(clock.nowMs() + minuteMs);
    await deploy(aws, await writeAssembly(variant, 'ours'));
  });
  afterAll(() => aws.stop());

  it('keeps its environment, and nothing of it is refused', async () => {
    const { variables } = aws.lambda.functions.get(functionName);
    expect(variables).toMatchObject(environments[variant]);
    await reconcile();
    expect(reports.filter(({ needsRetry }) => needsRetry)).toEqual([]);
  });

  it('the schedule finds the stream by its alarms and brings them to our math, without a topic or tag of ours', () => {
    const [up, down] = [alarm('up'), alarm('down')];
    expect(ids(up)).toEqual(['e1', 'e2', 'e3', 'e4', 'e6', 'm1', 'm2', 's1']);
    expect(returned(up)).toEqual(['e6']);
    expect(returned(down)).toEqual(['e6']);
    expect(metric(down, 's2')?.Label).toBe('IteratorAgeMinutesToBlockScaleDowns');
    expect([up.AlarmActions, down.AlarmActions]).toEqual([[topicArn], [topicArn]]);
    expect([up.AlarmDescription, down.AlarmDescription]).toEqual([descriptions.up, descriptions.down]);
    expect(up.TreatMissingData).toBe(variant === 'terraform' ? 'ignore' : undefined);
    expect(up.Threshold).toBe(Number(environments[variant].SCALE_UP_THRESHOLD));
  });

  it('the first alarm scales, and leaves the tags of the reference up to date', async () => {
    await fire('scale-up');
    expect(reports.at(-1)).toMatchObject({ outcome: 'scaled', decision: { targetShardCount: 4 } });
    await clock.runUntil(clock.nowMs() + 5 * minuteMs);
    expect(openShardCount()).toBe(4);
    expect([metric(alarm('up'), 's1')?.Expression, metric(alarm('down'), 's1')?.Expression]).toEqual(['4', '4']);
    for (const direction of ['up', 'down'] as const) {
      expect(tagsOf(direction)).toMatchObject({
        ScaleAction: direction === 'up' ? 'Up' : 'Down',
        ComplimentaryAlarm: `${streamName}-scale-${direction === 'up' ? 'down' : 'up'}`,
      });
      expect(tagsOf(direction).LastScaledTimestamp?.localeCompare(lastScaled)).toBe(1);
    }
  });

  it('a resharding by hand is healed by the schedule', async () => {
    aws.kinesis.stream(streamName).reshardByHand(3, clock.nowMs());
    await clock.runUntil(clock.nowMs() + 5 * minuteMs);
    await reconcile();
    expect(reports.at(-1)).toMatchObject({ source: 'reconcile', streamName, outcome: 'converged' });
    expect([metric(alarm('up'), 's1')?.Expression, metric(alarm('down'), 's1')?.Expression]).toEqual(['3', '3']);
  });

  it('an iterator-age limit of -1 blocks no scale-down; a limit that is given does', () => {
    const limit = environments[variant].SCALE_DOWN_MIN_ITER_AGE_MINS;
    expect(metric(alarm('down'), 's2')?.Expression).toBe(limit === '-1' ? '525600' : limit);
  });

  async function reconcile(): Promise<void> {
    let ended = false;
    const invoked = aws.lambda.invoke(functionName, '{"cause":"schedule"}').then((result) => {
      ended = true;
      return result;
    });
    while (!ended) await clock.runUntil(clock.nowMs() + secondMs);
    expect((await invoked).kind).toBe('success');
  }

  async function fire(suffix: string): Promise<void> {
    await clock.runUntil(Math.ceil(clock.nowMs() / minuteMs) * minuteMs + 5 * secondMs);
    const AlarmName = `${streamName}-${suffix}`;
    aws.cloudwatch.setAlarmState({ AlarmName, StateValue: 'ALARM', StateReason: 'a breach' });
    await clock.runUntil(clock.nowMs() + 10 * secondMs);
  }

  function alarm(direction: 'up' | 'down') {
    const { MetricAlarms = [] } = aws.cloudwatch.describeAlarms({ AlarmNames: [`${streamName}-scale-${direction}`] });
    const [found] = MetricAlarms;
    if (!found) throw new Error(`there is no ${direction} alarm`);
    return found;
  }

  function tagsOf(direction: 'up' | 'down'): Readonly<Record<string, string>> {
    const { Tags = [] } = aws.cloudwatch.listTagsForResource({ ResourceARN: alarm(direction).AlarmArn });
    return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  function openShardCount(): number {
    return aws.kinesis.stream(streamName).openShardCountAt(clock.nowMs());
  }
});

type Alarm = ReturnType<LocalAws['cloudwatch']['describeAlarms']>['MetricAlarms'] extends (infer A)[] | undefined
  ? A
  : never;

function metric({ Metrics = [] }: Alarm, id: string) {
  return Metrics.find(({ Id }) => Id === id);
}

function ids({ Metrics = [] }: Alarm): readonly string[] {
  return Metrics.map(({ Id = '' }) => Id).sort();
}

function returned({ Metrics = [] }: Alarm): readonly string[] {
  return Metrics.flatMap(({ Id = '', ReturnData }) => (ReturnData === false ? [] : [Id]));
}

/** Neither alarm's business, at two shards, three or four: hours of it before the take-over and after. */
function putSteadyLoad(aws: LocalAws, nowMs: number): void {
  const dimensions = [{ name: 'StreamName', value: streamName }];
  const { metrics } = aws.cloudwatch;
  const series = metrics.series({ namespace: 'AWS/Kinesis', metricName: 'IncomingRecords', dimensions });
  const minute = nowMs / minuteMs;
  for (let at = minute - 6 * 60; at < minute + 60; at += 1) metrics.putValue(series, at, 1_200 * 60, nowMs);
}

function tagAsScaled(aws: LocalAws): void {
  for (const direction of ['up', 'down']) {
    const sibling = direction === 'up' ? 'down' : 'up';
    aws.cloudwatch.tagResource({
      ResourceARN: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${streamName}-scale-${direction}`,
      Tags: [
        { Key: 'ScaleAction', Value: direction === 'up' ? 'Up' : 'Down' },
        { Key: 'ComplimentaryAlarm', Value: `${streamName}-scale-${sibling}` },
        { Key: 'LastScaledTimestamp', Value: lastScaled },
      ],
    });
  }
}
