import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { applicationLag, readShardLags, streamLag } from '../../../consumer/signals/application-lag.ts';
import { burrowLag } from '../../../consumer/signals/burrow.ts';
import { iteratorAge } from '../../../consumer/signals/iterator-age.ts';
import { jetStreamPending } from '../../../consumer/signals/jetstream-pending.ts';
import { kclLeases } from '../../../consumer/signals/kcl-leases.ts';
import { createLeaseReader, readLeaseTable } from '../../../consumer/signals/lease-table.ts';
import { openShards } from '../../../consumer/signals/open-shards.ts';
import { sqsDepth } from '../../../consumer/signals/sqs-depth.ts';
import { type AwsAnswers, AwsFault, startAwsWire } from '../support/aws-wire.ts';

const noonMs = Date.UTC(2026, 0, 1, 12);
const nowMs = (): number => noonMs;
const signal = new AbortController().signal;

describe('iterator age', () => {
  it('iteratorAge reads the newest datapoint (Maximum) and the time at which it was observed', async () => {
    const { sample, query } = await readAge([
      [120, 7_000],
      [60, 9_000],
      [180, 1],
    ]);
    expect(sample).toEqual({
      value: 9_000,
      quality: 'ok',
      unit: 'Milliseconds',
      dimensions: { StreamName: 'orders' },
      observedAtMs: noonMs,
    });
    expect(query).toMatchObject({
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Kinesis',
          MetricName: 'GetRecords.IteratorAgeMilliseconds',
          Dimensions: [{ Name: 'StreamName', Value: 'orders' }],
        },
        Period: 60,
        Stat: 'Maximum',
      },
    });
  });

  it('iteratorAge is unknown without a datapoint, because a dead consumer is not an idle one', async () => {
    expect((await readAge([])).sample).toMatchObject({
      quality: 'unknown',
      because: expect.stringContaining('no datapoint'),
    });
  });

  it('iteratorAge is stale when its newest datapoint is older than three minutes', async () => {
    expect((await readAge([[300, 0]])).sample).toMatchObject({ quality: 'stale', value: 0 });
  });

  it('iteratorAge does not pass a one-day spike on before a second datapoint confirms it', async () => {
    const spike = await readAge([
      [120, 1_000],
      [60, 86_400_000],
    ]);
    expect(spike.sample).toMatchObject({
      value: 121_000,
      note: 'the newest datapoint is 86400000 ms, more than time can explain; it counts when the next one confirms it',
    });
    const confirmed = await readAge([
      [120, 86_400_000],
      [60, 86_400_000],
    ]);
    expect(confirmed.sample).toMatchObject({ value: 86_400_000 });
  });

  it('iteratorAge rejects when CloudWatch refuses the call', async () => {
    const client = await cloudWatch({ GetMetricData: fault('AccessDeniedException') });
    await expect(iteratorAge('orders', { client, nowMs })(signal)).rejects.toThrow('AccessDenied');
  });
});

describe('application lag', () => {
  it("applicationLag reads MillisBehindLatest from the application's namespace", async () => {
    const { answers, queries } = metricData(() => [[60, 42]]);
    const lag = await applicationLag('billing', { client: await cloudWatch(answers), nowMs })(signal);
    expect(lag).toMatchObject({ value: 42, unit: 'Milliseconds' });
    expect(queries[0]).toMatchObject({
      MetricStat: {
        Metric: {
          Namespace: 'billing',
          MetricName: 'MillisBehindLatest',
          Dimensions: [{ Name: 'Operation', Value: 'ApplicationTracker' }],
        },
      },
    });
  });

  it('readShardLags asks for 1,100 shards in calls of at most 500 queries and leaves out shards without a datapoint', async () => {
    const shards = Array.from({ length: 1_100 }, (_, index) => ({ shardId: `shardId-${index}` }));
    const { answers, calls } = metricData((id) => (id === 'm7' ? [] : [[60, 5]]));
    const lags = await readShardLags('billing', shards, { client: await cloudWatch(answers), nowMs }, signal);
    expect(calls.map((queries) => queries.length)).toEqual([500, 500, 100]);
    expect(lags.size).toBe(1_099);
    expect(lags.has('shardId-7')).toBe(false);
  });
});

