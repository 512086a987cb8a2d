/** The services of one region of local AWS, linked with one another; no server and no process yet. */
import { CloudWatchModel, evaluateEveryMinute } from '../simulator/models/cloudwatch/cloudwatch-model.ts';
import { MetricStore } from '../simulator/models/cloudwatch/metric/metric-store.ts';
import { KinesisAccount } from '../simulator/models/kinesis-model.ts';
import type { LocalAccount } from './account.ts';
import { performAlarmAction } from './alarm-action.ts';
import { cloudWatchEndpoint } from './cloudwatch/cloudwatch-endpoint.ts';
import { kinesisEndpoint } from './kinesis/kinesis-endpoint.ts';
import { KinesisService } from './kinesis/kinesis-service.ts';
import { ShardThroughput } from './kinesis/put-admission.ts';
import { PutMeter } from './kinesis/put-meter.ts';
import type { RecordHost } from './kinesis/record-operations.ts';
import type { ShardBackend } from './kinesis/shard-backend.ts';
import { lambdaEndpoint } from './lambda/lambda-endpoint.ts';
import { type FinishedInvocation, LambdaService } from './lambda/lambda-service.ts';
import type { LocalAwsOptions } from './local-aws-options.ts';
import type { LocalTime } from './local-time.ts';
import { logEndpoint } from './logs/log-endpoint.ts';
import { LogService } from './logs/log-service.ts';
import { ScheduleService } from './scheduler/schedule-service.ts';
import {
  assertMayInvoke,
  deliverResult,
  everyMinute,
  hasEventSource,
  MetricWriter,
  taggedResources,
} from './service-links.ts';
import { topicEndpoint } from './sns/topic-endpoint.ts';
import { TopicService } from './sns/topic-service.ts';
import { queueEndpoint } from './sqs/queue-endpoint.ts';
import { QueueService } from './sqs/queue-service.ts';
import { stsEndpoint } from './sts-endpoint.ts';
import { taggingEndpoint } from './tagging-endpoint.ts';
import type { ServiceEndpoint, ServiceName } from './wire/api-call.ts';

export interface LocalServices {
  readonly cloudwatch: CloudWatchModel;
  readonly kinesis: KinesisService;
  readonly lambda: LambdaService;
  readonly logs: LogService;
  readonly queues: QueueService;
  readonly schedules: ScheduleService;
  readonly topics: TopicService;
  readonly endpoints: Readonly<Record<ServiceName, ServiceEndpoint>>;
  /** Ends what happens by itself. */
  stop(): Promise<void>;
}

export interface ServiceContext {
  /** In the region of the services. */
  readonly account: LocalAccount;
  readonly time: LocalTime;
  readonly backend: ShardBackend;
  /** Known once the server listens. */
  readonly endpoint: () => string;
  readonly onInvoked: (invocation: FinishedInvocation) => void;
  /** The services of another region, for what crosses regions. */
  readonly inRegionOf: (arn: string) => LocalServices;
  /** The error code that a fault rule has for the next record of a PutRecords, if any. */
  readonly recordFault: RecordHost['recordFault'];
}

export function createServices(options: LocalAwsOptions, context: ServiceContext): LocalServices {
  const { account, time, endpoint } = context;
  const { clock } = time;
  const store = new MetricStore();
  const metrics = new MetricWriter(store, clock);
  const queues = new QueueService(account, clock, endpoint);
  const logs = new LogService(clock, (metric) => metrics.putEmbedded(metric));
  const lambda: LambdaService = new LambdaService({
    account,
    time,
    endpoint,
    ...(options.accountConcurrency === undefined ? {} : { accountConcurrency: options.accountConcurrency }),
    onLogLine: (definition, stream, line) => logs.append(definition.logGroup, stream, line),
    onMetric: (functionName, metricName) => metrics.putOfFunction(functionName, metricName),
    deliver: (arn, body, attributes) => deliverResult(context.inRegionOf(arn), arn, body, attributes),
    hasEventSource: (arn) => hasEventSource(kinesis, arn),
    onInvoked: context.onInvoked,
  });
  const topics: TopicService = new TopicService({
    account,
    clock,
    deliverToFunction: (functionArn, event, topicArn) => {
      const subscriber = context.inRegionOf(functionArn).lambda;
      assertMayInvoke(subscriber, functionArn, 'sns.amazonaws.com', topicArn);
      subscriber.invokeAsynchronously(functionArn, event);
    },
    deliverToQueue: (queueArn, body, attributes) =>
      context.inRegionOf(queueArn).queues.send(queueArn, body, { attributes }),
  });
  const { accountId, region } = account;
  const cloudwatch = new CloudWatchModel({
    clock,
    accountId,
    region,
    metrics: store,
    facts: options.cloudWatchFacts ?? {},
    notify: (notification) => performAlarmAction({ topics, lambda, region }, notification),
  });
  const kinesis: KinesisService = new KinesisService(
    new KinesisAccount({ accountId, region, facts: kinesisFactsOf(options) }),
    clock,
    context.backend,
  );
  const schedules = new ScheduleService({
    account,
    clock,
    invoke: (functionArn, payload, kind, sourceArn) => {
      // A schedule acts by its own role, a rule by the function's permission.
      if (kind === 'rule') assertMayInvoke(lambda, functionArn, 'events.amazonaws.com', sourceArn);
      lambda.invokeAsynchronously(functionArn, payload);
    },
  });
  const stops = [
    () => schedules.stop(),
    everyMinute(clock, () => metrics.putQueueDepths(queues)),
    evaluateEveryMinute(cloudwatch, clock, options.evaluationOffsetMs),
  ];
  const services = { cloudwatch, kinesis, lambda, logs, queues, schedules, topics };
  return {
    ...services,
    endpoints: createEndpoints(services, store, options, context),
    async stop() {
      for (const stop of stops) stop();
      await lambda.stop();
    },
  };
}

function createEndpoints(
  services: Omit<LocalServices, 'endpoints' | 'stop'>,
  store: MetricStore,
  options: LocalAwsOptions,
  { account, time, recordFault }: ServiceContext,
): LocalServices['endpoints'] {
  const { cloudwatch, kinesis, lambda, logs, queues, topics } = services;
  const { clock } = time;
  return {
    cloudwatch: cloudWatchEndpoint(cloudwatch),
    kinesis: kinesisEndpoint(kinesis, clock, {
      meter: new PutMeter(clock, store),
      throughput: options.throttle === true ? new ShardThroughput(clock) : undefined,
      recordFault,
    }),
    lambda: lambdaEndpoint(lambda, { account, time, hasEventSource: (arn) => hasEventSource(kinesis, arn) }),
    logs: logEndpoint(logs, account),
    sns: topicEndpoint(topics, account.accountId),
    sqs: queueEndpoint(queues, account),
    sts: stsEndpoint(account),
    tagging: taggingEndpoint(() => taggedResources(kinesis, lambda, cloudwatch)),
  };
}

/** The rate of UpdateShardCount is part of the model; without call rates it must not be in the way. */
function kinesisFactsOf({ throttle, kinesisFacts }: LocalAwsOptions): LocalAwsOptions['kinesisFacts'] & object {
  return throttle === true
    ? { ...kinesisFacts }
    : { maxUpdateCallsPerSecond: Number.POSITIVE_INFINITY, ...kinesisFacts };
}
