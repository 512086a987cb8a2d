/**
 * The final question of a run, asked of AWS and not of ourselves: do stream, alarms, tags and consumer concurrency agree?
 * Written from what an operator would look at, without the product's own comparing code, so that the two can disagree.
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
  /** What disagrees, in words; empty when all is well. */
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

/** An alarm that could only go beyond a bound rests: its threshold is one that no utilization meets. */
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
    // The same moment in the two layouts: without punctuation they differ in the zone only.
    if (scaled.replace(/[-:]/g, '').replace('+0000', 'Z') !== at) {
      faults.push(`${AlarmName} was last scaled at "${scaled}", the stream at "${at}"`);
    }
  }
  return faults;
}
