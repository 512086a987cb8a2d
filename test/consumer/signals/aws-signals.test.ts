import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { applicationLag, readShardLags } from '../../../consumer/signals/application-lag.ts';
import { iteratorAge } from '../../../consumer/signals/iterator-age.ts';
import { kclLeases, readLeaseTable } from '../../../consumer/signals/kcl-leases.ts';
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
    const shardIds = Array.from({ length: 1_100 }, (_, index) => `shardId-${index}`);
    const { answers, calls } = metricData((id) => (id === 'm7' ? [] : [[60, 5]]));
    const lags = await readShardLags('billing', shardIds, { client: await cloudWatch(answers), nowMs }, signal);
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
    expect(table).toMatchObject({ finished: 1, leasesByWorker: new Map([['worker-a', 2]]), leader: 'worker-a' });
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
        .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, { S: value }])));
      return {
        Items: items,
        ...(from + 2 < rows.length ? { LastEvaluatedKey: { leaseKey: { S: String(from + 2) } } } : {}),
      };
    },
  });
  return new DynamoDBClient(settings);
}

function fault(code: string): () => object {
  return () => {
    throw new AwsFault(code);
  };
}
