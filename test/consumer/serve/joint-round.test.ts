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
  const facts = { lagMs: {} as Record<string, number>, checkpoint: '1', refused: '' };
  const refusing =
    <Input>(operation: string, answer: (input: Input) => object) =>
    (input: Input): object => {
      if (facts.refused === operation) throw new AwsFault('AccessDeniedException');
      return answer(input);
    };
  const lease = (leaseKey: string, owner: string) => ({
    leaseKey: { S: leaseKey },
    leaseOwner: { S: owner },
    checkpoint: { S: facts.checkpoint },
  });
  const { settings } = await startAwsWire({
    DescribeStreamSummary: refusing('DescribeStreamSummary', () => ({
      StreamDescriptionSummary: { OpenShardCount: 2 },
    })),
    Scan: refusing('Scan', () => ({ Items: [lease('shard-1', 'a'), lease('shard-2', 'b')] })),
    GetMetricData: refusing('GetMetricData', ({ MetricDataQueries: queries }) => ({
      MetricDataResults: (queries as MetricDataQuery[]).map(({ Id, MetricStat: { Metric } }) => {
        const shardId = Metric.Dimensions.find(({ Name }) => Name === 'ShardId')?.Value ?? 'app';
        return { Id, Timestamps: [nowMs / 1000 - 60], Values: [facts.lagMs[shardId]] };
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
    },
    {
      cloudwatch: new CloudWatchClient({ ...settings, maxAttempts: 1 }),
      dynamodb: new DynamoDBClient({ ...settings, maxAttempts: 1 }),
      kinesis: new KinesisClient({ ...settings, maxAttempts: 1, requestHandler: new NodeHttpHandler() }),
      nowMs: () => nowMs,
      onError: (fact) => errors.push(fact),
    },
  );
  return { facts, errors, decide: async () => (await round(signal)).advice };
}

interface MetricDataQuery {
  readonly Id: string;
  readonly MetricStat: { readonly Metric: { readonly Dimensions: readonly { Name: string; Value: string }[] } };
}
