import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createAdviceObserver } from '../../../consumer/monitor/advice-observer.ts';
import { AwsInstrumentation } from '../../../consumer/monitor/aws-instrumentation.ts';
import { pollCounters } from '../../../consumer/monitor/counter-poller.ts';
import { createDecisionObserver } from '../../../consumer/monitor/decision-observer.ts';
import { createDepthObserver } from '../../../consumer/monitor/depth-observer.ts';
import { createMemberObserver } from '../../../consumer/monitor/member-observer.ts';
import { showMode } from '../../../consumer/monitor/mode-gauge.ts';
import { RequestMetrics } from '../../../consumer/monitor/request-observer.ts';
import { createServeMetrics } from '../../../consumer/serve/serve-metrics.ts';
import type { LeaseTable } from '../../../consumer/signals/kcl-leases.ts';
import { AwsFault, startAwsWire } from '../support/aws-wire.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('request observer', () => {
  it('request metrics show calls in flight, their outcomes, and unknown operations in one bucket', async () => {
    const registry = new Registry();
    const grpc = new RequestMetrics(registry).component('grpc', ['IsActive']);
    const end = grpc.operation('IsActive').start();
    grpc.operation('Nonsense').start()('user_error');
    grpc.operation('Other nonsense').start()('throttled');
    expect(await lines(registry, 'requests_in_flight')).toContain('{component="grpc",operation="IsActive"} 1');
    end('success');
    end('system_error');
    const totals = await lines(registry, 'requests_total');
    expect(totals).toContain('{component="grpc",operation="IsActive",outcome="success"} 1');
    expect(totals).toContain('{component="grpc",operation="IsActive",outcome="system_error"} 0');
    expect(totals).toContain('{component="grpc",operation="_other",outcome="user_error"} 1');
    expect(totals).toContain('{component="grpc",operation="_other",outcome="throttled"} 1');
    expect(await lines(registry, 'requests_in_flight')).toContain('{component="grpc",operation="IsActive"} 0');
    expect(await lines(registry, 'request_duration_seconds_count')).toContain(
      '{component="grpc",operation="IsActive"} 1',
    );
  });
});

describe('AWS instrumentation', () => {
  it('AWS calls are counted by outcome, conflict and retry, and by the decision that made them', async () => {
    const registry = new Registry();
    const aws = await startAwsWire({
      DescribeStreamSummary: ({ StreamName: stream }) => {
        if (stream === 'busy') throw new AwsFault('ResourceInUseException');
        if (stream === 'throttled') throw new AwsFault('LimitExceededException');
        if (stream === 'broken') throw new AwsFault('InternalFailure', 500);
        return {};
      },
    });
    const instrumentation = new AwsInstrumentation(
      new RequestMetrics(registry).component('aws', ['DescribeStreamSummary']),
    );
    const client = instrumentation.instrument(
      new KinesisClient({ ...aws.settings, maxAttempts: 2, requestHandler: new NodeHttpHandler() }),
    );
    const describeStream = (StreamName: string) =>
      client.send(new DescribeStreamSummaryCommand({ StreamName })).catch(() => undefined);

    const { tally } = await instrumentation.tally(async () => {
      for (const stream of ['fine', 'busy', 'busy', 'throttled', 'broken']) await describeStream(stream);
    });

    const totals = await lines(registry, 'requests_total');
    expect(totals).toContain('outcome="success"} 1');
    expect(totals).toContain('operation="DescribeStreamSummary",outcome="user_error"} 3');
    expect(totals).toContain('operation="DescribeStreamSummary",outcome="system_error"} 1');
    expect([...instrumentation.conflicts()]).toEqual([
      { labels: { kind: 'resource_in_use', call: 'DescribeStreamSummary', stream: 'busy' }, count: 2 },
      { labels: { kind: 'limit_exceeded', call: 'DescribeStreamSummary', stream: 'throttled' }, count: 1 },
    ]);
    expect(tally.calls).toBe(5);
    expect(tally.retries).toBe(aws.calls.length - 5);
    expect(tally.retries).toBeGreaterThan(0);
  });

  it('a throttled AWS call is counted as throttled', async () => {
    const registry = new Registry();
    const aws = await startAwsWire({
      GetMetricData: () => {
        throw new AwsFault('ThrottlingException');
      },
    });
    const instrumentation = new AwsInstrumentation(new RequestMetrics(registry).component('aws', ['GetMetricData']));
    const client = instrumentation.instrument(new CloudWatchClient({ ...aws.settings, maxAttempts: 1 }));
    await client
      .send(new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(), EndTime: new Date() }))
      .catch(() => undefined);
    expect(await lines(registry, 'requests_total')).toContain('operation="GetMetricData",outcome="throttled"} 1');
  });
});

