/**
 * What only a real account can show: one check for each of the facts that AWS does not document and for those that
 * the product's safety stands on. Reads come first; a check that writes says what, and is asked for. No stream is touched but
 * the one that is named, and alarms that are made bear a name of their own and are deleted.
 */
import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  AddTagsToStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListTagsForStreamCommand,
  RemoveTagsFromStreamCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { refusalOf } from './subject.ts';

export interface AccountUnderCheck {
  readonly kinesis: KinesisClient;
  readonly cloudwatch: CloudWatchClient;
  readonly lambda: LambdaClient;
  readonly streamName: string;
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/** `agrees` and `differs` are about what AWS documents; `seen` reports a fact that AWS does not document. */
export interface Finding {
  readonly verdict: 'agrees' | 'differs' | 'seen';
  readonly text: string;
}

export interface AccountCheck {
  readonly name: string;
  /** What it writes, in words; undefined for a check that only reads. */
  readonly writes: ((account: AccountUnderCheck) => string) | undefined;
  readonly run: (account: AccountUnderCheck) => Promise<readonly Finding[]>;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

export const accountChecks: readonly AccountCheck[] = [
  { name: 'stream', writes: undefined, run: readStream },
  { name: 'limits', writes: undefined, run: readLimits },
  { name: 'batch', writes: undefined, run: askTooManyAlarms },
  {
    name: 'tags',
    writes: ({ streamName }) => `tags ${tagKey} on the stream ${streamName}, and takes it off again`,
    run: withoutTag(tryTags),
  },
  {
    name: 'alarms',
    writes: (account) => `makes the alarm ${alarmNameFor(account)}, which notifies nobody, and deletes it`,
    run: withoutAlarm(tryAlarm),
  },
  {
    name: 'reshard',
    writes: ({ streamName }) =>
      `reshards ${streamName} to twice its shards and back: two of its ten calls of the day, and the price of the shards`,
    run: withoutTag(tryResharding),
  },
];

const tagKey = 'autoscaling/contract';

function alarmNameFor({ streamName }: AccountUnderCheck): string {
  return `kinesis-autoscaler-contract-${streamName}`;
}

function agreement(agrees: boolean, text: string): Finding {
  return { verdict: agrees ? 'agrees' : 'differs', text };
}

async function summaryOf({ kinesis, streamName }: AccountUnderCheck) {
  const { StreamDescriptionSummary: summary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: streamName }),
  );
  if (summary?.OpenShardCount === undefined) throw new Error(`DescribeStreamSummary says nothing of ${streamName}`);
  return { status: summary.StreamStatus, open: summary.OpenShardCount, mode: summary.StreamModeDetails?.StreamMode };
}

async function readStream(account: AccountUnderCheck): Promise<readonly Finding[]> {
  const { status, open, mode } = await summaryOf(account);
  return [{ verdict: 'seen', text: `${account.streamName} is ${status}, ${mode}, with ${open} open shards` }];
}

async function readLimits({ kinesis, lambda }: AccountUnderCheck): Promise<readonly Finding[]> {
  const { ShardLimit, OpenShardCount } = await kinesis.send(new DescribeLimitsCommand({}));
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
  return [
    { verdict: 'seen', text: `the account has ${OpenShardCount} open shards of ${ShardLimit}` },
    {
      verdict: 'seen',
      text: `${AccountLimit?.UnreservedConcurrentExecutions} of ${AccountLimit?.ConcurrentExecutions} concurrent executions are unreserved`,
    },
  ];
}

async function askTooManyAlarms(account: AccountUnderCheck): Promise<readonly Finding[]> {
  const AlarmNames = Array.from({ length: 101 }, (_, index) => `${alarmNameFor(account)}-${index}`);
  const refusal = await refusalOf(account.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames })));
  return [agreement(/^Validation/.test(refusal), `DescribeAlarms of 101 names: ${refusal}`)];
}

async function tryTags({ kinesis, streamName }: AccountUnderCheck): Promise<readonly Finding[]> {
  const add = (value: string) =>
    refusalOf(kinesis.send(new AddTagsToStreamCommand({ StreamName: streamName, Tags: { [tagKey]: value } })));
  const startedMs = performance.now();
  const [plain, comma, long] = [await add('20260302T091544.775Z 4 8'), await add('1,2'), await add('v'.repeat(256))];
  const { Tags = [] } = await kinesis.send(new ListTagsForStreamCommand({ StreamName: streamName }));
  const seen = Tags.some(({ Key }) => Key === tagKey);
  return [
    agreement(plain === 'accepted', `a tag as the product writes it: ${plain}`),
    agreement(long !== 'accepted', `a value of 256 characters: ${long}`),
    { verdict: 'seen', text: `a value with a comma: ${comma}` },
    {
      verdict: 'seen',
      text: `read ${Math.round(performance.now() - startedMs)} ms later the tag is ${seen ? '' : 'not '}there`,
    },
  ];
}

/** Whatever a check comes to, its tag goes as soon as the stream is ACTIVE. */
function withoutTag(check: AccountCheck['run']): AccountCheck['run'] {
  return async (account) => {
    try {
      return await check(account);
    } finally {
      await untilActive(account);
      const { kinesis, streamName } = account;
      await kinesis.send(new RemoveTagsFromStreamCommand({ StreamName: streamName, TagKeys: [tagKey] }));
    }
  };
}

