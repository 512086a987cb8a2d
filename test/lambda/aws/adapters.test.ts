/** The ports over real SDK clients: what goes over the wire, how often, and what comes of each answer. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { awsPorts } from '../../../lambda/aws/ports.ts';
import type { Ports } from '../../../lambda/ports.ts';
import { now, sampleAlarmState, sampleDefinition } from '../../core/samples.ts';
import { awsError, Wire } from './wire.ts';

let wire: Wire;
let ports: Ports;
/** They give a call up soon: for the one answer that never comes. */
let impatient: Ports;
const retry = { shortestWaitMs: 0, longestWaitMs: 1, retries: 3, callTimeoutMs: 60_000 };

beforeAll(async () => {
  wire = await Wire.open();
  vi.stubEnv('AWS_ENDPOINT_URL', wire.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  ports = awsPorts(retry);
  impatient = awsPorts({ ...retry, callTimeoutMs: 300 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await wire.close();
});

describe('UpdateShardCount', () => {
  it.each<[string, Parameters<Wire['answer']>[0], string]>([
    [
      'refused for a limit, which the SDK takes for throttling',
      () => awsError('LimitExceededException'),
      'LimitExceededException',
    ],
    ['broken on their side', () => awsError('InternalFailure', 500), 'InternalFailure'],
    ['without an answer', () => undefined, 'Timeout'],
    ['cut off', () => 'cut', 'ConnectionReset'],
  ])('is sent once: %s', async (_what, reply, code) => {
    wire.answer(reply);
    const { streams } = code === 'Timeout' ? impatient : ports;
    expect(await streams.updateShardCount('orders', 8)).toMatchObject({
      ok: false,
      failure: { call: 'kinesis:UpdateShardCount', code },
    });
    expect(wire.asked).toEqual([
      {
        operation: 'UpdateShardCount',
        body: { StreamName: 'orders', TargetShardCount: 8, ScalingType: 'UNIFORM_SCALING' },
      },
    ]);
  });
});

describe('the traffic of shards', () => {
  const shard = {
    ShardId: 'shard-0',
    HashKeyRange: { StartingHashKey: '0', EndingHashKey: '99' },
    SequenceNumberRange: { StartingSequenceNumber: '1' },
  };

  it('is that of the open shards, 0 where a shard publishes nothing', async () => {
    const closed = { ...shard, SequenceNumberRange: { StartingSequenceNumber: '1', EndingSequenceNumber: '2' } };
    wire.answer(({ operation }) => ({
      body:
        operation === 'ListShards'
          ? { Shards: [closed, shard] }
          : { MetricDataResults: [{ Id: 'b0', Timestamps: [now / 1000], Values: [512] }] },
    }));
    expect(await ports.streams.shardLoads('orders', 300, now)).toEqual({
      ok: true,
      value: [{ shardId: 'shard-0', firstHashKey: '0', lastHashKey: '99', bytes: 512, records: 0 }],
    });
  });

  it.each([
    ['ListShards', 'kinesis:ListShards'],
    ['GetMetricData', 'cloudwatch:GetMetricData'],
  ])('that cannot be read names the call that failed: %s', async (refused, call) => {
    wire.answer(({ operation }) =>
      operation === refused ? awsError('AccessDeniedException') : { body: { Shards: [shard] } },
    );
    expect(await ports.streams.shardLoads('orders', 300, now)).toMatchObject({ ok: false, failure: { call } });
  });
});

describe('other calls', () => {
  it('are sent again when they are throttled, as often as they may', async () => {
    wire.answer((_asked, nth) =>
      nth <= 3 ? awsError('ThrottlingException') : { body: { ShardLimit: 500, OpenShardCount: 4 } },
    );
    expect(await ports.streams.describeLimits()).toEqual({ ok: true, value: { shardLimit: 500, openShardCount: 4 } });
    wire.answer(() => awsError('ThrottlingException'));
    expect(await ports.streams.describeLimits()).toMatchObject({
      ok: false,
      failure: { code: 'ThrottlingException', retryable: true },
    });
    expect(wire.asked).toHaveLength(4);
  });

  it('are not sent again when they are refused', async () => {
    wire.answer(() => awsError('AccessDeniedException'));
    expect(await ports.streams.describe('orders')).toEqual({
      ok: false,
      failure: {
        call: 'kinesis:DescribeStreamSummary',
        kind: 'denied',
        code: 'AccessDeniedException',
        message: 'AWS says AccessDeniedException',
        retryable: false,
      },
    });
    expect(wire.asked).toHaveLength(1);
  });

  it('are sent once, and succeed, where no resend is allowed', async () => {
    const once = awsPorts({ ...retry, retries: 0 });
    wire.answer(() => ({ body: { ShardLimit: 500, OpenShardCount: 4 } }));
    expect(await once.streams.describeLimits()).toMatchObject({ ok: true });
    wire.answer(() => awsError('ThrottlingException'));
    expect(await once.streams.describeLimits()).toMatchObject({ ok: false });
    expect(wire.asked).toHaveLength(1);
  });
});

describe('a stream on the wire', () => {
  it('is read with its status, mode and open shard count', async () => {
    const summary = { StreamStatus: 'UPDATING', OpenShardCount: 5, StreamModeDetails: { StreamMode: 'ON_DEMAND' } };
    wire.answer(() => ({ body: { StreamDescriptionSummary: summary } }));
    expect(await ports.streams.describe('orders')).toEqual({
      ok: true,
      value: { status: 'UPDATING', mode: 'ON_DEMAND', openShardCount: 5, publishesByShard: false },
    });
  });

  it('without a shard count throws: it is never read as zero shards', async () => {
    wire.answer(() => ({ body: { StreamDescriptionSummary: { StreamStatus: 'ACTIVE' } } }));
    await expect(ports.streams.describe('orders')).rejects.toThrow(TypeError);
  });

  it('gives all its tags, page after page', async () => {
    wire.answer((_asked, nth) => ({
      body: { Tags: [{ Key: `tag-${nth}`, Value: nth === 1 ? 'x' : undefined }], HasMoreTags: nth < 3 },
    }));
    expect(await ports.streams.listTags('orders')).toEqual({
      ok: true,
      value: { 'tag-1': 'x', 'tag-2': '', 'tag-3': '' },
    });
    expect(wire.asked.map(({ body }) => body.ExclusiveStartTagKey)).toEqual([undefined, 'tag-1', 'tag-2']);
  });

  it('takes all its tags in one call: two could fail halfway, and leave an intent without its ledger', async () => {
    wire.answer(() => ({}));
    const tags = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`tag-${index}`, 'x']));
    expect(await ports.streams.addTags('orders', tags)).toEqual({ ok: true, value: undefined });
    expect(wire.asked.map(({ body }) => body.Tags)).toEqual([tags]);
  });
});

