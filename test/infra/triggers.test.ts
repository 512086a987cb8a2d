import { describe, expect, it } from 'vitest';
import { type DeployedStack, deploy, flatten, resourcesOf, theResource } from './deployed-stack.ts';

const stack = deploy({
  streams: [
    { name: 'orders', shardCount: 4 },
    { name: 'clicks', create: true, shardCount: 1 },
  ],
});
const reconciler = theResource(stack, 'AWS::Lambda::Function', 'ReconcilerFunction').id;

function triggerOf(deployed: DeployedStack) {
  return theResource(deployed, 'Custom::Trigger');
}

describe('the schedule', () => {
  it('a schedule invokes the reconciler every five minutes, with a role that may do nothing else', () => {
    const schedule = theResource(stack, 'AWS::Scheduler::Schedule');
    const role = theResource(stack, 'AWS::IAM::Role', 'ScheduleRole');
    expect(flatten(schedule.Properties)).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Target: {
        Arn: `\${${reconciler}.Arn}`,
        RoleArn: `\${${role.id}.Arn}`,
        Input: '{"cause":"schedule"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 2 },
      },
    });
    expect(flatten(role.Properties.Policies)).toEqual([
      {
        PolicyName: 'InvokeReconciler',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: `\${${reconciler}.Arn}` }],
        },
      },
    ]);
  });

  it.each([
    [1, 'rate(1 minute)'],
    [15, 'rate(15 minutes)'],
  ])('reconcileMinutes = %i is the schedule %s', (reconcileMinutes, expression) => {
    const other = deploy({ reconcileMinutes, streams: [{ name: 'orders' }] });
    expect(theResource(other, 'AWS::Scheduler::Schedule').Properties.ScheduleExpression).toBe(expression);
  });
});

describe('the load check', () => {
  const loadChecksOf = (deployed: DeployedStack) =>
    resourcesOf(deployed, 'AWS::Scheduler::Schedule').filter(({ id }) => id.includes('LookSchedule'));
  const loadDriven = [
    { name: 'orders', policy: 'adaptive' },
    { name: 'clicks', policy: 'target' },
  ];

  it('the load check invokes the scaler once a minute, and is not retried', () => {
    const deployed = deploy({ streams: loadDriven });
    const scaler = theResource(deployed, 'AWS::Lambda::Function', 'ScalerFunction').id;
    const role = theResource(deployed, 'AWS::IAM::Role', 'ScheduleRole').id;
    expect(loadChecksOf(deployed).map(({ Properties }) => flatten(Properties))).toMatchObject([
      {
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        Target: {
          Arn: `\${${scaler}.Arn}`,
          RoleArn: `\${${role}.Arn}`,
          Input: '{"look":"demand","at":"<aws.scheduler.scheduled-time>"}',
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      },
    ]);
    const policy = theResource(deployed, 'AWS::IAM::Policy', 'InvokeScaler');
    expect(flatten(policy.Properties)).toMatchObject({
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: `\${${scaler}.Arn}` }],
      },
      Roles: [`\${${role}}`],
    });
  });

  it.each([
    ['a load check is deployed for a stream with a load-driven policy', { streams: loadDriven.slice(0, 1) }, 1],
    [
      'a load check is deployed for a load-driven policy of the whole fleet',
      { defaults: { policy: 'target' }, streams: [{ name: 'orders' }] },
      1,
    ],
    [
      'a load check is deployed for a load-driven policy of streams that are found by their tag',
      { defaults: { policy: 'target' }, discovery: true },
      1,
    ],
    ['no load check is deployed where no policy is load-driven', { streams: [{ name: 'orders' }], discovery: true }, 0],
    [
      'no load check is deployed for a stream that has a policy of its own',
      { defaults: { policy: 'target' }, streams: [{ name: 'orders', policy: 'doubling' }] },
      0,
    ],
  ])('%s', (_why, context, count) => {
    expect(loadChecksOf(deploy(context))).toHaveLength(count);
  });
});

describe('the trigger of a deployment', () => {
  it('a deployment neither waits for the reconciler nor fails with it', () => {
    expect(triggerOf(stack).Properties).toMatchObject({ InvocationType: 'Event', ExecuteOnHandlerChange: true });
  });

  it('the reconciler is invoked after alarms, streams, functions, their roles and the subscription are deployed', () => {
    const awaited = new Set(triggerOf(stack).DependsOn);
    const types = [
      'AWS::Kinesis::Stream',
      'AWS::SNS::Subscription',
      'AWS::SNS::TopicPolicy',
      'AWS::Lambda::Permission',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::IAM::Policy',
      'AWS::IAM::ManagedPolicy',
    ];
    const needed = types.flatMap((type) => resourcesOf(stack, type));
    const alarms = resourcesOf(stack, 'AWS::CloudWatch::Alarm').filter(({ id }) => id.includes('Stream'));
    expect(alarms).toHaveLength(4);
    for (const { id } of [...needed, ...alarms]) expect(awaited, id).toContain(id);
  });

  it.each<[string, object]>([
    ['a setting of one stream', { streams: [{ name: 'orders', shardCount: 4, minShards: 2 }] }],
    ['a fleet-wide default', { defaults: { dailyQuotaReserve: 4 }, streams: [{ name: 'orders', shardCount: 4 }] }],
    ['a stream more', { streams: [{ name: 'orders', shardCount: 4 }, { name: 'clicks' }] }],
    ['dry run turned off', { dryRun: false, streams: [{ name: 'orders', shardCount: 4 }] }],
    ['alarms alone, by the shard count they begin with', { streams: [{ name: 'orders', shardCount: 5 }] }],
  ])('the reconciler is invoked again for %s', (_change, context) => {
    const before = deploy({ streams: [{ name: 'orders', shardCount: 4 }] });
    expect(triggerOf(deploy(context)).Properties).not.toEqual(triggerOf(before).Properties);
  });

  it('the reconciler is not invoked again by a deployment that changes nothing', () => {
    const again = () => triggerOf(deploy({ streams: [{ name: 'orders', shardCount: 4 }] })).Properties;
    expect(again()).toEqual(again());
  });
});
