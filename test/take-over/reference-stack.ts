/**
 * An existing deployment of the reference autoscaler, as an account has it: one function, one topic, a stream with its two
 * alarms. Written from what its templates and its code do (REFERENCE in docs/take-over.md), none of it is theirs.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { bundleFunction } from '../../infra/function-bundle.ts';
import type { Assembly } from '../../local/deploy/deploy.ts';

/** `cloudformation`: never scaled, as its template makes it. `terraform`: another period, and it has scaled once. */
export type Variant = 'cloudformation' | 'terraform';

export const stackName = 'reference';
export const streamName = 'reference-AutoScalingStream01';
export const functionName = 'reference-kinesis-scaling';
export const topicArn = 'arn:aws:sns:eu-west-1:123456789012:reference-kinesis-scaling-topic';
export const descriptions = {
  up: 'Stream throughput has gone above the scale up threshold',
  down: 'Stream throughput has gone below the scale down threshold',
};

/** The environments of the two templates. */
export const environments: Readonly<Record<Variant, Readonly<Record<string, string>>>> = {
  cloudformation: {
    ...shared(),
    SCALE_PERIOD_MINS: '5',
    SCALE_UP_THRESHOLD: '0.75',
    SCALE_UP_EVALUATION_PERIOD: '5',
    SCALE_UP_DATAPOINTS_REQUIRED: '5',
    SCALE_DOWN_EVALUATION_PERIOD: '60',
    SCALE_DOWN_DATAPOINTS_REQUIRED: '57',
    SCALE_DOWN_MIN_ITER_AGE_MINS: '-1',
    PROCESSING_LAMBDA_ARN: '',
    PROCESSING_LAMBDAS_PER_SHARD: '5',
  },
  terraform: {
    ...shared(),
    SCALE_PERIOD_MINS: '1',
    SCALE_UP_THRESHOLD: '0.7',
    SCALE_UP_EVALUATION_PERIOD: '3',
    SCALE_UP_DATAPOINTS_REQUIRED: '3',
    SCALE_DOWN_EVALUATION_PERIOD: '5',
    SCALE_DOWN_DATAPOINTS_REQUIRED: '3',
    SCALE_DOWN_MIN_ITER_AGE_MINS: '30',
    PROCESSING_LAMBDA_ARN: '',
    PROCESSING_LAMBDAS_PER_SHARD: '1',
  },
};

function shared() {
  return {
    SCALE_DOWN_THRESHOLD: '0.25',
    THROTTLE_RETRY_MIN_SLEEP: '1',
    THROTTLE_RETRY_MAX_SLEEP: '3',
    THROTTLE_RETRY_COUNT: '30',
    DRY_RUN: 'false',
  };
}

/** Code of another runtime cannot run here: what the old function did is in the alarms and tags that it left. */
const oldCode = 'exports.handler = async () => undefined;\n';

/** @param code `ours`: the bundle, and beside it no settings.json. */
export async function writeAssembly(variant: Variant, code: 'theirs' | 'ours'): Promise<Assembly> {
  const folder = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-take-over-'));
  await mkdir(join(folder, code));
  if (code === 'ours') bundleFunction(entry, join(folder, code, 'index.js'));
  else writeFileSync(join(folder, code, 'index.js'), oldCode);
  const assets = {
    files: { code: { source: { path: code }, destinations: { account: { objectKey: `${code}.zip` } } } },
  };
  writeFileSync(join(folder, 'assets.json'), JSON.stringify(assets));
  writeFileSync(join(folder, 'template.json'), JSON.stringify({ Resources: resourcesOf(variant, code) }));
  return { stackName, templatePath: join(folder, 'template.json'), assetManifestPath: join(folder, 'assets.json') };
}

const entry = new URL('../../lambda/index.ts', import.meta.url).pathname;