describe('an alarm', () => {
  const live = {
    AlarmName: 'orders-scale-up',
    AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-scale-up',
    AlarmDescription: 'pages the team',
    ActionsEnabled: false,
    AlarmActions: ['arn:a'],
    OKActions: ['arn:b'],
    InsufficientDataActions: ['arn:c'],
    TreatMissingData: 'ignore',
    StateValue: 'ALARM',
    StateUpdatedTimestamp: now / 1000 - 60,
    StateTransitionedTimestamp: now / 1000 - 120,
    AlarmConfigurationUpdatedTimestamp: now / 1000 - 3600,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 0.75,
    EvaluationPeriods: 5,
    DatapointsToAlarm: 5,
    Metrics: [
      {
        Id: 'm1',
        Label: 'IncomingBytes',
        ReturnData: false,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/Kinesis',
            MetricName: 'IncomingBytes',
            Dimensions: [{ Name: 'StreamName', Value: 'orders' }],
          },
          Period: 300,
          Stat: 'Sum',
        },
      },
      { Id: 's1', Label: 'ShardCount', Expression: '4', ReturnData: false },
    ],
  };

  it('is read with definition, times and the user’s parts', async () => {
    wire.answer(() => ({ body: { MetricAlarms: [live] } }));
    const answer = await ports.alarms.describe(['orders-scale-up', 'orders-scale-down']);
    const alarms = answer.ok ? answer.value : new Map();
    expect([...alarms.keys()]).toEqual(['orders-scale-up']);
    expect(alarms.get('orders-scale-up')).toEqual({
      alarmName: 'orders-scale-up',
      alarmArn: live.AlarmArn,
      state: 'ALARM',
      stateTransitionedAtMs: now - 120_000,
      configuredAtMs: now - 3_600_000,
      definition: {
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        threshold: 0.75,
        evaluationPeriods: 5,
        datapointsToAlarm: 5,
        metrics: [sampleDefinition('up').metrics[0], sampleDefinition('up').metrics.at(-1)],
      },
      userParts: {
        description: 'pages the team',
        actionsEnabled: false,
        alarmActions: ['arn:a'],
        okActions: ['arn:b'],
        insufficientDataActions: ['arn:c'],
        treatMissingData: 'ignore',
      },
    });
    expect(wire.asked[0]?.body).toMatchObject({ AlarmNames: ['orders-scale-up', 'orders-scale-down'] });
  });

  it('that judges all its periods says so by leaving datapoints out', async () => {
    const { DatapointsToAlarm: _all, ...rest } = live;
    wire.answer(() => ({ body: { MetricAlarms: [rest] } }));
    const answer = await ports.alarms.describe(['orders-scale-up']);
    expect(answer.ok && answer.value.get('orders-scale-up')?.definition.datapointsToAlarm).toBe(5);
  });

  it('without its times throws', async () => {
    const { AlarmConfigurationUpdatedTimestamp: _gone, ...rest } = live;
    wire.answer(() => ({ body: { MetricAlarms: [rest] } }));
    await expect(ports.alarms.describe(['orders-scale-up'])).rejects.toThrow('left out a field of orders-scale-up');
  });

  it('is written with all of the user’s parts and no others', async () => {
    wire.answer(() => ({}));
    const { userParts } = sampleAlarmState('up');
    await ports.alarms.put('orders-scale-up', sampleDefinition('up'), userParts);
    await ports.alarms.put('orders-scale-up', sampleDefinition('up'), {
      ...userParts,
      description: undefined,
      treatMissingData: undefined,
    });
    const [whole, bare] = wire.asked;
    expect(whole?.body).toMatchObject({
      AlarmName: 'orders-scale-up',
      AlarmDescription: 'pages the team',
      ActionsEnabled: true,
      AlarmActions: userParts.alarmActions,
      OKActions: userParts.okActions,
      InsufficientDataActions: [],
      TreatMissingData: 'ignore',
      Threshold: 0.75,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 5,
    });
    expect(whole?.body).not.toHaveProperty('Tags');
    expect(whole?.body.Metrics).toContainEqual(live.Metrics[0]);
    expect(bare?.body).not.toHaveProperty('AlarmDescription');
    expect(bare?.body).not.toHaveProperty('TreatMissingData');
  });

  it('reads back as it was written', async () => {
    wire.answer(() => ({}));
    await ports.alarms.put('orders-scale-down', sampleDefinition('down'), sampleAlarmState('down').userParts);
    const written = wire.asked[0]?.body ?? {};
    wire.answer(() => ({ body: { MetricAlarms: [{ ...live, ...written }] } }));
    const answer = await ports.alarms.describe(['orders-scale-down']);
    expect(answer.ok && answer.value.get('orders-scale-down')).toMatchObject({
      definition: sampleDefinition('down'),
      userParts: sampleAlarmState('down').userParts,
    });
  });

  it('gives its tags, and no tags once it is gone', async () => {
    wire.answer(() => ({ body: { Tags: [{ Key: 'ScaleAction', Value: 'Up' }] } }));
    expect(await ports.alarms.listTags(live.AlarmArn)).toEqual({ ok: true, value: { ScaleAction: 'Up' } });
    wire.answer(() => awsError('ResourceNotFoundException', 404));
    expect(await ports.alarms.listTags(live.AlarmArn)).toEqual({ ok: true, value: {} });
    wire.answer(() => awsError('AccessDenied', 403));
    expect(await ports.alarms.listTags(live.AlarmArn)).toMatchObject({ ok: false });
  });

  it('is re-armed and tagged', async () => {
    wire.answer(() => ({}));
    await ports.alarms.rearm('orders-scale-up', 'nothing-holds-it');
    await ports.alarms.tag(live.AlarmArn, { ScaleAction: 'Up' });
    expect(wire.asked.map(({ body }) => body)).toEqual([
      {
        AlarmName: 'orders-scale-up',
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'kinesis-autoscaler: nothing-holds-it',
      },
      { ResourceARN: live.AlarmArn, Tags: [{ Key: 'ScaleAction', Value: 'Up' }] },
    ]);
  });

  it('that another request writes to at the same time may be written to later', async () => {
    wire.answer(() => ({
      status: 400,
      body: { __type: 'ValidationError', message: 'A separate request to update this alarm is in progress.' },
    }));
    expect(await ports.alarms.rearm('orders-scale-up', 'x')).toMatchObject({ ok: false, failure: { retryable: true } });
  });
});

