import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { arnOf, consumerArn, type DeployedStack, deploy, flatten, resourcesOf, theResource } from './deployed-stack.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const kinesis = arnOf('kinesis', 'stream/');
const alarm = arnOf('cloudwatch', 'alarm:');

function statementsOf(stack: DeployedStack, type: string, idPart = ''): readonly Statement[] {
  const { PolicyDocument: document } = theResource(stack, type, idPart).Properties;
  return (flatten(document) as { readonly Statement: readonly Statement[] }).Statement;
}

function actionsOf(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ Action: action }) => action).sort();
}

const noticeTopicArn = 'arn:aws:sns:us-east-1:111122223333:scalings';
const pagerTopicArn = 'arn:aws:sns:us-east-1:111122223333:pager';

const everything = deploy({
  notices: { topicArn: noticeTopicArn },
  pager: { topicArn: pagerTopicArn },
  streams: [
    { name: 'orders', consumers: [{ functionArn: `${consumerArn}:live` }], concurrencyFallback: 'remove' },
    { name: 'clicks', hotShard: 'split' },
    { name: 'views', policy: 'adaptive', resharding: 'stepwise' },
  ],
});

const withDiscovery = deploy({
  discovery: true,
  defaults: { hotShard: 'split', policy: 'target', resharding: 'stepwise' },
  notices: true,
  pager: { email: 'night@example.com' },
  streams: [{ name: 'orders' }],
});

