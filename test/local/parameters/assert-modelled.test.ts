/** Nothing is accepted and ignored: what the rules do not name is refused by its name. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { assertModelled } from '../../../local/parameters/assert-modelled.ts';
import { shapeAt } from '../../../local/parameters/parameter-page.ts';
import { acceptedPaths } from '../../../local/parameters/parameter-rules.ts';
import { SERVED } from '../../../local/parameters/served-operations.ts';
import { operationModel } from '../../../local/parameters/service-model.ts';
import type { JsonObject, ServiceName } from '../../../local/wire/api-call.ts';

type Refused = readonly [service: ServiceName, operation: string, input: JsonObject, refusal: string];

const ARN = 'arn:aws:sns:eu-west-1:123456789012:topic';

describe('a call is refused by name for', () => {
  it.each<Refused>([
    [
      'sns',
      'Subscribe',
      { TopicArn: ARN, Attributes: { FilterPolicy: '{}' } },
      'Attributes.FilterPolicy; subscribe without it, and filter in the subscriber',
    ],
    [
      'sns',
      'Subscribe',
      { Protocol: 'email' },
      'Protocol "email"; subscribe a queue (sqs) or a function (lambda) instead',
    ],
    [
      'sns',
      'CreateTopic',
      { Name: 't.fifo', Attributes: { FifoTopic: 'true' } },
      'Attributes.FifoTopic "true"; local AWS has standard topics only: leave it out',
    ],
    ['sns', 'SetTopicAttributes', { AttributeName: 'DeliveryPolicy' }, 'AttributeName "DeliveryPolicy"; remove it'],
    [
      'sqs',
      'CreateQueue',
      { QueueName: 'q', Attributes: { FifoQueue: 'true' } },
      'Attributes.FifoQueue; local AWS has standard queues only: leave it out',
    ],
    ['sqs', 'SendMessage', { MessageGroupId: 'g' }, 'MessageGroupId; local AWS has standard queues only: leave it out'],
    [
      'sqs',
      'SendMessageBatch',
      { Entries: [{ Id: 'a' }, { MessageDeduplicationId: 'd' }] },
      'Entries.MessageDeduplicationId; local AWS has standard queues only: leave it out',
    ],
    [
      'lambda',
      'CreateFunction',
      { Code: { S3Bucket: 'b' }, Layers: ['l'] },
      'Code.S3Bucket; give the code as Code.ZipFile. And: Layers; put what is in the layer into the zip file',
    ],
    [
      'lambda',
      'Invoke',
      { FunctionName: 'f', Qualifier: 'prod' },
      'Qualifier "prod"; leave it out: a function here has $LATEST only',
    ],
    [
      'kinesis',
      'CreateStream',
      { StreamName: 's', MaxRecordSizeInKiB: 10240 },
      'MaxRecordSizeInKiB 10240; leave it out: streams here are of the standard kind, with records of up to 1 MiB',
    ],
    ['kinesis', 'PutRecord', { StreamName: 's', DryRun: true }, 'DryRun; remove it'],
    ['cloudwatch', 'GetMetricStatistics', { Unit: 'Bytes' }, 'Unit; leave it out: a metric here has one unit'],
    [
      'cloudwatch',
      'PutMetricData',
      { MetricData: [{ Value: 1, StorageResolution: 1 }] },
      'MetricData.StorageResolution 1; leave it out or set 60: datapoints here are of a minute',
    ],
    [
      'cloudwatch',
      'DescribeAlarms',
      { ChildrenOfAlarmName: 'a' },
      'ChildrenOfAlarmName; composite alarms are not modelled',
    ],
    ['logs', 'GetLogEvents', { unmask: true }, 'unmask; leave it out: nothing is masked'],
    ['tagging', 'GetResources', { IncludeComplianceDetails: true }, 'IncludeComplianceDetails; remove it'],
    ['sts', 'GetCallerIdentity', { Invented: '1' }, 'Invented; the service model (botocore 1.44.8) does not have it'],
  ])('%s %s %j', (service, operation, input, refusal) => {
    expect(() => assertModelled({ service, operation }, input)).toThrow(
      expect.objectContaining({ name: 'NotModelled', message: `not modelled by local AWS: ${refusal}` }),
    );
  });

  it('none of the parameters that a rule names', () => {
    const input = {
      TopicArn: ARN,
      Protocol: 'sqs',
      Attributes: { RawMessageDelivery: 'true' },
      ReturnSubscriptionArn: true,
    };
    expect(() => assertModelled({ service: 'sns', operation: 'Subscribe' }, input)).not.toThrow();
    expect(() =>
      assertModelled({ service: 'kinesis', operation: 'CreateStream' }, { MaxRecordSizeInKiB: 1024 }),
    ).not.toThrow();
    expect(() => assertModelled({ service: 'sts', operation: 'GetCallerIdentity' }, {})).not.toThrow();
  });
});

const calls = (Object.keys(SERVED) as ServiceName[]).flatMap((service) =>
  Object.entries(SERVED[service]).map(([operation, rules]) => ({ service, operation, rules })),
);

test('every rule is about a parameter that AWS has', () => {
  const invented = calls.flatMap(({ service, operation, rules }) =>
    [...acceptedPaths(rules).keys(), ...Object.keys(rules.refused ?? {})]
      .filter((path) => !exists(service, operation, path.split('.')))
      .map((path) => `${service} ${operation} ${path}`),
  );
  expect(invented).toEqual([]);
  expect(calls.length).toBeGreaterThan(100);
});

test('every honoured parameter is read somewhere in the code that serves the call', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const sources = globSync('{local,simulator/models}/**/*.ts', { cwd: root })
    .filter((path) => !/parameter-rules|served-operations/.test(path))
    .map((path) => readFileSync(`${root}/${path}`, 'utf8'))
    .join('\n');
  const unread = calls.flatMap(({ service, operation, rules }) =>
    [...acceptedPaths(rules)]
      .filter(([path, kind]) => kind === 'honoured' && !isValue(service, operation, path.split('.')))
      .map(([path]) => path.split('.')[0] ?? '')
      .filter((member) => !new RegExp(`\\b${member}\\b`).test(sources))
      .map((member) => `${service} ${operation} ${member}`),
  );
  // kinesis-local reads these; the front passes them on.
  const passedOn = [
    'ShardIterator',
    'ShardIteratorType',
    'StartingSequenceNumber',
    'ShardToSplit',
    'NewStartingHashKey',
    'ShardToMerge',
    'AdjacentShardToMerge',
  ];
  expect([...new Set(unread)].filter((call) => !passedOn.some((member) => call.endsWith(` ${member}`)))).toEqual([]);
});

/** A path may end in a value, where a text, a number or a flag is restricted to some. */
function exists(service: ServiceName, operation: string, parts: readonly string[]): boolean {
  const input = operationModel(service, operation)?.input;
  return shapeAt(input, parts) !== undefined || isValue(service, operation, parts);
}

function isValue(service: ServiceName, operation: string, parts: readonly string[]): boolean {
  const input = operationModel(service, operation)?.input;
  return parts.length > 1 && typeof shapeAt(input, parts.slice(0, -1)) === 'string';
}
