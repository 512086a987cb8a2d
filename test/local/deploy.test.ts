import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Assembly, deploy } from '../../local/deploy/deploy.ts';
import { grants, policyStatementsOf } from '../../local/deploy/role-policy.ts';
import { START_MS, startFixture } from './local-fixture.ts';

type Resources = Record<
  string,
  { Type: string; Properties?: object; DependsOn?: string | string[]; Condition?: string; DeletionPolicy?: string }
>;

const HANDLER = `exports.handler = async (event) => { console.log('ran', JSON.stringify(event)); return process.env.TOPIC; };`;

/** Writes a template as the CDK would, with one asset that holds `source`. */
async function assemble(resources: Resources, more: object = {}, source: string = HANDLER): Promise<Assembly> {
  const folder = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const assembly = {
    stackName: 'Stack',
    templatePath: join(folder, 'Stack.template.json'),
    assetManifestPath: join(folder, 'Stack.assets.json'),
  };
  await mkdir(join(folder, 'asset.code'));
  await writeFile(join(folder, 'asset.code', 'index.js'), source);
  await writeFile(assembly.templatePath, JSON.stringify({ Resources: resources, ...more }));
  const destinations = { here: { bucketName: 'assets', objectKey: 'code.zip' } };
  const files = { code: { source: { path: 'asset.code', packaging: 'zip' }, destinations } };
  await writeFile(assembly.assetManifestPath, JSON.stringify({ version: '1', files }));
  return assembly;
}

/** As Fn::Sub writes it. */
function variable(name: string): string {
  return `\${${name}}`;
}

const TOPIC = { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'alarms' } };
const ROLE = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } };
const FUNCTION = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: {
      S3Bucket: { 'Fn::Sub': `assets-${variable('AWS::AccountId')}-${variable('AWS::Region')}` },
      S3Key: 'code.zip',
    },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { TOPIC: { Ref: 'Topic' } } },
    ReservedConcurrentExecutions: 1,
  },
  DependsOn: ['Role'],
};

function alarm(threshold: number, name = 'orders-scale-up') {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: name,
      AlarmActions: [{ Ref: 'Topic' }],
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: 'orders' }],
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: threshold,
    },
  };
}

test('an alarm of a deployed stack invokes its function by way of topic and permission', async () => {
  const { aws, pass } = await startFixture();
  // In no order: what is referred to must come first.
  const deployed = await deploy(
    aws,
    await assemble(
      {
        Subscription: {
          Type: 'AWS::SNS::Subscription',
          Properties: {
            TopicArn: { Ref: 'Topic' },
            Protocol: 'lambda',
            Endpoint: { 'Fn::GetAtt': ['Function', 'Arn'] },
          },
        },
        Permission: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            FunctionName: { Ref: 'Function' },
            Principal: 'sns.amazonaws.com',
            Action: 'lambda:InvokeFunction',
            SourceArn: { Ref: 'Topic' },
          },
        },
        Alarm: alarm(1),
        Function: FUNCTION,
        Role: ROLE,
        Topic: TOPIC,
      },
      { Outputs: { FunctionName: { Value: { Ref: 'Function' } } } },
    ),
  );
  const functionName = deployed.outputs.FunctionName ?? '';
  aws.cloudwatch.setAlarmState({ AlarmName: 'orders-scale-up', StateValue: 'ALARM', StateReason: 'test' });
  await pass(1000);
  const ran = aws.logs.events(`/aws/lambda/${functionName}`).filter(({ message }) => message.includes('ran'));
  expect(ran).toHaveLength(1);
  expect(ran[0]?.message).toContain('orders-scale-up');
  expect(aws.lambda.functions.get(functionName).reservedConcurrency).toBe(1);
});

test('a second deployment writes only what differs, deletes what is gone and leaves the rest untouched', async () => {
  const { aws, pass } = await startFixture();
  const queue = { Type: 'AWS::SQS::Queue' };
  await deploy(
    aws,
    await assemble({
      Topic: TOPIC,
      A: alarm(1, 'a'),
      B: alarm(1, 'b'),
      Old: queue,
      Kept: { ...queue, DeletionPolicy: 'Retain' },
    }),
  );
  await pass(60_000);
  const update = await deploy(aws, await assemble({ Topic: TOPIC, A: alarm(1, 'a'), B: alarm(2, 'b'), New: queue }));
  expect(update).toMatchObject({ created: ['New'], updated: ['B'], deleted: ['Old', 'Kept'] });
  const { MetricAlarms = [] } = aws.cloudwatch.describeAlarms({});
  const alarms = MetricAlarms.map((found) => [
    found.AlarmName,
    found.Threshold,
    Number(found.AlarmConfigurationUpdatedTimestamp) - START_MS,
  ]);
  expect(alarms).toEqual([
    ['a', 1, 0],
    ['b', 2, 60_000],
  ]);
  expect(aws.queues.urls().map((url) => url.split('-')[1])).toEqual(['Kept', 'New']);
});

