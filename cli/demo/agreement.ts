/**
 * Checks at the end of a run, in AWS itself, whether stream, alarms, tags and consumer concurrency agree. It checks what an
 * operator would check and does not use the product's own comparison, so that the two can disagree.
 */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { DescribeStreamSummaryCommand, type KinesisClient, ListTagsForStreamCommand } from '@aws-sdk/client-kinesis';
import { GetFunctionConcurrencyCommand, type LambdaClient } from '@aws-sdk/client-lambda';

export interface Agreement {
  readonly stream: boolean;
  readonly alarms: boolean;
  readonly tags: boolean;
  readonly concurrency: boolean;
  readonly openShardCount: number;
  /** Each disagreement as a sentence; empty when all is well. */
  readonly disagreements: readonly string[];
}

export interface Expectation {
  readonly streamName: string;
  readonly minShards: number;
  readonly maxShards: number;
  readonly scaleUpThreshold: number;
  readonly scaleDownThreshold: number | 'rests';
  readonly consumer: { readonly functionName: string; readonly lambdasPerShard: number };
}

export interface Clients {
  readonly kinesis: KinesisClient;
  readonly cloudwatch: CloudWatchClient;
  readonly lambda: LambdaClient;
}

export async function checkAgreement(expected: Expectation, clients: Clients): Promise<Agreement> {
  const { streamName } = expected;
  const { StreamDescriptionSummary: summary } = await clients.kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: streamName }),
  );
  const openShardCount = summary?.OpenShardCount ?? 0;
  const within = openShardCount >= expected.minShards && openShardCount <= expected.maxShards;
  const streamFaults = [
    ...(summary?.StreamStatus === 'ACTIVE' ? [] : [`the stream is ${summary?.StreamStatus}`]),
    ...(within ? [] : [`${openShardCount} shards are outside ${expected.minShards} to ${expected.maxShards}`]),
  ];
  const alarmFaults: string[] = [];
  const { MetricAlarms = [] } = await clients.cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [`${streamName}-scale-up`, `${streamName}-scale-down`] }),
  );
  if (MetricAlarms.length !== 2) alarmFaults.push(`${MetricAlarms.length} alarms instead of 2`);
  for (const alarm of MetricAlarms) alarmFaults.push(...faultsOfAlarm(alarm, openShardCount, expected));
  const tagFaults = await faultsOfTags(streamName, openShardCount, MetricAlarms, clients);
  const { functionName, lambdasPerShard } = expected.consumer;
  const { ReservedConcurrentExecutions: reserved } = await clients.lambda.send(
    new GetFunctionConcurrencyCommand({ FunctionName: functionName }),
  );
  const wanted = openShardCount * lambdasPerShard;
  const concurrencyFaults =
    reserved === wanted ? [] : [`${functionName} has ${reserved ?? 'no'} reserved executions instead of ${wanted}`];
  return {
    stream: streamFaults.length === 0,
    alarms: alarmFaults.length === 0,
    tags: tagFaults.length === 0,
    concurrency: concurrencyFaults.length === 0,
    openShardCount,
    disagreements: [...streamFaults, ...alarmFaults, ...tagFaults, ...concurrencyFaults],
  };
}

function faultsOfAlarm(alarm: MetricAlarm, openShardCount: number, expected: Expectation): readonly string[] {
  const { AlarmName: name, Threshold: threshold = Number.NaN } = alarm;
  const faults: string[] = [];
  const s1 = alarm.Metrics?.find(({ Id }) => Id === 's1')?.Expression;
  if (s1 !== String(openShardCount)) faults.push(`${name} judges by ${s1} shards instead of ${openShardCount}`);
  const wanted = expectedThreshold(name?.endsWith('-scale-up') ?? false, openShardCount, expected);
  if (wanted === 'rests' ? threshold >= 0 && threshold <= 1 : threshold !== wanted) {
    faults.push(`${name} has threshold ${threshold} instead of ${wanted}`);
  }
  const firedAt = alarm.StateTransitionedTimestamp?.getTime() ?? 0;
  if (alarm.StateValue === 'ALARM' && firedAt <= (alarm.AlarmConfigurationUpdatedTimestamp?.getTime() ?? 0)) {
    faults.push(`${name} is in ALARM by math that no longer stands`);
  }
  return faults;
}

/** An alarm that could only scale beyond a bound is at rest: no utilization meets its threshold. */
function expectedThreshold(isUp: boolean, openShardCount: number, expected: Expectation): number | 'rests' {
  if (isUp) return openShardCount >= expected.maxShards ? 'rests' : expected.scaleUpThreshold;
  return openShardCount <= expected.minShards ? 'rests' : expected.scaleDownThreshold;
}

async function faultsOfTags(
  streamName: string,
  openShardCount: number,
  alarms: readonly MetricAlarm[],
  { kinesis, cloudwatch }: Clients,
): Promise<readonly string[]> {
  const { Tags: streamTags = [] } = await kinesis.send(new ListTagsForStreamCommand({ StreamName: streamName }));
  const intent = streamTags.find(({ Key }) => Key === 'autoscaling/scaling')?.Value ?? '';
  const [at = '', , to] = intent.split(' ');
  if (to !== String(openShardCount)) return [`the stream's tag says "${intent}" and it has ${openShardCount} shards`];
  const faults: string[] = [];
  for (const { AlarmName, AlarmArn } of alarms) {
    const { Tags = [] } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: AlarmArn }));
    const scaled = Tags.find(({ Key }) => Key === 'LastScaledTimestamp')?.Value ?? '';
    // Both hold one moment in two layouts that differ in punctuation and in how they write the zone.
    if (scaled.replace(/[-:]/g, '').replace('+0000', 'Z') !== at) {
      faults.push(`${AlarmName} was last scaled at "${scaled}", the stream at "${at}"`);
    }
  }
  return faults;
}