describe('what the functions may do', () => {
  it('the functions may do the exact actions on the narrowest resources', () => {
    expect(statementsOf(everything, 'AWS::IAM::ManagedPolicy')).toEqual([
      allow(['kinesis:DescribeLimits', 'cloudwatch:GetMetricData'], '*'),
      allow('cloudwatch:DescribeAlarms', `${alarm}*`),
      allow('sns:Publish', [noticeTopicArn, pagerTopicArn]),
      allow(
        [
          'kinesis:DescribeStreamSummary',
          'kinesis:ListTagsForStream',
          'kinesis:AddTagsToStream',
          'kinesis:UpdateShardCount',
          'kinesis:ListShards',
        ],
        [`${kinesis}orders`, `${kinesis}clicks`, `${kinesis}views`],
      ),
      allow(
        [
          'cloudwatch:ListTagsForResource',
          'cloudwatch:PutMetricAlarm',
          'cloudwatch:SetAlarmState',
          'cloudwatch:TagResource',
        ],
        [
          `${alarm}orders-scale-up`,
          `${alarm}orders-scale-down`,
          `${alarm}clicks-scale-up`,
          `${alarm}clicks-scale-down`,
          `${alarm}views-scale-up`,
          `${alarm}views-scale-down`,
        ],
      ),
      allow(['lambda:GetFunctionConcurrency', 'lambda:PutFunctionConcurrency'], consumerArn),
      allow('lambda:DeleteFunctionConcurrency', consumerArn),
      allow(['lambda:GetAccountSettings', 'lambda:ListEventSourceMappings'], '*'),
      allow('kinesis:SplitShard', `${kinesis}clicks`),
      allow(['kinesis:MergeShards', 'kinesis:SplitShard'], `${kinesis}views`),
    ]);
  });

  it.each([
    ['nothing else', everything, calledOperations().filter((operation) => !discoveryOperations.includes(operation))],
    ['nothing else with discovery', withDiscovery, calledOperations()],
  ])('the functions may do what their code calls, and %s', (_, stack, called) => {
    const handOver = statementsOf(stack, 'AWS::IAM::Policy', 'HandOver');
    const granted = actionsOf([...statementsOf(stack, 'AWS::IAM::ManagedPolicy'), ...handOver]);
    expect([...new Set(granted)].filter((action) => !action.startsWith('kms:'))).toEqual(called);
  });

  it('the functions may use the key of the stack’s own topics, and no other key', () => {
    const key = theResource(withDiscovery, 'AWS::KMS::Key').id;
    const topics = ['NoticeTopic', 'PagerTopic'].map(
      (id) => `\${${theResource(withDiscovery, 'AWS::SNS::Topic', id).id}}`,
    );
    const statements = statementsOf(withDiscovery, 'AWS::IAM::ManagedPolicy');
    expect(statements).toContainEqual(allow(['kms:Decrypt', 'kms:GenerateDataKey'], `\${${key}.Arn}`));
    expect(statements).toContainEqual(allow('sns:Publish', topics));
    expect(actionsOf(statementsOf(everything, 'AWS::IAM::ManagedPolicy'))).not.toContain('kms:Decrypt');
  });

  it('the reconciler may invoke itself, to hand over the streams that it has no time for', () => {
    const reconciler = theResource(everything, 'AWS::Lambda::Function', 'ReconcilerFunction').id;
    const role = theResource(everything, 'AWS::IAM::Role', 'AutoscalerReconciler').id;
    const { Properties } = theResource(everything, 'AWS::IAM::Policy', 'HandOver');
    expect(flatten(Properties.Roles)).toEqual([`\${${role}}`]);
    expect(statementsOf(everything, 'AWS::IAM::Policy', 'HandOver')).toEqual([
      allow('lambda:InvokeFunction', `\${${reconciler}.Arn}`),
    ]);
  });

  it('the functions may change no function without a consumer, and no topic without a notice target', () => {
    const actions = actionsOf(statementsOf(deploy({ streams: [{ name: 'orders' }] }), 'AWS::IAM::ManagedPolicy'));
    expect(actions.filter((action) => /^(lambda|sns):/.test(action))).toEqual([]);
  });

  it('the functions may split and merge shards only of load-driven streams that are resharded stepwise', () => {
    const actions = (settings: object) =>
      actionsOf(statementsOf(deploy({ streams: [{ name: 'orders', ...settings }] }), 'AWS::IAM::ManagedPolicy'));
    expect(actions({ policy: 'target', resharding: 'stepwise' })).toContain('kinesis:MergeShards');
    expect(actions({ policy: 'target', resharding: 'calls' })).not.toContain('kinesis:MergeShards');
    expect(actions({ policy: 'doubling', resharding: 'stepwise' })).not.toContain('kinesis:MergeShards');
  });

  it('the functions may split shards only where hotShard is split', () => {
    const actions = (hotShard: string) =>
      actionsOf(statementsOf(deploy({ streams: [{ name: 'orders', hotShard }] }), 'AWS::IAM::ManagedPolicy'));
    expect(actions('tell')).not.toContain('kinesis:SplitShard');
    expect(actions('split')).toContain('kinesis:SplitShard');
  });

  it('the functions may delete reserved concurrency only where the fallback is remove', () => {
    const kept = deploy({ streams: [{ name: 'orders', consumers: [{ functionArn: consumerArn }] }] });
    expect(actionsOf(statementsOf(kept, 'AWS::IAM::ManagedPolicy'))).not.toContain('lambda:DeleteFunctionConcurrency');
  });

  it.each(['Scaler', 'Reconciler'])(
    'the %s may do nothing else, besides its own log and the dead-letter queue',
    (id) => {
      const role = theResource(everything, 'AWS::IAM::Role', `Autoscaler${id}`);
      const policy = theResource(everything, 'AWS::IAM::ManagedPolicy').id;
      expect(flatten(role.Properties.ManagedPolicyArns)).toEqual([`\${${policy}}`]);
      expect(role.Properties.Policies).toBeUndefined();
      expect(statementsOf(everything, 'AWS::IAM::Policy', `${id}Role`)).toEqual([
        allow(
          ['logs:CreateLogStream', 'logs:PutLogEvents'],
          `\${${theResource(everything, 'AWS::Logs::LogGroup', id).id}.Arn}`,
        ),
        allow('sqs:SendMessage', `\${${theResource(everything, 'AWS::SQS::Queue').id}.Arn}`),
      ]);
    },
  );
});