describe('KCL leases', () => {
  const rows = [
    { leaseKey: 'shard-1', leaseOwner: 'worker-a', checkpoint: '495' },
    { leaseKey: 'shard-2', leaseOwner: 'worker-a', checkpoint: '496', entityType: 'LEASE' },
    { leaseKey: 'shard-3', checkpoint: 'TRIM_HORIZON' },
    { leaseKey: 'shard-0', leaseOwner: 'worker-a', checkpoint: 'SHARD_END' },
    { leaseKey: 'worker-a', entityType: 'WORKER_METRIC_STATS' },
    { leaseKey: 'Leader', leaseOwner: 'worker-a', entityType: 'COORDINATOR_STATE' },
  ];

  it('readLeaseTable reads every page and tells leases from other rows, and active leases from finished ones', async () => {
    const table = await readLeaseTable(await dynamoDb(rows), 'billing', signal);
    expect(table.active.map((lease) => lease.leaseKey)).toEqual(['shard-1', 'shard-2', 'shard-3']);
    expect(table.finished.map((lease) => lease.leaseKey)).toEqual(['shard-0']);
    expect(table).toMatchObject({ leasesByWorker: new Map([['worker-a', 2]]), leader: 'worker-a' });
  });

  it.each([
    ['active', 3],
    ['unowned', 1],
    ['workers', 1],
  ] as const)('kclLeases counts %s: %d', async (count, value) => {
    expect(await kclLeases('billing', { client: await dynamoDb(rows), nowMs, count })(signal)).toMatchObject({
      value,
      unit: 'Count',
    });
  });

  const ofStream = (stream: string, shard: number) => `111122223333:${stream}:1700000000:shardId-00000000000${shard}`;
  const severalStreams = [
    { leaseKey: ofStream('orders', 0), leaseOwner: 'worker-a', checkpoint: '1' },
    { leaseKey: ofStream('orders', 1), leaseOwner: 'worker-a', checkpoint: '1' },
    { leaseKey: ofStream('orders', 2), checkpoint: 'SHARD_END' },
    { leaseKey: ofStream('invoices', 0), leaseOwner: 'worker-b', checkpoint: '1' },
    { leaseKey: ofStream('invoices', 1), leaseOwner: 'worker-c', checkpoint: '1' },
    { leaseKey: ofStream('invoices', 2), checkpoint: '1' },
  ];

  it.each([
    ['orders', 'active', 2],
    ['orders', 'workers', 1],
    ['invoices', 'active', 3],
    ['invoices', 'workers', 2],
    ['invoices', 'unowned', 1],
    [undefined, 'workers', 3],
  ] as const)(
    'of a lease table with several streams, kclLeases of %s counts %s: %d',
    async (streamName, count, value) => {
      const client = await dynamoDb(severalStreams);
      expect(await kclLeases('billing', { client, nowMs, count, streamName })(signal)).toMatchObject({ value });
    },
  );

  it('kclLeases does not count a dead worker, and counts its leases as unowned', async () => {
    const table = [
      { leaseKey: 'shard-1', leaseOwner: 'alive', leaseCounter: '1', checkpoint: '1' },
      { leaseKey: 'shard-2', leaseOwner: 'dead', leaseCounter: '1', checkpoint: '1' },
    ];
    const client = await dynamoDb(table);
    let clockMs = noonMs;
    const options = { client, nowMs: () => clockMs };
    const [workers, unowned] = [
      kclLeases('t', { ...options, count: 'workers' }),
      kclLeases('t', { ...options, count: 'unowned' }),
    ];
    expect(await workers(signal)).toMatchObject({ value: 2 });
    expect(await unowned(signal)).toMatchObject({ value: 0 });
    clockMs += 60_000;
    table[0] = { leaseKey: 'shard-1', leaseOwner: 'alive', leaseCounter: '19', checkpoint: '1' };
    expect(await workers(signal)).toMatchObject({ value: 1 });
    expect(await unowned(signal)).toMatchObject({ value: 1 });
  });

  it('streamLag is the worst shard of one stream of several, by the dimensions that the KCL gives it', async () => {
    const { answers, queries } = metricData((id) => [[60, id === 'm0' ? 3_000 : 8_000]]);
    const client = await cloudWatch(answers);
    const readLeases = createLeaseReader('billing', {
      client: await dynamoDb(severalStreams),
      nowMs,
      streamName: 'orders',
    });
    const application = { applicationName: 'billing', streamName: 'orders' };
    expect(await streamLag(application, readLeases, { client, nowMs })(signal)).toMatchObject({
      quality: 'ok',
      value: 8_000,
      dimensions: { StreamName: 'orders' },
    });
    expect(queries).toHaveLength(2);
    expect(queries[0]).toMatchObject({
      MetricStat: {
        Metric: {
          Namespace: 'billing',
          Dimensions: [
            { Name: 'Operation', Value: 'ProcessTask' },
            { Name: 'StreamId', Value: '111122223333:orders:1700000000' },
            { Name: 'ShardId', Value: 'shardId-000000000000' },
          ],
        },
      },
    });
  });

  it('kclLeases is unknown while the table holds no lease', async () => {
    expect((await kclLeases('billing', { client: await dynamoDb([]), nowMs })(signal)).quality).toBe('unknown');
  });

  it('kclLeases rejects when there is no table', async () => {
    const { settings } = await startAwsWire({ Scan: fault('ResourceNotFoundException') });
    await expect(kclLeases('billing', { client: new DynamoDBClient(settings), nowMs })(signal)).rejects.toThrow(
      'ResourceNotFound',
    );
  });
});