function resourcesOf(variant: Variant, code: string): object {
  const functionArn = { 'Fn::GetAtt': ['AutoScalingLambda', 'Arn'] };
  return {
    AutoScalingLambda: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: functionName,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::123456789012:role/reference-kinesis-scaling',
        ReservedConcurrentExecutions: 1,
        MemorySize: 512,
        Timeout: 900,
        Code: { S3Bucket: 'kinesis-scaling-code-bucket', S3Key: `${code}.zip` },
        Environment: { Variables: environments[variant] },
      },
    },
    AsyncConfig: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: functionArn, MaximumRetryAttempts: 0, Qualifier: '$LATEST' },
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: topicArn.split(':').at(-1) } },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      DependsOn: ['Permission'],
      Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'lambda', Endpoint: functionArn },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: functionArn,
        Principal: 'sns.amazonaws.com',
        SourceArn: { Ref: 'Topic' },
      },
    },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: streamName, ShardCount: 2 } },
  };
}

/**
 * The two alarms. A template's scale-up alarm returns e5 and has no e6, and spells the label of s2 in another way than the
 * code; once the code has rewritten them they say e6 and ignore missing data.
 */
export function referenceAlarms(variant: Variant, shardCount: number): readonly PutMetricAlarmCommandInput[] {
  const rewritten = variant === 'terraform';
  const env = environments[variant];
  const minutes = Number(env.SCALE_PERIOD_MINS);
  const limit = env.SCALE_DOWN_MIN_ITER_AGE_MINS ?? '';
  const stat = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    Label: MetricName,
    ReturnData: false,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Kinesis',
        MetricName,
        Dimensions: [{ Name: 'StreamName', Value: streamName }],
      },
      Period: minutes * 60,
      Stat,
    },
  });
  const math = (Id: string, Label: string, Expression: string, ReturnData = false) => ({
    Id,
    Label,
    Expression,
    ReturnData,
  });
  const usage = [
    stat('m1', 'IncomingBytes', 'Sum'),
    stat('m2', 'IncomingRecords', 'Sum'),
    math('e1', 'FillMissingDataPointsWithZeroForIncomingBytes', 'FILL(m1,0)'),
    math('e2', 'FillMissingDataPointsWithZeroForIncomingRecords', 'FILL(m2,0)'),
    math('e3', 'IncomingBytesUsageFactor', `e1/(1024*1024*60*${minutes}*s1)`),
    math('e4', 'IncomingRecordsUsageFactor', `e2/(1000*60*${minutes}*s1)`),
    math('s1', 'ShardCount', String(shardCount)),
  ];
  const common = {
    ActionsEnabled: true,
    AlarmActions: [topicArn],
    ...(rewritten ? { TreatMissingData: 'ignore' } : {}),
  };
  return [
    {
      ...common,
      AlarmName: `${streamName}-scale-up`,
      AlarmDescription: descriptions.up,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: Number(env.SCALE_UP_THRESHOLD),
      EvaluationPeriods: Number(env.SCALE_UP_EVALUATION_PERIOD),
      DatapointsToAlarm: Number(env.SCALE_UP_DATAPOINTS_REQUIRED),
      Metrics: [...usage, math(rewritten ? 'e6' : 'e5', 'MaxIncomingUsageFactor', 'MAX([e3,e4])', true)],
    },
    {
      ...common,
      AlarmName: `${streamName}-scale-down`,
      AlarmDescription: descriptions.down,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: Number(env.SCALE_DOWN_THRESHOLD),
      EvaluationPeriods: Number(env.SCALE_DOWN_EVALUATION_PERIOD),
      DatapointsToAlarm: Number(env.SCALE_DOWN_DATAPOINTS_REQUIRED),
      Metrics: [
        ...usage,
        stat('m3', 'GetRecords.IteratorAgeMilliseconds', 'Maximum'),
        math('e5', 'IteratorAgeAdjustedFactor', '(FILL(m3,0)/1000/60)*(0.25/s2)'),
        math('e6', 'MaxIncomingUsageFactor', 'MAX([e3,e4,e5])', true),
        math('s2', rewritten ? 'IteratorAgeMinutesToBlockScaleDowns' : 'IteratorAgeMinutesToBlockScaledowns', limit),
      ],
    },
  ];
}
