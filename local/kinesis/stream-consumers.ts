/** Consumers with enhanced fan-out: registered, described and deregistered. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { takePage } from '../../simulator/models/cloudwatch/paging.ts';
import type { JsonObject, Operations } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireText } from '../wire/input.ts';
import type { KinesisService } from './kinesis-service.ts';
import { nameOf } from './stream-input.ts';
import type { StreamConsumer } from './stream-settings.ts';

/** RegisterStreamConsumer, API reference. */
const MOST_CONSUMERS = 20;
const CONSUMER_NAME = /^[a-zA-Z0-9_.-]{1,128}$/;
const DEFAULT_PAGE = 100;

export function consumerOperations(kinesis: KinesisService, nowMs: () => number): Operations {
  return {
    RegisterStreamConsumer: (input) => {
      const { streamArn } = kinesis.stream(nameOf(requireText(input, 'StreamARN')));
      const name = requireText(input, 'ConsumerName');
      const consumers = kinesis.settings(nameOf(streamArn)).consumers;
      assertNew(consumers, name);
      const createdMs = nowMs();
      const arn = `${streamArn}/consumer/${name}:${Math.floor(createdMs / 1000)}`;
      const consumer = { name, arn, createdMs };
      consumers.set(name, consumer);
      return { Consumer: describe(consumer) };
    },
    DeregisterStreamConsumer: (input) => {
      const { consumers, consumer } = findConsumer(kinesis, input);
      consumers.delete(consumer.name);
      return undefined;
    },
    DescribeStreamConsumer: (input) => {
      const { streamArn, consumer } = findConsumer(kinesis, input);
      return { ConsumerDescription: { ...describe(consumer), StreamARN: streamArn } };
    },
    ListStreamConsumers: (input) => {
      const streamName = nameOf(requireText(input, 'StreamARN'));
      kinesis.assertCreatedAt(streamName, optionalNumber(input, 'StreamCreationTimestamp'));
      const consumers = [...kinesis.settings(streamName).consumers.values()];
      const size = optionalNumber(input, 'MaxResults') ?? DEFAULT_PAGE;
      const { items, nextToken } = takePage(consumers, size, optionalText(input, 'NextToken'));
      return { Consumers: items.map(describe), ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
    },
  };
}

function assertNew(consumers: ReadonlyMap<string, StreamConsumer>, name: string): void {
  if (!CONSUMER_NAME.test(name))
    throw new AwsServiceError('InvalidArgumentException', `ConsumerName ${name} is invalid.`);
  if (consumers.has(name)) throw new AwsServiceError('ResourceInUseException', `Consumer ${name} exists already.`);
  if (consumers.size < MOST_CONSUMERS) return;
  throw new AwsServiceError('LimitExceededException', `A stream has ${MOST_CONSUMERS} consumers at most.`);
}

/** @throws AwsServiceError ResourceNotFoundException. */
export function findConsumer(kinesis: KinesisService, input: JsonObject) {
  const arn = optionalText(input, 'ConsumerARN');
  const name = arn?.split('/')[3]?.split(':')[0] ?? requireText(input, 'ConsumerName');
  const { streamName, streamArn } = kinesis.stream(nameOf(arn ?? requireText(input, 'StreamARN')));
  const { consumers } = kinesis.settings(streamName);
  const consumer = consumers.get(name);
  if (consumer === undefined || (arn !== undefined && consumer.arn !== arn)) {
    throw new AwsServiceError('ResourceNotFoundException', `Consumer ${name} of stream ${streamName} not found.`);
  }
  return { streamArn, consumers, consumer };
}

function describe({ name, arn, createdMs }: StreamConsumer): JsonObject {
  return {
    ConsumerName: name,
    ConsumerARN: arn,
    ConsumerStatus: 'ACTIVE',
    ConsumerCreationTimestamp: createdMs / 1000,
  };
}