describe('SQS depth', () => {
  it('sqsDepth counts waiting messages and messages in flight', async () => {
    const { settings } = await startAwsWire({
      GetQueueAttributes: () => ({
        Attributes: { ApproximateNumberOfMessages: '10', ApproximateNumberOfMessagesNotVisible: '4' },
      }),
    });
    const depth = sqsDepth('http://127.0.0.1/1/invoices', { client: new SQSClient(settings), nowMs });
    expect(await depth(signal)).toMatchObject({ value: 14, dimensions: { QueueName: 'invoices' } });
  });

  it('sqsDepth is unknown when SQS leaves an attribute out', async () => {
    const { settings } = await startAwsWire({
      GetQueueAttributes: () => ({ Attributes: { ApproximateNumberOfMessages: '0' } }),
    });
    expect((await sqsDepth('http://127.0.0.1/1/q', { client: new SQSClient(settings), nowMs })(signal)).quality).toBe(
      'unknown',
    );
  });
});

describe('open shards', () => {
  it('openShards reads the open shard count of a stream', async () => {
    const { settings } = await startAwsWire({
      DescribeStreamSummary: () => ({ StreamDescriptionSummary: { OpenShardCount: 8 } }),
    });
    const client = new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() });
    expect(await openShards('orders', { client, nowMs })(signal)).toMatchObject({ value: 8 });
  });
});

describe('messages', () => {
  const down = { send: () => Promise.reject(new Error('connect ECONNREFUSED')) };
  const lost = { consumers: { info: () => Promise.reject(new Error('timeout')) } };
  const burrow = { totalLag: () => Promise.reject(new Error('fetch failed')) };
  it.each([
    ['iterator age of stream orders', iteratorAge('orders', { client: down, nowMs })],
    ['lag of application billing', applicationLag('billing', { client: down, nowMs })],
    ['lease table billing', kclLeases('billing', { client: down, nowMs })],
    ['lease table billing of stream orders', kclLeases('billing', { client: down, nowMs, streamName: 'orders' })],
    ['open shards of stream orders', openShards('orders', { client: down, nowMs })],
    ['depth of queue https://sqs/1/q', sqsDepth('https://sqs/1/q', { client: down, nowMs })],
    [
      'backlog of consumer C of JetStream stream S',
      jetStreamPending({ stream: 'S', consumer: 'C' }, { manager: lost, nowMs }),
    ],
    ['lag of consumer group payments', burrowLag('payments', { burrow: burrow as never, nowMs })],
  ])('a failure names what was asked for, not only the backend: %s', async (what, failing) => {
    await expect(failing(signal)).rejects.toThrow(new RegExp(`^${what}: (connect ECONNREFUSED|timeout|fetch failed)$`));
  });

  it('an unknown sample names what was asked for', async () => {
    expect((await readAge([])).sample).toMatchObject({
      because:
        'iterator age of stream orders: AWS/Kinesis GetRecords.IteratorAgeMilliseconds has no datapoint within the lookback of 10 min',
    });
  });
});

/** Datapoints as [seconds ago, value]. */
type Datapoints = readonly (readonly [number, number])[];
type Query = { readonly Id: string };

async function readAge(datapoints: Datapoints) {
  const { answers, queries } = metricData(() => datapoints);
  const sample = await iteratorAge('orders', { client: await cloudWatch(answers), nowMs })(signal);
  return { sample, query: queries[0] };
}

function metricData(datapointsOf: (id: string) => Datapoints): {
  answers: AwsAnswers;
  queries: Query[];
  calls: Query[][];
} {
  const queries: Query[] = [];
  const calls: Query[][] = [];
  const answers: AwsAnswers = {
    GetMetricData: (input) => {
      const asked = input.MetricDataQueries as Query[];
      queries.push(...asked);
      calls.push(asked);
      const results = asked.map(({ Id }) => {
        const datapoints = datapointsOf(Id);
        return {
          Id,
          Timestamps: datapoints.map(([ago]) => noonMs / 1000 - ago),
          Values: datapoints.map(([, value]) => value),
        };
      });
      return { MetricDataResults: results };
    },
  };
  return { answers, queries, calls };
}

async function cloudWatch(answers: AwsAnswers): Promise<CloudWatchClient> {
  return new CloudWatchClient({ ...(await startAwsWire(answers)).settings, maxAttempts: 1 });
}

/** A table that gives two rows a page. */
async function dynamoDb(rows: readonly Readonly<Record<string, string>>[]): Promise<DynamoDBClient> {
  const { settings } = await startAwsWire({
    Scan: ({ ExclusiveStartKey: start }) => {
      const from = start === undefined ? 0 : Number((start as { leaseKey: { S: string } }).leaseKey.S);
      const items = rows
        .slice(from, from + 2)
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toAttribute(name, value)])));
      return {
        Items: items,
        ...(from + 2 < rows.length ? { LastEvaluatedKey: { leaseKey: { S: String(from + 2) } } } : {}),
      };
    },
  });
  return new DynamoDBClient(settings);
}

function toAttribute(name: string, value: string): object {
  return name === 'leaseCounter' ? { N: value } : { S: value };
}

function fault(code: string): () => object {
  return () => {
    throw new AwsFault(code);
  };
}
