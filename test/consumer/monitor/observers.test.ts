import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { knownSample } from '../../../consumer/decision/sample.ts';
import { createPrometheusEmitter } from '../../../consumer/emitters/prometheus.ts';
import { createAdviceObserver } from '../../../consumer/monitor/advice-observer.ts';
import { AwsInstrumentation } from '../../../consumer/monitor/aws-instrumentation.ts';
import { pollCounters } from '../../../consumer/monitor/counter-poller.ts';
import { createDecisionObserver } from '../../../consumer/monitor/decision-observer.ts';
import { createDepthObserver } from '../../../consumer/monitor/depth-observer.ts';
import { createMemberObserver } from '../../../consumer/monitor/member-observer.ts';
import { type Mode, showMode } from '../../../consumer/monitor/mode-gauge.ts';
import { createPartitionObserver } from '../../../consumer/monitor/partition-observer.ts';
import { pollEvery } from '../../../consumer/monitor/poll.ts';
import { createQueueObserver } from '../../../consumer/monitor/queue-observer.ts';
import { createRegistry, showBuildInfo } from '../../../consumer/monitor/registry.ts';
import { RequestMetrics } from '../../../consumer/monitor/request-observer.ts';
import { createServeMetrics } from '../../../consumer/serve/serve-metrics.ts';
import type { LeaseTable } from '../../../consumer/signals/lease-table.ts';
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

describe('names that come from outside', () => {
  it('unknown operations are counted under their names, as far as 64 names go', async () => {
    const registry = new Registry();
    const aws = new RequestMetrics(registry).component('aws', ['GetMetricData']);
    for (let index = 0; index < 70; index += 1) aws.operation(`Surprise${index}`).start()('success');
    aws.operation('Surprise3').start()('success');
    const unknown = await lines(registry, 'unknown_operations_total{');
    expect(unknown.split('\n')).toHaveLength(65);
    expect(unknown).toContain('operation="Surprise3"} 2');
    expect(unknown).toContain('operation="_other"} 6');
    expect(await lines(registry, 'requests_total{')).toContain('operation="_other",outcome="success"} 71');
  });

  it('failed calls are counted by code, as far as 64 codes go', async () => {
    const registry = new Registry();
    const { start } = new RequestMetrics(registry).component('aws', ['Scan']).operation('Scan');
    for (let index = 0; index < 70; index += 1) start()('user_error', `Code${index}`);
    start()('system_error');
    const errors = await lines(registry, 'request_errors_total{');
    expect(errors).toContain('operation="Scan",code="Code63"} 1');
    expect(errors).not.toContain('Code64');
    expect(errors).toContain('code="_other"} 7');
  });

  it('partition counters take known actions only, and bound queues and partitions', async () => {
    const registry = new Registry();
    const partitions = createPartitionObserver(registry);
    for (let queue = 0; queue < 520; queue += 1) partitions.observe(`queue-${queue}`, 0, 'send');
    for (const partition of [1, 1_023, 1_024, -1, 1.5]) partitions.observe('queue-0', partition, 'receive');
    partitions.observe('queue-0', 0, 'destroy' as never);
    const counted = await lines(registry, 'partition_messages_total{');
    expect(counted).toContain('queue="queue-511",partition="0",action="send"} 1');
    expect(counted).toContain('queue="_other",partition="0",action="send"} 8');
    expect(counted).toContain('queue="queue-0",partition="1023",action="receive"} 1');
    expect(counted).toContain('queue="queue-0",partition="_other",action="receive"} 3');
    expect(counted).not.toContain('destroy');
  });
});

describe('AWS instrumentation', () => {
  it('AWS calls are counted with the bytes of their requests and responses, and their error codes', async () => {
    const registry = new Registry();
    const aws = await startAwsWire({
      GetMetricData: () => ({ MetricDataResults: [], Messages: [{ Code: 'x'.repeat(1_000), Value: '' }] }),
      Scan: () => {
        throw new AwsFault('AccessDeniedException');
      },
    });
    const instrumentation = new AwsInstrumentation(
      new RequestMetrics(registry).component('aws', ['GetMetricData', 'Scan']),
    );
    const cloudwatch = instrumentation.instrument(new CloudWatchClient({ ...aws.settings, maxAttempts: 1 }));
    const dynamodb = instrumentation.instrument(new DynamoDBClient({ ...aws.settings, maxAttempts: 1 }));
    await cloudwatch.send(
      new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(), EndTime: new Date() }),
    );
    await dynamodb.send(new ScanCommand({ TableName: 'billing' })).catch(() => undefined);

    const operation = 'component="aws",operation="GetMetricData"';
    expect(await countOf(registry, `request_bytes_total{${operation}}`)).toBeGreaterThan(50);
    expect(await countOf(registry, `response_bytes_total{${operation}}`)).toBeGreaterThan(1_000);
    expect(await lines(registry, 'request_errors_total{')).toContain(
      'operation="Scan",code="AccessDeniedException"} 1',
    );
    await dynamodb
      .send(new ScanCommand({ TableName: 'x' }), { abortSignal: AbortSignal.abort() })
      .catch(() => undefined);
    expect(await lines(registry, 'request_errors_total{')).toContain('code="AbortError"} 1');
  });

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

