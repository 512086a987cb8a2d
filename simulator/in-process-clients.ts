/**
 * The SDK's clients as the AWS adapters of lambda/aws use them, answered by the models in this process: the adapters that
 * are deployed run unchanged, without HTTP. What may go wrong on the way (latency, faults, a stale read) is the carrier's.
 */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  AddTagsToStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  ListTagsForStreamCommand,
  MergeShardsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import {
  DeleteFunctionConcurrencyCommand,
  type EventSourceMappingConfiguration,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { AwsServiceError } from './models/aws-service-error.ts';
import type { Clock } from './models/clock.ts';
import type { CloudWatchModel } from './models/cloudwatch/cloudwatch-model.ts';
import type { KinesisAccount } from './models/kinesis-model.ts';

/** One call on its way to a model. */
export interface ModelCall {
  /** As the API names it: `UpdateShardCount`. */
  readonly operation: string;
  /** The stream, alarm or function that it is about; empty for a call about the account. */
  readonly resource: string;
  readonly writes: boolean;
  /** Does it, now. Throws AwsServiceError where AWS would refuse. */
  readonly perform: () => object;
}

/** Brings a call to the models and its answer back. Rejects with what the SDK would throw. */
export type Carrier = (call: ModelCall) => Promise<object>;

export interface AccountModels {
  readonly clock: Clock;
  readonly kinesis: KinesisAccount;
  readonly cloudwatch: CloudWatchModel;
  readonly concurrency: ReservedConcurrency;
  /** Which functions read which streams; nothing here polls for them. */
  readonly eventSourceMappings: readonly EventSourceMappingConfiguration[];
}

/** Reserved concurrency of the account's functions, by name. */
export class ReservedConcurrency {
  readonly accountLimit: number;
  readonly reserved = new Map<string, number>();

  constructor(accountLimit: number) {
    this.accountLimit = accountLimit;
  }

  get unreserved(): number {
    return [...this.reserved.values()].reduce((left, each) => left - each, this.accountLimit);
  }
}

export interface InProcessClients {
  readonly kinesis: KinesisClient;
  readonly cloudwatch: CloudWatchClient;
  readonly lambda: LambdaClient;
}

export function inProcessClients(models: AccountModels, carry: Carrier): InProcessClients {
  const client = (callOf: (command: unknown) => ModelCall) => ({ send: (command: unknown) => carry(callOf(command)) });
  // The adapters call nothing of a client but `send`, and know their commands' outputs.
  return {
    kinesis: client((command) => kinesisCall(command, models)) as unknown as KinesisClient,
    cloudwatch: client((command) => cloudWatchCall(command, models)) as unknown as CloudWatchClient,
    lambda: client((command) => lambdaCall(command, models)) as unknown as LambdaClient,
  };
}

/** What the SDK throws for an error that came with an answer: the service's name for it, and the HTTP status. */
export function asServiceException(error: unknown): unknown {
  if (!(error instanceof AwsServiceError)) return error;
  return Object.assign(new Error(error.message), { name: error.name, $metadata: { httpStatusCode: 400 } });
}

function kinesisCall(command: unknown, { kinesis, clock }: AccountModels): ModelCall {
  const streamNamed = (name: string | undefined) => kinesis.stream(name ?? '');
  if (command instanceof DescribeStreamSummaryCommand) {
    const { StreamName } = command.input;
    return read('DescribeStreamSummary', StreamName, () => ({
      StreamDescriptionSummary: streamNamed(StreamName).describeSummary(clock.nowMs()),
    }));
  }
  if (command instanceof ListTagsForStreamCommand) {
    const { StreamName } = command.input;
    return read('ListTagsForStream', StreamName, () => ({
      Tags: streamNamed(StreamName).tags.list(),
      HasMoreTags: false,
    }));
  }
  if (command instanceof AddTagsToStreamCommand) {
    const { StreamName, Tags = {} } = command.input;
    return write('AddTagsToStream', StreamName, () => streamNamed(StreamName).tags.add(Tags, clock.nowMs()));
  }
  if (command instanceof UpdateShardCountCommand) {
    const { StreamName, TargetShardCount = 0 } = command.input;
    return write('UpdateShardCount', StreamName, () =>
      streamNamed(StreamName).updateShardCount(TargetShardCount, clock.nowMs()),
    );
  }
  if (command instanceof ListShardsCommand) {
    const { StreamName } = command.input;
    return read('ListShards', StreamName, () => ({
      Shards: streamNamed(StreamName)
        .openShards(clock.nowMs())
        .map(({ shardId, firstHashKey, lastHashKey }) => ({
          ShardId: shardId,
          HashKeyRange: { StartingHashKey: firstHashKey, EndingHashKey: lastHashKey },
        })),
    }));
  }
  if (command instanceof SplitShardCommand) {
    const { StreamName, ShardToSplit = '', NewStartingHashKey = '' } = command.input;
    return write('SplitShard', StreamName, () =>
      streamNamed(StreamName).splitShard(ShardToSplit, NewStartingHashKey, clock.nowMs()),
    );
  }
  if (command instanceof MergeShardsCommand) {
    const { StreamName, ShardToMerge = '', AdjacentShardToMerge = '' } = command.input;
    return write('MergeShards', StreamName, () =>
      streamNamed(StreamName).mergeShards(ShardToMerge, AdjacentShardToMerge, clock.nowMs()),
    );
  }
  if (command instanceof DescribeLimitsCommand) {
    return read('DescribeLimits', '', () => kinesis.describeLimits(clock.nowMs()));
  }
  throw unknownCommand(command);
}

function cloudWatchCall(command: unknown, { cloudwatch }: AccountModels): ModelCall {
  if (command instanceof DescribeAlarmsCommand) {
    const { input } = command;
    return read('DescribeAlarms', input.AlarmNames?.join(' '), () => cloudwatch.describeAlarms(input));
  }
  if (command instanceof ListTagsForResourceCommand) {
    const { input } = command;
    return read('ListTagsForResource', alarmOf(input.ResourceARN), () => cloudwatch.listTagsForResource(input));
  }
  if (command instanceof GetMetricDataCommand) {
    const { input } = command;
    return read('GetMetricData', '', () => cloudwatch.getMetricData(input));
  }
  if (command instanceof PutMetricAlarmCommand) {
    const { input } = command;
    return write('PutMetricAlarm', input.AlarmName, () => cloudwatch.putMetricAlarm(input));
  }
  if (command instanceof SetAlarmStateCommand) {
    const { input } = command;
    return write('SetAlarmState', input.AlarmName, () => cloudwatch.setAlarmState(input));
  }
  if (command instanceof TagResourceCommand) {
    const { input } = command;
    return write('TagResource', alarmOf(input.ResourceARN), () => cloudwatch.tagResource(input));
  }
  throw unknownCommand(command);
}

function lambdaCall(command: unknown, { concurrency, eventSourceMappings }: AccountModels): ModelCall {
  const { reserved } = concurrency;
  if (command instanceof GetFunctionConcurrencyCommand) {
    const name = command.input.FunctionName ?? '';
    return read('GetFunctionConcurrency', name, () => ({ ReservedConcurrentExecutions: reserved.get(name) }));
  }
  if (command instanceof GetAccountSettingsCommand) {
    return read('GetAccountSettings', '', () => ({
      AccountLimit: { UnreservedConcurrentExecutions: concurrency.unreserved },
    }));
  }
  if (command instanceof ListEventSourceMappingsCommand) {
    return read('ListEventSourceMappings', '', () => ({ EventSourceMappings: eventSourceMappings }));
  }
  if (command instanceof PutFunctionConcurrencyCommand) {
    const { FunctionName = '', ReservedConcurrentExecutions = 0 } = command.input;
    return write('PutFunctionConcurrency', FunctionName, () =>
      reserved.set(FunctionName, ReservedConcurrentExecutions),
    );
  }
  if (command instanceof DeleteFunctionConcurrencyCommand) {
    const { FunctionName = '' } = command.input;
    return write('DeleteFunctionConcurrency', FunctionName, () => reserved.delete(FunctionName));
  }
  throw unknownCommand(command);
}

function read(operation: string, resource: string | undefined, perform: () => object): ModelCall {
  return { operation, resource: resource ?? '', writes: false, perform };
}

function write(operation: string, resource: string | undefined, perform: () => unknown): ModelCall {
  return {
    operation,
    resource: resource ?? '',
    writes: true,
    perform: () => {
      perform();
      return {};
    },
  };
}

function alarmOf(arn: string | undefined): string {
  return arn?.split(':').slice(6).join(':') ?? '';
}

function unknownCommand(command: unknown): Error {
  const name = typeof command === 'object' && command !== null ? command.constructor.name : String(command);
  return new TypeError(`the models in this process do not answer ${name}`);
}