describe('the iterator age', () => {
  it('is that of the newest datapoint of the last day', async () => {
    wire.answer(() => ({
      body: { MetricDataResults: [{ Id: 'age', Timestamps: [now / 1000 - 300, now / 1000 - 600], Values: [7, 9] }] },
    }));
    expect(await ports.metrics.iteratorAge('orders', now)).toEqual({
      ok: true,
      value: { seen: true, atMs: now - 300_000, ageMs: 7, traffic: { newestAtMs: undefined } },
    });
    expect(wire.asked[0]?.body).toMatchObject({ StartTime: now / 1000 - 86_400, EndTime: now / 1000 });
  });

  it('that was never published is unknown, not zero', async () => {
    for (const results of [[], [{ Id: 'age', Timestamps: [], Values: [] }]]) {
      wire.answer(() => ({ body: { MetricDataResults: results } }));
      expect(await ports.metrics.iteratorAge('orders', now)).toEqual({
        ok: true,
        value: { seen: false, traffic: { newestAtMs: undefined } },
      });
    }
  });
});

describe('a consumer', () => {
  it('gives its reserved concurrency, 0 included, or that it has none', async () => {
    wire.answer(() => ({ body: { ReservedConcurrentExecutions: 0 } }));
    expect(await ports.functions.reservedConcurrency('f')).toEqual({ ok: true, value: 0 });
    wire.answer(() => ({}));
    expect(await ports.functions.reservedConcurrency('f')).toEqual({ ok: true, value: undefined });
  });

  it('gets a reserved concurrency and loses it', async () => {
    wire.answer(() => ({}));
    expect(await ports.functions.reserve('f', 8)).toMatchObject({ ok: true });
    expect(await ports.functions.unreserve('f')).toMatchObject({ ok: true });
    expect(wire.asked.map(({ operation, body }) => [operation, body])).toEqual([
      ['PUT /2017-10-31/functions/f/concurrency', { ReservedConcurrentExecutions: 8 }],
      ['DELETE /2017-10-31/functions/f/concurrency', {}],
    ]);
  });

  it('is found by all event source mappings of the account, page after page, but those that are switched off', async () => {
    const stream = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders';
    const mapping = (name: string, rest: object) => ({ FunctionArn: name, EventSourceArn: stream, ...rest });
    const pages = [
      { EventSourceMappings: [mapping('a', { State: 'Enabled', ParallelizationFactor: 10 })], NextMarker: 'more' },
      { EventSourceMappings: [mapping('b', { State: 'Updating' }), mapping('c', { State: 'Disabled' })] },
    ];
    wire.answer(() => ({ body: pages[wire.asked.length - 1] ?? {} }));
    expect(await ports.functions.eventSourceMappings()).toEqual({
      ok: true,
      value: [
        { functionArn: 'a', eventSourceArn: stream, parallelizationFactor: 10, isEnabled: true },
        { functionArn: 'b', eventSourceArn: stream, parallelizationFactor: 1, isEnabled: true },
        { functionArn: 'c', eventSourceArn: stream, parallelizationFactor: 1, isEnabled: false },
      ],
    });
  });

  it('shares the concurrency that the account has left, which must not be missing', async () => {
    wire.answer(() => ({ body: { AccountLimit: { UnreservedConcurrentExecutions: 900 } } }));
    expect(await ports.functions.unreservedConcurrency()).toEqual({ ok: true, value: 900 });
    wire.answer(() => ({ body: {} }));
    await expect(ports.functions.unreservedConcurrency()).rejects.toThrow(TypeError);
  });
});