describe('one registry', () => {
  it('a second observer or mode on one registry is the first one, not an exception', async () => {
    const registry = new Registry();
    for (let round = 0; round < 2; round += 1) {
      const metrics = createServeMetrics('dry_run', registry);
      metrics.requests.component('aws', ['Scan']).operation('Scan').start()('success');
      metrics.cache.hit();
      metrics.decisions.observe({ kind: 'nothing', durationMs: 1, calls: 2, retries: 0 });
      metrics.signals.failed('lag', 'signal', new Error('down'));
      createPartitionObserver(registry).observe('orders', 0, 'send');
      createDepthObserver({ name: 'depth', help: 'Depth.', labelName: 'stream' }, registry).observe({
        kind: 'found',
        depths: new Map([[`stream-${round}`, 1]]),
      });
      createMemberObserver(registry).observe('billing', table(['a'], 'a'));
      const emitter = createPrometheusEmitter({ registry });
      await emitter.emit({ name: 'lag', sample: knownSample(round, Date.now()) }, new AbortController().signal);
      const poll = { abortSignal: AbortSignal.timeout(0), name: 'things_total', help: 'Things.', labelNames: ['kind'] };
      await pollCounters({ ...poll, registry, sources: [() => [{ labels: { kind: 'x' }, count: 1 }]] });
    }
    showMode('enforce', registry);
    expect(await lines(registry, 'requests_total{')).toContain('operation="Scan",outcome="success"} 2');
    expect(await lines(registry, 'decision_calls_total{')).toContain('} 4');
    expect(await lines(registry, 'partition_messages_total{')).toContain('} 2');
    expect(await lines(registry, 'depth{stream')).toBe('depth{stream="stream-1"} 1');
    expect(await lines(registry, 'signal_lag')).toBe('kinesis_autoscaler_signal_lag 1');
    expect(await lines(registry, 'things_total{')).toBe('things_total{kind="x"} 2');
    expect(await lines(registry, 'mode{')).toContain('mode="enforce"} 1');
  });

  it('every series bears the name of its node, and build_info the version', async () => {
    const registry = createRegistry('node-7');
    showBuildInfo(registry);
    expect(await lines(registry, 'build_info{')).toMatch(
      /^kinesis_autoscaler_build_info\{version="\d+\.\d+\.\d+",node_version="v\d+[^"]*",node="node-7"\} 1$/,
    );
  });
});

describe('polling', () => {
  it.each([0, -1, undefined])('an interval of %s means 5 s, not a loop without a pause', async (everyMs) => {
    const clock = new VirtualClock();
    const stopping = new AbortController();
    let polls = 0;
    const options = { clock, abortSignal: stopping.signal, ...(everyMs === undefined ? {} : { everyMs }) };
    const ended = pollEvery(() => {
      polls += 1;
    }, options);
    await clock.advance(10_000);
    expect(polls).toBe(3);
    stopping.abort();
    await ended;
    expect(clock.sleeping).toBe(0);
  });

  it('depth, queue and member observers poll their sources at an interval, and a failed look-up changes nothing', async () => {
    const registry = new Registry();
    const clock = new VirtualClock();
    const stopping = new AbortController();
    const options = { clock, abortSignal: stopping.signal, everyMs: 1_000 };
    const source = { depth: 1, down: false };
    const look = async <Found>(found: Found): Promise<Found> => {
      if (source.down) throw new Error('down');
      return found;
    };
    const depths = createDepthObserver({ name: 'depth', help: 'Depth.', labelName: 'stream' }, registry);
    const ended = Promise.all([
      depths.start(() => look({ kind: 'found', depths: new Map([['orders', source.depth]]) }), options),
      createQueueObserver(registry).start(
        () => look({ kind: 'found', queues: new Map([['invoices', { visible: source.depth }]]) }),
        options,
      ),
      createMemberObserver(registry).start('billing', () => look(table(['a'], undefined)), options),
    ]);
    await clock.advance(0);
    source.depth = 7;
    await clock.advance(1_000);
    source.down = true;
    await clock.advance(1_000);
    expect(await lines(registry, 'depth{')).toBe('depth{stream="orders"} 7');
    expect(await lines(registry, 'queue_messages{')).toContain('queue="invoices",state="visible"} 7');
    expect(await lines(registry, 'kcl_workers{')).toContain('} 1');
    stopping.abort();
    await ended;
  });
});