describe('what discovery adds', () => {
  const own = statementsOf(withDiscovery, 'AWS::IAM::ManagedPolicy');
  const conditions = (action: string) =>
    own
      .filter(({ Action }) => [Action].flat().includes(action))
      .map(({ Resource, Condition }) => [Resource, Condition]);
  const isAsking = { StringEqualsIgnoreCase: { 'aws:ResourceTag/autoscaling/enabled': 'true' } };
  const scalingAlarms = [`${alarm}*-scale-up`, `${alarm}*-scale-down`];

  it('discovery allows tags on streams with the tag of discovery, and on no others', () => {
    expect(conditions('kinesis:AddTagsToStream')).toEqual([
      [`${kinesis}*`, isAsking],
      [`${kinesis}orders`, undefined],
    ]);
  });

  it('discovery allows UpdateShardCount on any stream, because that action knows no condition', () => {
    expect(conditions('kinesis:UpdateShardCount')[0]).toEqual([`${kinesis}*`, undefined]);
  });

  it('discovery allows to write alarms by the ending of their names, and to delete only its own', () => {
    expect(conditions('cloudwatch:PutMetricAlarm')[0]).toEqual([scalingAlarms, undefined]);
    const owned = { StringEquals: { 'aws:ResourceTag/autoscaling/owner': 'KinesisAutoscaler' } };
    expect(conditions('cloudwatch:DeleteAlarms')).toEqual([[scalingAlarms, owned]]);
  });

  it('discovery allows reserved concurrency only of functions with the tag of discovery', () => {
    const anyFunction = arnOf('lambda', 'function:*');
    for (const action of ['lambda:PutFunctionConcurrency', 'lambda:DeleteFunctionConcurrency']) {
      expect(conditions(action)[0]).toEqual([anyFunction, isAsking]);
    }
  });

  it('discovery gives the functions the alarm topic and the name of the deployment', () => {
    const { Environment: environment } = theResource(withDiscovery, 'AWS::Lambda::Function', 'Reconciler').Properties;
    const topic = theResource(withDiscovery, 'AWS::SNS::Topic', 'AlarmTopic').id;
    expect(flatten(environment)).toMatchObject({
      Variables: { DISCOVERY_TOPIC_ARN: `\${${topic}}`, DISCOVERY_OWNER: 'KinesisAutoscaler' },
    });
  });

  it('discovery needs no stream of the stack', () => {
    const alone = deploy({ discovery: true });
    const names = resourcesOf(alone, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName);
    expect(names.filter((name) => name !== undefined)).toEqual([]);
  });
});

describe('a large fleet', () => {
  const names = Array.from({ length: 200 }, (_, index) => `orders-of-customer-${index}`);
  const fleet = deploy({ discovery: true, notices: true, pager: true, streams: names.map((name) => ({ name })) });
  const consumed = deploy({
    streams: names.slice(0, 100).map((name) => ({
      name,
      consumers: [{ functionArn: consumerArn.replace('orders', name) }],
      concurrencyFallback: 'remove',
    })),
  });
  const policies = resourcesOf(fleet, 'AWS::IAM::ManagedPolicy');

  it('a fleet of 200 streams fits into one stack', () => {
    expect(Object.keys(fleet.resources).length).toBeLessThanOrEqual(500);
    const template = readFileSync(join(fleet.outdir, 'KinesisAutoscaler.template.json'), 'utf8');
    expect(template.length).toBeLessThan(1_048_576);
  });

  it('every policy of a large fleet stays within IAM’s size, in the region with the longest name', () => {
    const inRegion: Readonly<Record<string, string>> = {
      Partition: 'aws',
      Region: 'ap-southeast-1',
      AccountId: '111122223333',
    };
    for (const { Properties } of [...policies, ...resourcesOf(consumed, 'AWS::IAM::ManagedPolicy')]) {
      const text = JSON.stringify(flatten(Properties.PolicyDocument));
      const deployed = text.replaceAll(/\$\{AWS::(\w+)\}/g, (_, name) => inRegion[name] ?? '');
      expect(deployed.length).toBeLessThanOrEqual(6_144);
    }
    expect(policies.length).toBeLessThanOrEqual(10);
  });

  it('the policies of a large fleet contain every stream and both its alarms', () => {
    const resources = policies
      .flatMap(({ id }) => statementsOf(fleet, 'AWS::IAM::ManagedPolicy', id))
      .flatMap(({ Resource }) => Resource);
    const wanted = names.flatMap((name) => [
      `${kinesis}${name}`,
      `${alarm}${name}-scale-up`,
      `${alarm}${name}-scale-down`,
    ]);
    expect(resources).toEqual(expect.arrayContaining(wanted));
  });

  it('a fleet is refused when its names need more policies than a role may have', () => {
    const long = Array.from({ length: 200 }, (_, index) => ({ name: `${index}-`.padEnd(128, 'x') }));
    expect(() => deploy({ streams: long })).toThrow('need more than the 10 policies that IAM takes at a role');
  });
});

function allow(Action: string | readonly string[], Resource: string | readonly string[]): Statement {
  return { Effect: 'Allow', Action, Resource };
}

/** Called only for streams that are found by their tag. */
const discoveryOperations = ['tag:GetResources', 'cloudwatch:DeleteAlarms'];
/** Each adapter says which operation it calls, as IAM names it. */
function calledOperations(): readonly string[] {
  const directory = new URL('../../lambda/aws/', import.meta.url);
  const sources = readdirSync(directory).map((name) => readFileSync(new URL(name, directory), 'utf8'));
  const operations = sources.flatMap((source) =>
    [...source.matchAll(/call\('(\w+:\w+)'/g)].map(([, name = '']) => name),
  );
  return [...new Set(operations)].sort();
}
