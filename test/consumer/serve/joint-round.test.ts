import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { createJointRound } from '../../../consumer/serve/joint-round.ts';
import { AwsFault, startAwsWire } from '../support/aws-wire.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);
const signal = new AbortController().signal;

describe('one joint decision after the other', () => {
  it('a shard with lag is stalled while its checkpoint stands still, and hot while it moves', async () => {
    const { facts, decide } = await start();
    facts.lagMs = { app: 600_000, 'shard-1': 0, 'shard-2': 600_000 };
    expect(await decide()).toMatchObject({
      advice: 'neither-helps',
      because: { shard: { shardId: 'shard-2', kind: 'hot' } },
    });
    expect(await decide()).toMatchObject({ because: { shard: { kind: 'stalled' } } });
    facts.checkpoint = '2';
    expect(await decide()).toMatchObject({ because: { shard: { kind: 'hot' } } });
  });

  it('a joint decision asks for shards while the lag grows with all workers running, and not while it falls', async () => {
    const { facts, decide } = await start();
    const advice = [];
    for (const lag of [600_000, 700_000, 650_000, 10_000]) {
      facts.lagMs = { app: lag, 'shard-1': lag, 'shard-2': lag };
      const { advice: kind, scaleDownHurts } = await decide();
      advice.push([kind, scaleDownHurts]);
    }
    expect(advice).toEqual([
      ['add-shards', true],
      ['add-shards', true],
      ['nothing', true],
      ['nothing', false],
    ]);
  });

  it('a joint decision counts the workers of its own stream only, where the lease table holds several', async () => {
    const { facts, decide, round } = await start();
    facts.leases = [
      ['1:orders:17:shard-1', 'a', 1],
      ['1:orders:17:shard-2', 'a', 1],
      ['1:invoices:17:shard-1', 'b', 1],
      ['1:invoices:17:shard-2', 'c', 1],
    ];
    facts.lagMs = { app: 900_000, 'shard-1': 600_000, 'shard-2': 550_000 };
    // By all workers of the table (3) and all shards of the stream (2) it would have asked for shards.
    expect(await decide()).toMatchObject({
      advice: 'add-workers',
      because: { workers: 1, usefulWorkers: 2, lagMs: 600_000 },
    });
    // The members of the application are those of the whole table, whichever stream is decided on.
    expect([...((await round()).leases?.leasesByWorker ?? [])]).toEqual([
      ['a', 2],
      ['b', 1],
      ['c', 1],
    ]);
  });

  it("a joint decision goes by the lag of its own stream, not by that of the application's worst stream", async () => {
    const { facts, decide } = await start();
    facts.leases = [
      ['1:orders:17:shard-1', 'a', 1],
      ['1:orders:17:shard-2', 'a', 1],
    ];
    facts.lagMs = { app: 900_000, 'shard-1': 2_000, 'shard-2': 1_000 };
    expect(await decide()).toMatchObject({ advice: 'nothing', scaleDownHurts: false, because: { lagMs: 2_000 } });
    facts.lagMs = { app: 900_000, 'shard-1': 2_000 };
    expect(await decide()).toMatchObject({ advice: 'nothing', scaleDownHurts: true });
    facts.lagMs = { app: 900_000 };
    expect(await decide()).toMatchObject({ advice: 'unknown', scaleDownHurts: true });
  });

  it('a joint decision asks for workers when one has died, whose lease it still holds', async () => {
    const { facts, decide } = await start();
    facts.lagMs = { app: 600_000, 'shard-1': 600_000, 'shard-2': 600_000 };
    expect(await decide()).toMatchObject({ advice: 'add-shards', because: { workers: 2 } });
    facts.passedMs = 60_000;
    facts.leases = [
      ['shard-1', 'a', 19],
      ['shard-2', 'b', 1],
    ];
    expect(await decide()).toMatchObject({ advice: 'add-workers', because: { workers: 1 } });
  });

  it.each([
    ['GetMetricData', 'lag', { advice: 'unknown', because: { rule: 'lag-unknown' } }],
    ['Scan', 'leases', { advice: 'unknown', because: { rule: 'workers-unknown', missing: 'the number of workers' } }],
    ['DescribeStreamSummary', 'open shard count', { advice: 'unknown', because: { missing: 'the open shard count' } }],
  ])('a joint decision goes on when %s (%s) fails, and blocks a scale-down', async (operation, fact, expected) => {
    const { facts, decide, errors } = await start();
    facts.lagMs = { app: 600_000, 'shard-1': 600_000, 'shard-2': 600_000 };
    facts.refused = operation;
    expect(await decide()).toMatchObject({ ...expected, scaleDownHurts: true });
    expect(errors).toContain(fact);
  });
});

async function start() {
  const facts = { lagMs: {} as Record<string, number>, checkpoint: '1', refused: '', passedMs: 0, leases: ownLeases };
  const refusing =
    <Input>(operation: string, answer: (input: Input) => object) =>
    (input: Input): object => {
      if (facts.refused === operation) throw new AwsFault('AccessDeniedException');
      return answer(input);
    };
  const toItem = ([leaseKey, owner, counter]: LeaseRow) => ({
    leaseKey: { S: leaseKey },
    leaseOwner: { S: owner },
    leaseCounter: { N: String(counter) },
    checkpoint: { S: facts.checkpoint },
  });
  const { settings } = await startAwsWire({
    DescribeStreamSummary: refusing('DescribeStreamSummary', () => ({
      StreamDescriptionSummary: { OpenShardCount: 2 },
    })),
    Scan: refusing('Scan', () => ({ Items: facts.leases.map(toItem) })),
    GetMetricData: refusing('GetMetricData', ({ MetricDataQueries: queries }) => ({
      MetricDataResults: (queries as MetricDataQuery[]).map(({ Id, MetricStat: { Metric } }) => {
        const shardId = Metric.Dimensions.find(({ Name }) => Name === 'ShardId')?.Value ?? 'app';
        const lagMs = facts.lagMs[shardId];
        const timestamps = [60, 120].map((ago) => (nowMs + facts.passedMs) / 1000 - ago);
        return {
          Id,
          Timestamps: lagMs === undefined ? [] : timestamps,
          Values: lagMs === undefined ? [] : [lagMs, lagMs],
        };
      }),
    })),
  });
  const errors: string[] = [];
  const round = createJointRound(
    {
      streamName: 'orders',
      applicationName: 'billing',
      leaseTable: 'billing',
      parallelizationFactor: 1,
      behindAfterSeconds: 60,
      everySeconds: 60,
      workerDeadAfterSeconds: 60,
    },
    {
      cloudwatch: new CloudWatchClient({ ...settings, maxAttempts: 1 }),
      dynamodb: new DynamoDBClient({ ...settings, maxAttempts: 1 }),
      kinesis: new KinesisClient({ ...settings, maxAttempts: 1, requestHandler: new NodeHttpHandler() }),
      nowMs: () => nowMs + facts.passedMs,
      onError: (fact) => errors.push(fact),
    },
  );
  return { facts, errors, round: () => round(signal), decide: async () => (await round(signal)).advice };
}

/** Lease key, owner, lease counter. */
type LeaseRow = readonly [string, string, number];

const ownLeases: readonly LeaseRow[] = [
  ['shard-1', 'a', 1],
  ['shard-2', 'b', 1],
];

interface MetricDataQuery {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly Dimensions: readonly { Name: string; Value: string }[] } };
}