test('a deployment replaces a resource whose name changes: it makes the new one, then deletes the old one', async () => {
  const { aws } = await startFixture();
  await deploy(aws, await assemble({ Topic: TOPIC, A: alarm(1, 'before') }));
  await deploy(aws, await assemble({ Topic: TOPIC, A: alarm(1, 'after') }));
  expect(aws.cloudwatch.describeAlarms({}).MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['after']);
});

test('a deployment runs a trigger after what it depends on, and again only when the trigger has changed', async () => {
  const { aws, pass } = await startFixture();
  const trigger = (digest: string) => ({
    Type: 'Custom::Trigger',
    Properties: { HandlerArn: { Ref: 'Version' }, InvocationType: 'Event', Digest: digest },
    DependsOn: ['Stream', 'Topic'],
  });
  const resources = (digest: string): Resources => ({
    Trigger: trigger(digest),
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Function' } } },
    Function: FUNCTION,
    Role: ROLE,
    Topic: TOPIC,
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'orders', ShardCount: 2 } },
  });
  const runs: string[] = [];
  aws.onInvocation(({ result }) => runs.push(result.kind));
  for (const digest of ['one', 'one', 'two']) {
    await deploy(aws, await assemble(resources(digest)));
    await pass(1000);
  }
  expect(runs).toEqual(['success', 'success']);
  expect(aws.kinesis.describeSummary('orders')).toMatchObject({ OpenShardCount: 2 });
});

test('the next invocation after a deployment runs the new code', async () => {
  const { aws } = await startFixture();
  const resources: Resources = {
    Topic: TOPIC,
    Role: ROLE,
    Function: { ...FUNCTION, Properties: { ...FUNCTION.Properties, FunctionName: 'f' } },
  };
  await deploy(aws, await assemble(resources, {}, 'exports.handler = async () => 1;'));
  expect(await aws.lambda.invoke('f', '{}')).toMatchObject({ payload: '1' });
  const second = await assemble(resources, {}, 'exports.handler = async () => 2;');
  // As in the CDK's assemblies, other code has another key.
  const moved = JSON.stringify({ Resources: resources }).replace('code.zip', 'code2.zip');
  await writeFile(second.templatePath, moved);
  const files = { code: { source: { path: 'asset.code' }, destinations: { here: { objectKey: 'code2.zip' } } } };
  await writeFile(second.assetManifestPath, JSON.stringify({ files }));
  await deploy(aws, second);
  expect(await aws.lambda.invoke('f', '{}')).toMatchObject({ payload: '2' });
});

test('a schedule with a rate invokes at once and then each period, a rule first after its period', async () => {
  const { aws, pass } = await startFixture();
  const target = { Arn: { 'Fn::GetAtt': ['Function', 'Arn'] }, Input: '{"cause":"schedule"}' };
  await deploy(
    aws,
    await assemble({
      Topic: TOPIC,
      Role: ROLE,
      Function: FUNCTION,
      Schedule: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: { ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED', Target: target },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(12 minutes)', Targets: [{ ...target, Id: 'T' }] },
      },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { Ref: 'Function' },
          Principal: 'events.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
        },
      },
    }),
  );
  const starts: number[] = [];
  aws.onInvocation(({ startedMs }) => starts.push((startedMs - START_MS) / 60_000));
  await pass(13 * 60_000);
  expect(starts).toEqual([0, 5, 10, 12]);
});