async function tryAlarm(account: AccountUnderCheck): Promise<readonly Finding[]> {
  const { cloudwatch, wait } = account;
  const name = alarmNameFor(account);
  await putIdleAlarm(account, 1, 'first');
  await wait(5 * minuteMs);
  const state = (await describe(account))?.StateValue;
  const filled = state === 'ALARM' ? 'zeros' : state === 'INSUFFICIENT_DATA' ? 'nothing' : `${state}`;
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName: name, StateValue: 'OK', StateReason: 'contract' }));
  await putIdleAlarm(account, 2, 'second');
  const kept = await describe(account);
  const { Tags = [] } = await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: kept?.AlarmArn }));
  await wait(3 * minuteMs);
  const lasting = (await describe(account))?.StateValue;
  return [
    { verdict: 'seen', text: `FILL(m,0) of a series without any datapoint gives ${filled}` },
    agreement(
      kept?.StateValue === 'OK' && kept.Threshold === 2,
      'PutMetricAlarm replaces the definition and keeps the state',
    ),
    agreement(
      Tags.find(({ Key }) => Key === 'contract')?.Value === 'first',
      'PutMetricAlarm sets tags on creation only',
    ),
    agreement(
      kept?.StateTransitionedTimestamp !== undefined && kept.AlarmConfigurationUpdatedTimestamp !== undefined,
      'DescribeAlarms shows when state and definition changed',
    ),
    { verdict: 'seen', text: `three minutes after SetAlarmState to OK the state is ${lasting}` },
  ];
}

function withoutAlarm(check: AccountCheck['run']): AccountCheck['run'] {
  return async (account) => {
    try {
      return await check(account);
    } finally {
      await account.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [alarmNameFor(account)] }));
    }
  };
}

/** Judges a metric that nothing ever puts: of a stream named like the alarm, which does not exist. */
async function putIdleAlarm(account: AccountUnderCheck, Threshold: number, tag: string): Promise<void> {
  const name = alarmNameFor(account);
  const Metric = {
    Namespace: 'AWS/Kinesis',
    MetricName: 'IncomingRecords',
    Dimensions: [{ Name: 'StreamName', Value: name }],
  };
  await account.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: name,
      ActionsEnabled: false,
      ComparisonOperator: 'LessThanThreshold',
      Threshold,
      EvaluationPeriods: 1,
      TreatMissingData: 'missing',
      Tags: [{ Key: 'contract', Value: tag }],
      Metrics: [
        { Id: 'm1', ReturnData: false, MetricStat: { Metric, Period: 60, Stat: 'Sum' } },
        { Id: 'e1', Label: 'filled', ReturnData: true, Expression: 'FILL(m1,0)' },
      ],
    }),
  );
}

async function describe(account: AccountUnderCheck) {
  const { MetricAlarms = [] } = await account.cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [alarmNameFor(account)] }),
  );
  return MetricAlarms[0];
}

async function tryResharding(account: AccountUnderCheck): Promise<readonly Finding[]> {
  const { kinesis, streamName } = account;
  const { status, mode, open } = await summaryOf(account);
  if (status !== 'ACTIVE' || mode === 'ON_DEMAND')
    return [{ verdict: 'differs', text: `not tried: ${streamName} is ${status}, ${mode}` }];
  const update = (TargetShardCount: number) =>
    kinesis.send(
      new UpdateShardCountCommand({ StreamName: streamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
    );
  const tooFar = await refusalOf(update(open * 2 + 1));
  await update(open * 2);
  const again = await refusalOf(update(open * 2));
  const tagged = await refusalOf(
    kinesis.send(new AddTagsToStreamCommand({ StreamName: streamName, Tags: { [tagKey]: '1' } })),
  );
  const up = await watchResharding(account);
  await update(open);
  const down = await watchResharding(account);
  return [
    agreement(tooFar === 'InvalidArgumentException', `more than twice the open count: ${tooFar}`),
    agreement(again === 'ResourceInUseException', `UpdateShardCount while UPDATING: ${again}`),
    agreement(tagged === 'ResourceInUseException', `AddTagsToStream while UPDATING: ${tagged}`),
    { verdict: 'seen', text: `${open} to ${open * 2} took ${up.seconds} s, open counts seen: ${up.counts.join(' ')}` },
    {
      verdict: 'seen',
      text: `${open * 2} to ${open} took ${down.seconds} s, open counts seen: ${down.counts.join(' ')}`,
    },
  ];
}

async function watchResharding(account: AccountUnderCheck) {
  const startedMs = account.nowMs();
  const counts = new Set<number>();
  await untilActive(account, (open) => counts.add(open));
  return { seconds: Math.round((account.nowMs() - startedMs) / secondMs), counts: [...counts] };
}

async function untilActive(account: AccountUnderCheck, seen: (open: number) => void = () => {}): Promise<void> {
  for (;;) {
    const { status, open } = await summaryOf(account);
    seen(open);
    if (status !== 'UPDATING') return;
    await account.wait(5 * secondMs);
  }
}
