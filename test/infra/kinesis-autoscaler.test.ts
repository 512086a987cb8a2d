import { Stack } from 'aws-cdk-lib';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { KinesisAutoscaler, type KinesisAutoscalerProps } from '../../infra/kinesis-autoscaler.ts';
import {
  consumerArn,
  type DeployedStack,
  flatten,
  newApp,
  newOutdir,
  readAssembly,
  resourcesOf,
} from './deployed-stack.ts';

interface FleetOptions {
  readonly props?: (stack: Stack) => KinesisAutoscalerProps;
  readonly env?: { readonly region: string; readonly account: string };
}

function newFleet({ props = () => ({}), env }: FleetOptions = {}) {
  const outdir = newOutdir();
  const app = newApp(outdir);
  const stack = new Stack(app, 'Fleet', env && { env });
  return {
    stack,
    autoscaler: new KinesisAutoscaler(stack, 'Autoscaler', props(stack)),
    synth: () => readAssembly(app, outdir),
  };
}

const ordersArn = 'arn:aws:kinesis:us-east-1:111122223333:stream/orders';

describe('KinesisAutoscaler', () => {
  it('the construct takes streams of the same app and existing streams', () => {
    const { stack, autoscaler, synth } = newFleet();
    autoscaler.addStream(Stream.fromStreamArn(stack, 'Orders', ordersArn), { shardCount: 2 });
    autoscaler.addStream(new Stream(stack, 'Clicks', { streamName: 'clicks', shardCount: 3 }), { shardCount: 3 });
    const names = resourcesOf(synth(), 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmName);
    const expected = ['orders-scale-up', 'orders-scale-down', 'clicks-scale-up', 'clicks-scale-down'];
    expect(names.filter((name) => name !== undefined)).toEqual(expected);
    expect(autoscaler.streamNames).toEqual(['orders', 'clicks']);
  });

  it('synthesis reports all faults of settings and streams at once, in the words of the construct’s user', () => {
    const { stack, autoscaler, synth } = newFleet({
      props: () => ({
        retry: { retries: -1, longestWaitMs: 400, callTimeoutMs: 50 },
        notices: { topicArn: 'scalings' },
        defaults: { maxShards: 0 },
      }),
      env: { region: 'us-east-1', account: '111122223333' },
    });
    const orders = Stream.fromStreamArn(stack, 'Orders', ordersArn);
    autoscaler.addStream(orders, { shardCount: 2 });
    autoscaler.addStream(orders);
    autoscaler.addStream(new Stream(stack, 'Nameless'), {});
    const clicks = Stream.fromStreamArn(stack, 'Clicks', ordersArn.replace('orders', 'clicks'));
    autoscaler.addStream(clicks, { minShards: 9, maxShards: 3 });
    const events = Stream.fromStreamArn(stack, 'Events', ordersArn.replace('orders', 'events'));
    autoscaler.addStream(events, {
      consumers: [{ functionArn: consumerArn.replace('us-east-1', 'eu-west-1'), lambdasPerShard: 1 }],
    });
    const message = messageOf(synth);
    expect(message).toContain('orders: this stream is added twice');
    expect(message).toContain('Fleet/Nameless: its streamName is not known before deployment');
    expect(message).toContain('clicks.minShards: 9 is above clicks.maxShards 3');
    expect(message).toContain('is not in us-east-1 of account 111122223333');
    expect(message).toContain('retry.retries: -1 is not a whole number from 0 to 100');
    expect(message).toContain('retry.longestWaitMs: 400 is below retry.shortestWaitMs 1000');
    expect(message).toContain('retry.callTimeoutMs: 50 is not a number from 100 to 60000');
    expect(message).toContain('notices.topicArn: "scalings" is not the ARN of a topic');
    expect(message).toContain('defaults.maxShards: 0 is not a whole number from 1 to 10000');
    expect(message).toContain('clicks.minShards: 9 is above clicks.maxShards 3');
    expect(message.match(/maxShards: 0/g)).toHaveLength(1);
    // Nobody who uses the construct has written a variable or settings.json.
    expect(message).not.toMatch(/[A-Z]+_[A-Z]+|settings\.json/);
  });

  it('refuses one function as the consumer of two streams, by the names of the streams', () => {
    const { stack, autoscaler, synth } = newFleet();
    const consumers = [{ functionArn: consumerArn, lambdasPerShard: 1 }];
    for (const name of ['orders', 'clicks']) {
      const stream = Stream.fromStreamArn(stack, name, ordersArn.replace('orders', name));
      autoscaler.addStream(stream, { shardCount: 2, consumers });
    }
    expect(messageOf(synth)).toContain(
      `clicks.consumers[0].functionArn: "${consumerArn}" is a consumer of orders already`,
    );
  });

  it('the construct takes a notice topic of the same app, whose ARN is known only at deployment', () => {
    const { stack, autoscaler, synth } = newFleet({
      props: (scope) => ({ notices: { topicArn: new Topic(scope, 'Scalings').topicArn } }),
    });
    autoscaler.addStream(Stream.fromStreamArn(stack, 'Orders', ordersArn), { shardCount: 2 });
    const functions = ownFunctions(synth());
    for (const { Properties } of functions) {
      expect(flatten(Properties.Environment)).toEqual({
        Variables: { DRY_RUN: 'true', NOTICE_TOPIC_ARN: expect.stringContaining('Scalings') },
      });
    }
  });

  it('synthesis refuses an autoscaler without a stream', () => {
    expect(messageOf(newFleet().synth)).toContain('manages no stream; call addStream');
  });

  it('the functions run dry unless dryRun is false', () => {
    const { stack, autoscaler, synth } = newFleet();
    autoscaler.addStream(Stream.fromStreamArn(stack, 'Orders', ordersArn), { shardCount: 2 });
    for (const { Properties } of ownFunctions(synth())) {
      expect(Properties.Environment).toEqual({ Variables: { DRY_RUN: 'true' } });
    }
  });
});

function ownFunctions(stack: DeployedStack) {
  const own = resourcesOf(stack, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('Autoscaler'));
  expect(own).toHaveLength(2);
  return own;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was refused');
}