describe('depth observer', () => {
  it('the depth observer shows 600 streams as 512 and a sum, and a failed look-up changes no gauge', async () => {
    const registry = new Registry();
    const observer = createDepthObserver({ name: 'depth', help: 'Depth.', labelName: 'stream' }, registry);
    const depths = new Map(Array.from({ length: 600 }, (_, index) => [`stream-${index}`, 1]));
    observer.observe({ kind: 'found', depths });
    const before = await lines(registry, 'depth{');
    expect(before.split('\n')).toHaveLength(513);
    expect(before).toContain('depth{stream="_other"} 88');

    observer.observe({ kind: 'failed', because: 'timed out' });
    expect(await lines(registry, 'depth{')).toBe(before);

    depths.delete('stream-0');
    observer.observe({ kind: 'found', depths });
    const after = await lines(registry, 'depth{');
    expect(after).not.toContain('"stream-0"');
    expect(after).toContain('depth{stream="stream-512"} 1');
    expect(after).toContain('depth{stream="_other"} 87');

    observer.observe({ kind: 'found', depths: new Map() });
    expect(await lines(registry, 'depth{')).toBe('');
  });
});

describe('counter poller', () => {
  it('pollCounters reads at once and every 5 s, counts on after a reset, and survives a failing source', async () => {
    const registry = new Registry();
    const clock = new VirtualClock();
    const stopping = new AbortController();
    let count: number | undefined = 10;
    const source = () => {
      if (count === undefined) throw new Error('gone');
      return [{ labels: { kind: 'x' }, count }];
    };
    const polling = pollCounters({
      name: 'things_total',
      help: 'Things.',
      labelNames: ['kind'],
      registry,
      sources: [undefined, source],
      abortSignal: stopping.signal,
      clock,
    });
    expect(await lines(registry, 'things_total{')).toContain('} 10');
    for (const reading of [15, undefined, 4]) {
      count = reading;
      await clock.advance(5_000);
    }
    expect(await lines(registry, 'things_total{')).toContain('} 19');
    expect(await lines(registry, 'things_resets_total')).toContain(' 1');
    stopping.abort();
    await polling;
    expect(clock.sleeping).toBe(0);
  });
});

describe('member observer', () => {
  it('the member observer shows workers, leases and the leader, and removes the series of departed workers', async () => {
    const registry = new Registry();
    const members = createMemberObserver(registry);
    members.observe('billing', table(['a', 'a', 'b', undefined], 'a'));
    members.observe('billing', undefined);
    expect(await lines(registry, 'kcl_worker_leases{')).toContain('worker="a"} 2');
    expect(await lines(registry, 'kcl_leases{')).toContain('state="unowned"} 1');
    expect(await lines(registry, 'kcl_leader{')).toBe(
      'kinesis_autoscaler_kcl_leader{application="billing",worker="a"} 1',
    );

    members.observe('billing', table(['c', 'b'], 'c'));
    const leases = await lines(registry, 'kcl_worker_leases{');
    expect(leases).not.toContain('"a"');
    expect(leases).toContain('worker="c"} 1');
    expect(await lines(registry, 'kcl_leader{')).toBe(
      'kinesis_autoscaler_kcl_leader{application="billing",worker="c"} 1',
    );
  });
});

describe('without a registry', () => {
  it('every observer works without a registry', async () => {
    showMode('dry_run', undefined);
    const metrics = createServeMetrics('dry_run', undefined);
    metrics.requests.component('aws', []).operation('x').start()('success');
    metrics.cache.miss('no_sample_yet');
    metrics.signals.failed('x', 'emit');
    createDepthObserver({ name: 'x', help: 'x', labelName: 'x' }, undefined).observe({
      kind: 'found',
      depths: new Map(),
    });
    createMemberObserver(undefined).observe('x', table([], undefined));
    createDecisionObserver(undefined).observe({ kind: 'x', durationMs: 1, calls: 1, retries: 0 });
    createAdviceObserver(undefined);
    const options = {
      name: 'x_total',
      help: 'x',
      labelNames: [],
      sources: [],
      abortSignal: new AbortController().signal,
    };
    await pollCounters({ ...options, registry: undefined });
    await pollCounters({ ...options, registry: new Registry() });
  });
});

describe('mode', () => {
  it('the mode gauge reads 1 for the mode that is on and 0 for the other', async () => {
    const registry = new Registry();
    showMode('dry_run', registry);
    expect(await lines(registry, 'mode{')).toBe(
      'kinesis_autoscaler_mode{mode="dry_run"} 1\nkinesis_autoscaler_mode{mode="enforce"} 0',
    );
  });
});

/** The scrape's lines that have a text in them. */
async function lines(registry: Registry, text: string): Promise<string> {
  return (await registry.metrics())
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.includes(text))
    .join('\n');
}

/** A lease table by owners; `undefined` owns nothing. */
function table(owners: readonly (string | undefined)[], leader: string | undefined): LeaseTable {
  const active = owners.map((owner, index) => ({
    leaseKey: `shard-${index}`,
    checkpoint: '1',
    ...(owner === undefined ? {} : { owner }),
  }));
  const leasesByWorker = new Map<string, number>();
  for (const owner of owners) if (owner !== undefined) leasesByWorker.set(owner, (leasesByWorker.get(owner) ?? 0) + 1);
  return { active, finished: 0, leasesByWorker, ...(leader === undefined ? {} : { leader }) };
}
