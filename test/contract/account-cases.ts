/** Lambda's concurrency, and the rates of calls. */
import { DescribeAlarmsCommand, ListTagsForResourceCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  ListTagsForStreamCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, PublishCommand } from '@aws-sdk/client-sns';
import { expect } from 'vitest';
import { awsFacts } from '../../core/aws-facts.ts';
import { alarmInput, putAlarm } from './alarm-samples.ts';
import { type ContractCase, having } from './contract-case.ts';
import { refusalOf, type Subject } from './subject.ts';

export const lambdaCases: readonly ContractCase[] = [
  {
    says: 'reserved concurrency leaves 100 unreserved in the account',
    facts: ['leastUnreservedConcurrency'],
    needs: ['lambda'],
    check: async (subject, name) => {
      const lambda = having(subject.lambda);
      await createFunction(subject, name);
      const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
      const most = (AccountLimit?.UnreservedConcurrentExecutions ?? 0) - awsFacts.leastUnreservedConcurrency.value;
      const reserve = (ReservedConcurrentExecutions: number) =>
        refusalOf(lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions })));
      expect(await reserve(most + 1)).toBe('InvalidParameterValueException');
      expect(await reserve(most)).toBe('accepted');
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
    },
  },
  {
    says: 'a function without a reservation has none, also after one was removed',
    facts: [],
    needs: ['lambda'],
    check: async (subject, name) => {
      const lambda = having(subject.lambda);
      await createFunction(subject, name);
      const reserved = async () =>
        (await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name }))).ReservedConcurrentExecutions;
      expect(await reserved()).toBeUndefined();
      await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 7 }));
      expect(await reserved()).toBe(7);
      await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: name }));
      expect(await reserved()).toBeUndefined();
    },
  },
  {
    says: 'an event source runs up to 10 invocations a shard',
    facts: ['largestParallelizationFactor'],
    needs: ['lambda'],
    check: async (subject, name) => {
      await createFunction(subject, name);
      await subject.kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: 1 }));
      const { StreamDescriptionSummary: summary } = await subject.kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName: name }),
      );
      const map = (ParallelizationFactor: number) =>
        refusalOf(
          having(subject.lambda).send(
            new CreateEventSourceMappingCommand({
              FunctionName: name,
              EventSourceArn: summary?.StreamARN,
              StartingPosition: 'LATEST',
              ParallelizationFactor,
            }),
          ),
        );
      const most = awsFacts.largestParallelizationFactor.value;
      expect(await map(most + 1)).not.toBe('accepted');
      expect(await map(most)).toBe('accepted');
    },
  },
];

export const topicCases: readonly ContractCase[] = [
  {
    says: 'the subject of a message has less than 100 characters',
    facts: ['longestSnsSubject'],
    needs: ['sns'],
    check: async (subject, name) => {
      const sns = having(subject.sns);
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: name }));
      const publish = (characters: number) =>
        refusalOf(sns.send(new PublishCommand({ TopicArn, Message: 'm', Subject: 's'.repeat(characters) })));
      const most = awsFacts.longestSnsSubject.value;
      expect([await publish(most), await publish(most + 1)]).toEqual(['accepted', 'InvalidParameterException']);
    },
  },
];

const throttled = /^(LimitExceededException|Throttling|ThrottlingException|TooManyRequestsException)$/;

/** So many calls at one moment are taken, one more is not, and a second later they are again. */
function rateCase(
  operation: string,
  fact: keyof typeof awsFacts,
  call: (subject: Subject, name: string, index: number) => Promise<unknown>,
  alsoShows: readonly string[] = [],
): ContractCase {
  return {
    says: `${operation} is taken ${awsFacts[fact].value} times a second`,
    facts: [fact, ...alsoShows],
    needs: ['call-rates', 'time', 'cloudwatch'],
    check: async (subject, name) => {
      const { pass } = having(subject.time);
      await pass(10_000);
      const burst = async () => {
        const answers: string[] = [];
        for (let index = 0; index <= awsFacts[fact].value; index += 1)
          answers.push(await refusalOf(call(subject, name, index)));
        return answers;
      };
      const first = await burst();
      await pass(1_000);
      for (const answers of [first, await burst()]) {
        expect(answers.filter((answer) => throttled.test(answer)).length).toBe(1);
        expect(answers.at(-1)).toMatch(throttled);
      }
    },
  };
}

/** Calls that are refused for what they ask count as well: most need no stream of that name. */
export const rateCases: readonly ContractCase[] = [
  rateCase('DescribeStreamSummary', 'describeStreamSummaryRate', ({ kinesis }, StreamName) =>
    kinesis.send(new DescribeStreamSummaryCommand({ StreamName })),
  ),
  rateCase('ListTagsForStream', 'listTagsForStreamRate', ({ kinesis }, StreamName) =>
    kinesis.send(new ListTagsForStreamCommand({ StreamName })),
  ),
  rateCase('AddTagsToStream', 'addTagsToStreamRate', ({ kinesis }, StreamName) =>
    kinesis.send(new AddTagsToStreamCommand({ StreamName, Tags: { team: 'data' } })),
  ),
  rateCase('DescribeLimits', 'describeLimitsRate', ({ kinesis }) => kinesis.send(new DescribeLimitsCommand({}))),
  rateCase(
    'UpdateShardCount',
    'updateShardCountRate',
    async ({ kinesis }, StreamName, index) => {
      if (index === 0)
        await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 })).catch(() => undefined);
      const input = { StreamName, TargetShardCount: 9, ScalingType: 'UNIFORM_SCALING' } as const;
      return await kinesis.send(new UpdateShardCountCommand(input));
    },
    ['maxUpdateCallsPerSecond'],
  ),
  rateCase('DescribeAlarms', 'describeAlarmsRate', ({ cloudwatch }, name) =>
    having(cloudwatch).send(new DescribeAlarmsCommand({ AlarmNames: [name] })),
  ),
  rateCase('PutMetricAlarm', 'putMetricAlarmRate', (subject, name) => putAlarm(subject, alarmInput(name))),
  rateCase('SetAlarmState', 'setAlarmStateRate', ({ cloudwatch }, AlarmName) =>
    having(cloudwatch).send(new SetAlarmStateCommand({ AlarmName, StateValue: 'OK', StateReason: 'contract' })),
  ),
  rateCase('ListTagsForResource of an alarm', 'alarmListTagsRate', ({ cloudwatch }, name) =>
    having(cloudwatch).send(
      new ListTagsForResourceCommand({ ResourceARN: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}` }),
    ),
  ),
  rateCase(
    "Lambda's control plane, all of its calls together,",
    'lambdaControlPlaneRate',
    ({ lambda }, FunctionName, index) =>
      index % 2 === 0
        ? having(lambda).send(new GetAccountSettingsCommand({}))
        : having(lambda).send(new GetFunctionConcurrencyCommand({ FunctionName })),
  ),
];

async function createFunction(subject: Subject, FunctionName: string): Promise<void> {
  await having(subject.lambda).send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/contract',
      Code: { ZipFile: emptyZip },
    }),
  );
}

/** An archive without files: the end-of-central-directory record alone. */
const emptyZip = Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)]);
