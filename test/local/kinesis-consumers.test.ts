import {
  DeleteStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  ListStreamConsumersCommand,
  RegisterStreamConsumerCommand,
  StartStreamEncryptionCommand,
} from '@aws-sdk/client-kinesis';
import { CreateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { addFunction, clientsOf, startFixture } from './local-fixture.ts';

const StreamName = 'orders';

test('consumers with enhanced fan-out are registered, listed, mapped to functions and deregistered', async () => {
  const { aws } = await startFixture();
  const { kinesis, lambda } = clientsOf(aws);
  const { streamArn: StreamARN } = await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
  const register = (ConsumerName: string) =>
    kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName }));
  const { Consumer } = await register('billing');
  expect(Consumer).toMatchObject({
    ConsumerARN: `${StreamARN}/consumer/billing:1767225600`,
    ConsumerStatus: 'ACTIVE',
    ConsumerCreationTimestamp: new Date('2026-01-01'),
  });
  await expect(register('billing')).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await register('search');
  const first = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, MaxResults: 1 }));
  const second = await kinesis.send(new ListStreamConsumersCommand({ StreamARN, NextToken: first.NextToken }));
  expect([first, second].map(({ Consumers }) => Consumers?.map(({ ConsumerName }) => ConsumerName))).toEqual([
    ['billing'],
    ['search'],
  ]);
  const ConsumerARN = Consumer?.ConsumerARN;
  expect(await kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }))).toMatchObject({
    ConsumerDescription: { ConsumerName: 'billing', StreamARN },
  });
  const summary = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  expect(summary.StreamDescriptionSummary?.ConsumerCount).toBe(2);
  await addFunction(aws, 'reader', 'exports.handler = async () => {};');
  const mapping = { FunctionName: 'reader', EventSourceArn: ConsumerARN, StartingPosition: 'LATEST' as const };
  await expect(lambda.send(new CreateEventSourceMappingCommand(mapping))).resolves.toMatchObject({ State: 'Enabled' });
  await expect(kinesis.send(new DeleteStreamCommand({ StreamName }))).rejects.toMatchObject({
    name: 'ResourceInUseException',
  });
  await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN }));
  await expect(kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await kinesis.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }));
});

test('the key of a stream is stored and shown', async () => {
  const { aws } = await startFixture();
  const { kinesis } = clientsOf(aws);
  await aws.kinesis.create(StreamName, 'PROVISIONED', 1);
  await kinesis.send(
    new StartStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' }),
  );
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  expect(StreamDescriptionSummary).toMatchObject({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
});
