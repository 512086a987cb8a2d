import { Stack } from 'aws-cdk-lib';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { describe, expect, it } from 'vitest';
import { readTemporaryMinimumRequest } from '../../core/stream/temporary-minimum.ts';
import { readDeploymentContext } from '../../infra/deployment-context.ts';
import { KinesisAutoscaler } from '../../infra/kinesis-autoscaler.ts';
import { deploy, flatten, newApp, newOutdir, resourcesOf, theResource } from './deployed-stack.ts';

const morning = { name: 'morning', cron: '0 7 ? * MON-FRI *', timeZone: 'Europe/Berlin', shards: 16, minutes: 120 };

function faultsOf(schedules: unknown, more: object = {}) {
  const read = readDeploymentContext({ streams: [{ name: 'orders', maxShards: 32, schedules, ...more }] });
  return read.ok ? [] : read.faults;
}

describe('a schedule', () => {
  const stack = deploy({ streams: [{ name: 'orders', maxShards: 32, schedules: [morning] }] });

  it('a schedule invokes the reconciler for a temporary minimum, at its hour in its time zone', () => {
    const { Properties } = theResource(stack, 'AWS::Scheduler::Schedule', 'orders');
    const reconciler = theResource(stack, 'AWS::Lambda::Function', 'ReconcilerFunction').id;
    const role = theResource(stack, 'AWS::IAM::Role', 'ScheduleRole').id;
    expect(flatten(Properties)).toMatchObject({
      ScheduleExpression: 'cron(0 7 ? * MON-FRI *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: `\${${reconciler}.Arn}`,
        RoleArn: `\${${role}.Arn}`,
        RetryPolicy: { MaximumEventAgeInSeconds: 7_200 },
      },
    });
    const { Input: input } = Properties.Target as { readonly Input: string };
    expect(readTemporaryMinimumRequest(JSON.parse(input))).toEqual({
      ok: true,
      value: { stream: 'orders', shards: 16, minutes: 120 },
    });
  });

  it('a schedule without a time zone is in UTC', () => {
    const { timeZone: _, ...utc } = morning;
    const plain = deploy({ streams: [{ name: 'orders', schedules: [utc] }] });
    const { Properties } = theResource(plain, 'AWS::Scheduler::Schedule', 'orders');
    expect(Properties.ScheduleExpressionTimezone).toBe('UTC');
  });

  it('schedules count among the resources of a stack', () => {
    const schedules = Array.from({ length: 2 }, (_, index) => ({ ...morning, name: `s${index}` }));
    const streams = Array.from({ length: 111 }, (_, index) => ({ name: `s${index}`, schedules }));
    const read = readDeploymentContext({ streams });
    expect(read.ok ? [] : read.faults.map(({ field }) => field)).toEqual(['streams']);
    expect(readDeploymentContext({ streams: streams.slice(1) }).ok).toBe(true);
  });
});

describe('what is wrong with schedules', () => {
  it('all faults of schedules are reported at once, each under the path that the user wrote', () => {
    const faults = faultsOf([
      { name: 'two words', cron: '0 7 * * *', timeZone: 'Berlin', shards: 33, minutes: 0, until: 'ten' },
      morning,
      { ...morning, minutes: 10_081 },
      'daily',
    ]);
    expect(faults.map(({ field }) => field.replace('streams[0].schedules', ''))).toEqual([
      '[0].until',
      '[0].name',
      '[0].cron',
      '[0].timeZone',
      '[0].shards',
      '[0].minutes',
      '[2].minutes',
      '[2].name',
      '[3].name',
      '[3].cron',
      '[3].shards',
      '[3].minutes',
    ]);
    expect(faultsOf({}).map(({ field }) => field)).toEqual(['streams[0].schedules']);
  });

  it('a faulty schedule of a stream of the construct is reported at synth', () => {
    const app = newApp(newOutdir());
    const stack = new Stack(app, 'Fleet');
    const autoscaler = new KinesisAutoscaler(stack, 'Autoscaler');
    const stream = new Stream(stack, 'Orders', { streamName: 'orders', shardCount: 2 });
    autoscaler.addStream(stream, { shardCount: 2, maxShards: 8, schedules: [morning] });
    expect(() => app.synth()).toThrow('orders.schedules[0].shards: 16 is not a shard count that the stream may have');
  });
});

describe('a stream without schedules', () => {
  it('a stream without schedules gets no schedule', () => {
    const stack = deploy({ streams: [{ name: 'orders' }] });
    expect(resourcesOf(stack, 'AWS::Scheduler::Schedule')).toHaveLength(1);
  });
});
