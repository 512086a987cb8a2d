/**
 * The AWS signals against moto, an AWS that we have not written. An extra: where it is absent the wire-level tests
 * stand alone.
 */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownSample } from '../../../consumer/decision/sample.ts';
import { createCloudWatchEmitter } from '../../../consumer/emitters/cloudwatch.ts';
import { applicationLag } from '../../../consumer/signals/application-lag.ts';
import { kclLeases } from '../../../consumer/signals/kcl-leases.ts';
import { openShards } from '../../../consumer/signals/open-shards.ts';
import { sqsDepth } from '../../../consumer/signals/sqs-depth.ts';
import { type Program, startProgram } from '../support/child-program.ts';
import { eventually } from '../support/eventually.ts';
import { findProgram } from '../support/real-parts.ts';

const moto = findProgram('moto_server');
const nowMs = Date.now;
const signal = new AbortController().signal;

if (moto === undefined)
  console.warn('NOT TESTED HERE AWS signals against moto: moto_server is not installed (pip install moto[server])');

describe.runIf(moto !== undefined)('AWS signals against moto', () => {
  let program: Program;
  let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  beforeAll(async () => {
    program = startProgram(moto ?? '', ['-H', '127.0.0.1', '-p', '0']);
    const [, endpoint = ''] = await program.waitFor(/Running on (http:\/\/127\.0\.0\.1:\d+)/);
    settings = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  });
  afterAll(() => program.end());

  it('sqsDepth on moto counts waiting messages and messages in flight', async () => {
    const client = new SQSClient(settings);
    const { QueueUrl: queueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'invoices' }));
    for (let message = 0; message < 3; message += 1)
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }));
    await client.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 1 }));
    expect(await sqsDepth(queueUrl, { client, nowMs })(signal)).toMatchObject({ quality: 'ok', value: 3 });
  });

  it('kclLeases on moto counts the active leases of a table', async () => {
    const client = new DynamoDBClient(settings);
    const key = { AttributeName: 'leaseKey' };
    const table = { TableName: 'billing', BillingMode: 'PAY_PER_REQUEST' } as const;
    await client.send(
      new CreateTableCommand({
        ...table,
        AttributeDefinitions: [{ ...key, AttributeType: 'S' }],
        KeySchema: [{ ...key, KeyType: 'HASH' }],
      }),
    );
    expect((await kclLeases('billing', { client, nowMs })(signal)).quality).toBe('unknown');
    for (const [leaseKey, checkpoint] of [
      ['shard-0', 'SHARD_END'],
      ['shard-1', '495'],
    ] as const) {
      await client.send(
        new PutItemCommand({
          TableName: 'billing',
          Item: { leaseKey: { S: leaseKey }, checkpoint: { S: checkpoint } },
        }),
      );
    }
    expect(await kclLeases('billing', { client, nowMs })(signal)).toMatchObject({ value: 1 });
  });

  it('openShards on moto counts the open shards of a stream', async () => {
    const client = new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() });
    await client.send(new CreateStreamCommand({ StreamName: 'orders', ShardCount: 3 }));
    await eventually(() => openShards('orders', { client, nowMs })(signal)).toMatchObject({ value: 3 });
  });

  it('applicationLag on moto reads what the CloudWatch emitter has sent', async () => {
    const client = new CloudWatchClient(settings);
    const emitter = createCloudWatchEmitter({
      client,
      namespace: 'billing',
      dimensions: { Operation: 'ApplicationTracker' },
    });
    const sample = knownSample(1_500, nowMs() - 60_000, { unit: 'Milliseconds' });
    await emitter.emit({ name: 'MillisBehindLatest', sample }, signal);
    expect(await applicationLag('billing', { client, nowMs })(signal)).toMatchObject({
      quality: 'ok',
      value: 1_500,
      unit: 'Milliseconds',
    });
  });
});