describe('queue observer', () => {
  it('shows a queue by state, leaves out a state that the source does not tell, and forgets a queue that is gone', async () => {
    const registry = new Registry();
    const { observe } = createQueueObserver(registry);
    const queues = new Map([
      ['invoices', { visible: 5, notVisible: 2, delayed: 1 }],
      ['events', { visible: 9, notVisible: -1 }],
    ]);
    observe({ kind: 'found', queues });
    expect(await lines(registry, 'queue_messages{')).toBe(
      [
        'kinesis_autoscaler_queue_messages{queue="invoices",state="visible"} 5',
        'kinesis_autoscaler_queue_messages{queue="events",state="visible"} 9',
        'kinesis_autoscaler_queue_messages{queue="invoices",state="not_visible"} 2',
        'kinesis_autoscaler_queue_messages{queue="events",state="not_visible"} 0',
        'kinesis_autoscaler_queue_messages{queue="invoices",state="delayed"} 1',
      ].join('\n'),
    );
    observe({ kind: 'failed', because: 'timed out' });
    expect((await lines(registry, 'queue_messages{')).split('\n')).toHaveLength(5);
    observe({ kind: 'found', queues: new Map([['events', { visible: 1 }]]) });
    expect(await lines(registry, 'queue_messages{')).not.toContain('invoices');
  });
});

describe('without a registry', () => {
  it('every observer works without a registry', async () => {
    showMode('dry_run', undefined);
    const metrics = createServeMetrics('dry_run', undefined);
    metrics.requests.component('aws', []).operation('x').start()('success');
    metrics.cache.miss('no_sample_yet');
    metrics.signals.failed('x', 'emit', new Error('down'));
    createPartitionObserver(undefined).observe('x', 0, 'send');
    showBuildInfo(undefined);
    const options = { abortSignal: new AbortController().signal };
    await createQueueObserver(undefined).start(async () => ({ kind: 'failed', because: 'down' }), options);
    await createQueueObserver(new Registry()).start(undefined, options);
    await createMemberObserver(new Registry()).start('x', undefined, options);
    await createDepthObserver({ name: 'x', help: 'x', labelName: 'x' }, new Registry()).start(undefined, options);
    createDepthObserver({ name: 'x', help: 'x', labelName: 'x' }, undefined).observe({
      kind: 'found',
      depths: new Map(),
    });
    createMemberObserver(undefined).observe('x', table([], undefined));
    createDecisionObserver(undefined).observe({ kind: 'x', durationMs: 1, calls: 1, retries: 0 });
    createAdviceObserver(undefined);
    const counters = { ...options, name: 'x_total', help: 'x', labelNames: [], sources: [] };
    await pollCounters({ ...counters, registry: undefined });
    await pollCounters({ ...counters, registry: new Registry() });
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

it('an unknown mode is refused, for all series of the mode gauge would read 0', () => {
  expect(() => showMode('maybe' as Mode, new Registry())).toThrow(
    'mode "maybe" is not known: use one of dry_run, enforce',
  );
});

async function countOf(registry: Registry, series: string): Promise<number> {
  return Number((await lines(registry, series)).split(' ').at(-1));
}

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
    shardId: `shard-${index}`,
    checkpoint: '1',
    ...(owner === undefined ? {} : { owner }),
  }));
  const leasesByWorker = new Map<string, number>();
  for (const owner of owners) if (owner !== undefined) leasesByWorker.set(owner, (leasesByWorker.get(owner) ?? 0) + 1);
  return { active, finished: [], leasesByWorker, deadWorkers: new Set(), ...(leader === undefined ? {} : { leader }) };
}
