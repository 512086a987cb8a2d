import { describe, expect, it } from 'vitest';
import { deploy, flatten, resourcesOf, theResource } from './deployed-stack.ts';

const stack = deploy({ streams: [{ name: 'orders' }] });
const queue = theResource(stack, 'AWS::SQS::Queue');

describe.each([
  { id: 'ScalerFunction', logs: 'ScalerLogs', handler: 'index.scaler', oldestSeconds: 21_600 },
  { id: 'ReconcilerFunction', logs: 'ReconcilerLogs', handler: 'index.reconciler', oldestSeconds: 3_600 },
])('$id', ({ id, logs, handler, oldestSeconds }) => {
  const { Properties: properties, id: logicalId } = theResource(stack, 'AWS::Lambda::Function', id);

  it(`${id} runs the bundle on the current runtime, with one concurrent execution`, () => {
    expect(properties).toMatchObject({
      Handler: handler,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 900,
      ReservedConcurrentExecutions: 1,
    });
  });

  it(`an event of ${id} is retried twice and then put into the dead-letter queue`, () => {
    const invoke = theResource(stack, 'AWS::Lambda::EventInvokeConfig', id);
    expect(flatten(invoke.Properties)).toEqual({
      FunctionName: `\${${logicalId}}`,
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: oldestSeconds,
    });
    expect(flatten(properties.DeadLetterConfig)).toEqual({ TargetArn: `\${${queue.id}.Arn}` });
  });

  it(`${id} logs to a group of its own that keeps lines for three months`, () => {
    const group = theResource(stack, 'AWS::Logs::LogGroup', logs);
    expect(flatten(properties.LoggingConfig)).toEqual({ LogGroup: `\${${group.id}}` });
    expect(group.Properties.RetentionInDays).toBe(90);
  });
});

describe('the dead-letter queue', () => {
  it('the dead-letter queue is encrypted, refuses plain HTTP and keeps events for two weeks', () => {
    expect(queue.Properties).toEqual({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    const { PolicyDocument: policy } = theResource(stack, 'AWS::SQS::QueuePolicy').Properties;
    expect(flatten(policy)).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    });
  });

  it('the dead-letter queue also gets what SNS could not deliver', () => {
    const subscription = theResource(stack, 'AWS::SNS::Subscription');
    expect(flatten(subscription.Properties)).toMatchObject({
      Protocol: 'lambda',
      Endpoint: `\${${theResource(stack, 'AWS::Lambda::Function', 'ScalerFunction').id}.Arn}`,
      RedrivePolicy: { deadLetterTargetArn: `\${${queue.id}.Arn}` },
    });
  });
});

describe('environment', () => {
  it('the environment contains only DRY_RUN when nothing else is given', () => {
    const { Environment: environment } = theResource(stack, 'AWS::Lambda::Function', 'ScalerFunction').Properties;
    expect(environment).toEqual({ Variables: { DRY_RUN: 'true' } });
  });

  it('the environment contains what is given, under the names of the reference autoscaler', () => {
    const given = deploy({
      dryRun: false,
      logLevel: 'debug',
      version: '1.2.3',
      deploymentRing: 'canary',
      notices: { topicArn: 'arn:aws:sns:us-east-1:111122223333:scalings' },
      pager: { topicArn: 'arn:aws:sns:us-east-1:111122223333:pager' },
      retry: { shortestWaitSeconds: 0.5, longestWaitSeconds: 4, retries: 7, callTimeoutSeconds: 2 },
      defaults: { scaleUpThreshold: 0.8, periodMinutes: 1, maxShards: 64 },
      streams: [{ name: 'orders' }],
    });
    for (const { Properties } of functionsOf(given)) {
      expect(Properties.Environment).toEqual({
        Variables: {
          DRY_RUN: 'false',
          LOG_LEVEL: 'debug',
          version: '1.2.3',
          deploymentRing: 'canary',
          THROTTLE_RETRY_MIN_SLEEP: '0.5',
          THROTTLE_RETRY_MAX_SLEEP: '4',
          THROTTLE_RETRY_COUNT: '7',
          CALL_TIMEOUT_SECONDS: '2',
          NOTICE_TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:scalings',
          PAGER_TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:pager',
          SCALE_PERIOD_MINS: '1',
          SCALE_UP_THRESHOLD: '0.8',
          MAX_SHARDS: '64',
        },
      });
    }
  });
});

describe('reserved concurrency', () => {
  it('no concurrency is reserved where reservedConcurrency is none', () => {
    for (const { Properties } of functionsOf(deploy({ reservedConcurrency: 'none', streams: [{ name: 'orders' }] }))) {
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
    }
  });
});

function functionsOf(deployed: typeof stack) {
  const own = resourcesOf(deployed, 'AWS::Lambda::Function').filter(({ id }) => id.startsWith('Autoscaler'));
  expect(own).toHaveLength(2);
  return own;
}
