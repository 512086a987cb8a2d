/** The in-memory models as a subject: the same commands, without a wire between. */
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  ListTagsForStreamCommand,
  UpdateShardCountCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { VirtualClock } from '../../simulator/models/clock.ts';
import type { CloudWatchFacts } from '../../simulator/models/cloudwatch/cloudwatch-facts.ts';
import { CloudWatchModel, evaluateEveryMinute } from '../../simulator/models/cloudwatch/cloudwatch-model.ts';
import { KinesisAccount } from '../../simulator/models/kinesis-model.ts';
import type { Subject } from './subject.ts';
import { metricWriter, startMs } from './subjects.ts';

const account = { accountId: '123456789012', region: 'eu-west-1' };

export function startModelsSubject(facts: Partial<CloudWatchFacts> = {}): Subject {
  const clock = new VirtualClock({ startMs });
  const messages: string[] = [];
  const notify = ({ message }: { readonly message: string }) => void messages.push(message);
  const cloudwatch = new CloudWatchModel({ clock, ...account, facts, notify });
  const kinesis = new KinesisAccount(account);
  const stopEvaluating = evaluateEveryMinute(cloudwatch, clock);
  return {
    name: 'models',
    kinesis: client((command) => answerKinesis(command, kinesis, clock)),
    cloudwatch: client((command) => answerCloudWatch(command, cloudwatch)),
    time: { nowMs: () => clock.nowMs(), pass: (ms) => clock.runUntil(clock.nowMs() + ms) },
    watching: { put: metricWriter(cloudwatch, clock), messages: () => messages },
    stop: async () => stopEvaluating(),
  };
}

/** `send` of a client, for a command that a model answers at once. */
function client<T>(answer: (command: object) => unknown): T {
  return { send: async (command: object) => answer(command) } as T;
}

/** CloudWatch's model has a method a call, of the SDK's own input and output. */
function answerCloudWatch(command: object, cloudwatch: CloudWatchModel): unknown {
  const operation = command.constructor.name.replace(/Command$/, '');
  const method = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  const answer: unknown = Reflect.get(cloudwatch, method);
  if (typeof answer !== 'function') throw new TypeError(`the CloudWatch model does not answer ${operation}`);
  return answer.call(cloudwatch, Reflect.get(command, 'input')) ?? {};
}

function answerKinesis(command: object, kinesis: KinesisAccount, clock: VirtualClock): unknown {
  const nowMs = clock.nowMs();
  const named = (streamName: string | undefined) => kinesis.stream(streamName ?? '');
  if (command instanceof CreateStreamCommand) {
    const { StreamName: streamName = '', ShardCount: openShardCount = 1, StreamModeDetails } = command.input;
    const streamMode = StreamModeDetails?.StreamMode ?? 'PROVISIONED';
    return kinesis.createStream({ streamName, openShardCount, nowMs, streamMode });
  }
  if (command instanceof DescribeStreamSummaryCommand)
    return { StreamDescriptionSummary: named(command.input.StreamName).describeSummary(nowMs) };
  if (command instanceof UpdateShardCountCommand)
    return named(command.input.StreamName).updateShardCount(command.input.TargetShardCount ?? 0, nowMs);
  if (command instanceof AddTagsToStreamCommand)
    return named(command.input.StreamName).tags.add(command.input.Tags ?? {}, nowMs);
  if (command instanceof ListTagsForStreamCommand) return { Tags: named(command.input.StreamName).tags.list() };
  if (command instanceof UpdateStreamModeCommand) {
    const name = command.input.StreamARN?.split('/')[1];
    return named(name).updateStreamMode(command.input.StreamModeDetails?.StreamMode ?? 'PROVISIONED', nowMs);
  }
  if (command instanceof DescribeLimitsCommand) return kinesis.describeLimits(nowMs);
  throw new TypeError(`the Kinesis model does not answer ${command.constructor.name}`);
}
