/** Where one service of local AWS acts on another, as AWS's own do. */
import { minuteMs } from '../core/time.ts';
import { AwsServiceError } from '../simulator/models/aws-service-error.ts';
import type { Clock, Scheduler } from '../simulator/models/clock.ts';
import type { CloudWatchModel } from '../simulator/models/cloudwatch/cloudwatch-model.ts';
import type { MetricIdentity } from '../simulator/models/cloudwatch/metric/metric-series.ts';
import type { MetricStore } from '../simulator/models/cloudwatch/metric/metric-store.ts';
import type { KinesisService } from './kinesis/kinesis-service.ts';
import { allowsInvocation } from './lambda/function-definition.ts';
import type { LambdaService } from './lambda/lambda-service.ts';
import type { EmbeddedMetric } from './logs/embedded-metrics.ts';
import type { TopicService } from './sns/topic-service.ts';
import type { MessageAttributes } from './sqs/message-attributes.ts';
import type { QueueService } from './sqs/queue-service.ts';
import type { TaggedResource } from './tagging-endpoint.ts';

/** Puts the metrics of services into CloudWatch's store, as of now. */
export class MetricWriter {
  readonly #store: MetricStore;
  readonly #clock: Clock;

  constructor(store: MetricStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  put(metric: MetricIdentity, value: number, atMs: number = this.#clock.nowMs()): void {
    this.#store.putValue(this.#store.series(metric), Math.floor(atMs / minuteMs), value, this.#clock.nowMs());
  }

  putEmbedded(metric: EmbeddedMetric): void {
    for (const value of metric.values) this.put(metric, value, metric.atMs);
  }

  putOfFunction(functionName: string, metricName: string): void {
    this.put({ namespace: 'AWS/Lambda', metricName, dimensions: [{ name: 'FunctionName', value: functionName }] }, 1);
  }

  putQueueDepths(queues: QueueService): void {
    for (const url of queues.urls()) {
      const dimensions = [{ name: 'QueueName', value: url.split('/').at(-1) ?? '' }];
      const depth = Number(queues.attributes(url).ApproximateNumberOfMessages);
      this.put({ namespace: 'AWS/SQS', metricName: 'ApproximateNumberOfMessagesVisible', dimensions }, depth);
    }
  }
}

/** Calls `run` at every full minute of the clock. @returns what stops it. */
export function everyMinute(scheduler: Scheduler, run: () => void): () => void {
  const nextMinute = (): number => (Math.floor(scheduler.nowMs() / minuteMs) + 1) * minuteMs;
  const tick = (): void => {
    next = scheduler.schedule(nextMinute(), tick);
    run();
  };
  let next = scheduler.schedule(nextMinute(), tick);
  return () => scheduler.cancel(next);
}

/** @throws AwsServiceError if there is no such function, or nobody has permitted this caller to invoke it. */
export function assertMayInvoke(
  lambda: LambdaService,
  functionArn: string,
  principal: string,
  sourceArn: string,
): void {
  if (allowsInvocation(lambda.functions.get(functionArn), principal, sourceArn)) return;
  const message = `${principal} is not authorized to perform: lambda:InvokeFunction on ${functionArn} for ${sourceArn}`;
  throw new AwsServiceError('AccessDeniedException', message);
}

/** The result of an asynchronous event goes to a queue, a topic or a function. @throws AwsServiceError if that does not exist. */
export function deliverResult(
  { queues, topics, lambda }: DestinationServices,
  destinationArn: string,
  body: string,
  attributes: MessageAttributes,
): void {
  switch (destinationArn.split(':')[2]) {
    case 'sqs':
      queues.send(destinationArn, body, { attributes });
      return;
    case 'sns':
      topics.publish(destinationArn, { message: body, attributes });
      return;
    case 'lambda':
      lambda.invokeAsynchronously(destinationArn, body);
      return;
    default:
      throw new AwsServiceError('InvalidParameterValueException', `${destinationArn} is no queue, topic or function`);
  }
}

interface DestinationServices {
  readonly queues: QueueService;
  readonly topics: TopicService;
  readonly lambda: LambdaService;
}

/** Whether there is such a stream, or such a consumer of a stream. */
export function hasEventSource(kinesis: KinesisService, arn: string): boolean {
  const [, streamName = '', , consumer] = arn.split('/');
  const stream = kinesis.account.streams().find((candidate) => candidate.streamName === streamName);
  if (stream === undefined) return false;
  if (consumer === undefined) return stream.streamArn === arn;
  return [...kinesis.settings(streamName).consumers.values()].some((registered) => registered.arn === arn);
}

/** What the Resource Groups Tagging API knows of. */
export function taggedResources(
  kinesis: KinesisService,
  lambda: LambdaService,
  cloudwatch: CloudWatchModel,
): readonly TaggedResource[] {
  const streams = kinesis.account.streams().map((stream) => ({
    arn: stream.streamArn,
    type: 'kinesis:stream',
    tags: Object.fromEntries(stream.tags.list().map(({ Key, Value }) => [Key, Value])),
  }));
  const functions = lambda.functions.list().map(({ arn, tags }) => ({ arn, type: 'lambda:function', tags }));
  const alarms = alarmArnsOf(cloudwatch).map((arn) => ({
    arn,
    type: 'cloudwatch:alarm',
    tags: alarmTagsOf(cloudwatch, arn),
  }));
  return [...streams, ...functions, ...alarms].filter(({ tags }) => Object.keys(tags).length > 0);
}

function alarmArnsOf(cloudwatch: CloudWatchModel): readonly string[] {
  const arns: string[] = [];
  let token: string | undefined;
  do {
    const { MetricAlarms = [], NextToken } = cloudwatch.describeAlarms({
      MaxRecords: 100,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    arns.push(...MetricAlarms.flatMap(({ AlarmArn }) => AlarmArn ?? []));
    token = NextToken;
  } while (token !== undefined);
  return arns;
}

function alarmTagsOf(cloudwatch: CloudWatchModel, arn: string): Readonly<Record<string, string>> {
  const { Tags = [] } = cloudwatch.listTagsForResource({ ResourceARN: arn });
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