test("a template's conditions, mappings, parameters and string functions give what CloudFormation gives", async () => {
  const { aws } = await startFixture();
  const { outputs } = await deploy(
    aws,
    await assemble(
      { Topic: TOPIC, Absent: { ...TOPIC, Condition: 'IsNever' } },
      {
        Parameters: { Stage: { Type: 'String', Default: 'test' } },
        Mappings: { Sizes: { 'eu-west-1': { test: 'small' } } },
        Conditions: {
          IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] },
          IsNever: { 'Fn::And': [{ Condition: 'IsTest' }, { 'Fn::Not': [{ Condition: 'IsTest' }] }] },
        },
        Outputs: {
          If: {
            Value: {
              'Fn::If': ['IsTest', { 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, { Ref: 'Stage' }] }, 'large'],
            },
          },
          Sub: {
            Value: {
              'Fn::Sub': [
                [variable('Stage'), variable('x'), variable('!Literal'), variable('AWS::AccountId')].join('-'),
                { x: { 'Fn::Select': [1, { 'Fn::Split': ['.', 'a.b.c'] }] } },
              ],
            },
          },
          Join: { Value: { 'Fn::Join': ['/', ['a', { Ref: 'AWS::NoValue' }, { Ref: 'AWS::StackName' }]] } },
          Hidden: { Value: 'x', Condition: 'IsNever' },
        },
      },
    ),
  );
  expect(outputs).toEqual({ If: 'small', Sub: `test-b-${variable('Literal')}-123456789012`, Join: 'a/Stack' });
  expect(aws.topics.list()).toHaveLength(1);
});

test('a deployment names the resources that it cannot deploy', async () => {
  const { aws } = await startFixture();
  const table = { Type: 'AWS::DynamoDB::Table', Properties: {} };
  await expect(deploy(aws, await assemble({ Table: table }))).rejects.toThrow('Table (AWS::DynamoDB::Table)');
  await expect(deploy(aws, await assemble({ A: alarm(1) }))).rejects.toThrow(
    'A (AWS::CloudWatch::Alarm) could not be deployed: there is no resource or parameter Topic',
  );
  const circle = await assemble({ A: { ...TOPIC, DependsOn: 'B' }, B: { ...TOPIC, DependsOn: 'A' } });
  await expect(deploy(aws, circle)).rejects.toThrow('circular dependency: A -> B -> A');
});

test('a deployment refuses a property that local AWS does not model, as the call of the API does', async () => {
  const { aws } = await startFixture();
  const queue = { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } };
  await expect(deploy(aws, await assemble({ Queue: queue }))).rejects.toThrow(
    'Queue (AWS::SQS::Queue) could not be deployed: not modelled by local AWS: Attributes.FifoQueue; local AWS has standard queues only: leave it out',
  );
  const properties = {
    Protocol: 'sqs',
    Endpoint: 'arn:aws:sqs:eu-west-1:123456789012:q',
    FilterPolicy: { kind: ['a'] },
  };
  const subscription = { Type: 'AWS::SNS::Subscription', Properties: { TopicArn: { Ref: 'Topic' }, ...properties } };
  await expect(deploy(aws, await assemble({ Topic: TOPIC, Subscription: subscription }))).rejects.toThrow(
    'Attributes.FilterPolicy',
  );
  const stream = { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1, WarmThroughputMiBps: 5 } };
  await expect(deploy(aws, await assemble({ Stream: stream }))).rejects.toThrow('WarmThroughputMiBps');
});

test("grants() reads a role's own, attached and managed policies", async () => {
  const { aws } = await startFixture();
  const statement = (Action: string | string[], Resource: unknown, Effect = 'Allow') => ({ Effect, Action, Resource });
  const stack = await deploy(
    aws,
    await assemble({
      Topic: TOPIC,
      Managed: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: { Statement: statement('kinesis:Describe*', '*') } },
      },
      Role: {
        ...ROLE,
        Properties: {
          ManagedPolicyArns: [{ Ref: 'Managed' }],
          Policies: [
            { PolicyName: 'own', PolicyDocument: { Statement: [statement('sns:Publish', { Ref: 'Topic' })] } },
          ],
        },
      },
      Attached: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          Roles: [{ Ref: 'Role' }],
          PolicyDocument: {
            Statement: [statement(['sqs:*', 'sns:*'], '*'), statement('sqs:DeleteQueue', '*', 'Deny')],
          },
        },
      },
      Other: {
        Type: 'AWS::IAM::Policy',
        Properties: { Roles: ['somebody'], PolicyDocument: { Statement: [statement('lambda:*', '*')] } },
      },
    }),
  );
  const statements = policyStatementsOf(stack, String(stack.resources.get('Role')?.physical.attributes.Arn));
  const granted = (action: string) => grants(statements, action, aws.topics.list()[0] ?? '');
  expect(granted('kinesis:DescribeStreamSummary')).toBe(true);
  expect(granted('sns:Publish')).toBe(true);
  expect(granted('sqs:DeleteQueue')).toBe(false);
  expect(granted('kinesis:UpdateShardCount')).toBe(false);
  expect(granted('lambda:InvokeFunction')).toBe(false);
});
