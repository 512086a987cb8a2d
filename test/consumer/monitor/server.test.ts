import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { adviseJointly } from '../../../consumer/decision/joint-decision.ts';
import { knownSample } from '../../../consumer/decision/sample.ts';
import { createPrometheusEmitter } from '../../../consumer/emitters/prometheus.ts';
import { pollCounters } from '../../../consumer/monitor/counter-poller.ts';
import { MonitorRefusedError } from '../../../consumer/monitor/http-server.ts';
import type { MonitorOptions } from '../../../consumer/monitor/options.ts';
import { createPartitionObserver } from '../../../consumer/monitor/partition-observer.ts';
import { createRegistry } from '../../../consumer/monitor/registry.ts';
import { startMonitor, startProfileServer } from '../../../consumer/monitor/server.ts';
import { createServeMetrics } from '../../../consumer/serve/serve-metrics.ts';
import { startProgram } from '../support/child-program.ts';
import { describeWithPrograms } from '../support/real-parts.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const token = 's3cret';
const authorization = `Bearer ${token}`;

describe('monitor', () => {
  it('the monitor asks for the token on every path but /healthz', async () => {
    const { url } = await open({ token: token, report: () => ({ mode: 'enforce' }) });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    for (const path of ['/metrics', '/report', '/debug/pprof/heap', '/debug/pprof/profile', '/nowhere']) {
      const refused = await fetch(url + path);
      expect([path, refused.status, refused.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
    }
    expect((await fetch(`${url}/metrics`, { headers: { authorization } })).status).toBe(200);
    expect(await (await fetch(`${url}/report`, { headers: { authorization } })).json()).toEqual({ mode: 'enforce' });
    expect((await fetch(`${url}/nowhere`, { headers: { authorization } })).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST', headers: { authorization } })).status).toBe(405);
  });

  it('/healthz answers 503 when unhealthy, and the monitor works without a registry and a report', async () => {
    const { url } = await open({ isHealthy: () => false });
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect(await (await fetch(`${url}/metrics`)).text()).toBe('');
    expect(await (await fetch(`${url}/report`)).json()).toBeNull();
  });

  it.each(['0.0.0.0:0', ':0', '[::]:0', 'monitor:9090'])(
    'the monitor refuses to listen on %s without a token',
    async (address) => {
      await expect(startMonitor({ address })).rejects.toThrow(MonitorRefusedError);
    },
  );

  it.each(['127.0.0.1', '127.0.0.1:http', '127.0.0.1:70000'])(
    'the monitor refuses the address %s, which is not host:port',
    async (address) => {
      await expect(startMonitor({ address, token: token })).rejects.toThrow('is not host:port');
    },
  );

  it('/readyz tells whether serve can do its work, apart from /healthz, and neither asks for the token', async () => {
    let ready = false;
    const { url } = await open({ token, isReady: () => ready });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    ready = true;
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('ready\n');
  });

  it('/debug/pprof/ lists the profiles and asks for the token', async () => {
    const { url } = await open({ token });
    expect((await fetch(`${url}/debug/pprof/`)).status).toBe(401);
    for (const path of ['/debug/pprof', '/debug/pprof/']) {
      const index = await (await fetch(url + path, { headers: { authorization } })).text();
      expect(index).toContain('/debug/pprof/heap');
      expect(index).toContain('/debug/pprof/profile?seconds=10');
    }
  });

  it('profiles on an address of their own have their own token, and are gone from the monitor', async () => {
    const monitor = await open({ token, profiles: false });
    const profiles = await startProfileServer({ address: '127.0.0.1:0', token: 'profiles-only' });
    onTestFinished(() => profiles.close());
    expect((await fetch(`${monitor.url}/debug/pprof/heap`, { headers: { authorization } })).status).toBe(404);
    expect((await fetch(`${profiles.url}/debug/pprof/heap`, { headers: { authorization } })).status).toBe(401);
    const own = { headers: { authorization: 'Bearer profiles-only' } };
    expect((await decode(await fetch(`${profiles.url}/debug/pprof/heap`, own))).types).toEqual(['inuse_space/bytes']);
    expect((await fetch(`${profiles.url}/metrics`, own)).status).toBe(404);
    await expect(startProfileServer({ address: '0.0.0.0:0' })).rejects.toThrow('set monitor.profiles.tokenFile');
  });

  it('the monitor names a port that is in use in one line', async () => {
    const address = new URL((await open({})).url).host;
    await expect(startMonitor({ address })).rejects.toThrow(
      new MonitorRefusedError(
        `monitor.address: ${address} is in use by another process: stop that process, or choose another port`,
      ),
    );
    await expect(startMonitor({ address: '203.0.113.1:9090', token })).rejects.toThrow('is no address of this machine');
  });

  it('the monitor hangs up on a client that does not finish its headers', async () => {
    const { url } = await open({});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n');
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.once('close', () => resolve(received));
    });
    expect(answer).toContain('408');
  });

  it('the monitor closes within 5 s although a request is open', async () => {
    const clock = new VirtualClock();
    const monitor = await startMonitor({ address: '127.0.0.1:0', clock });
    const measuring = fetch(`${monitor.url}/debug/pprof/profile?seconds=60`).then(
      () => 'answered',
      () => 'cut off',
    );
    while (clock.sleeping === 0) await sleep(5);
    let closed = false;
    const closing = monitor.close().then(() => {
      closed = true;
    });
    await clock.advance(4_999);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(await measuring).toBe('cut off');
  });

  it('the monitor refuses a blank token', async () => {
    await expect(startMonitor({ address: '127.0.0.1:0', token: ' ' })).rejects.toThrow('blank token');
  });

  it('/debug/pprof serves CPU and heap profiles that pprof can read', async () => {
    const { url } = await open({});
    const profile = fetch(`${url}/debug/pprof/profile?seconds=0.3`);
    await sleep(50);
    expect((await fetch(`${url}/debug/pprof/profile?seconds=1`)).status).toBe(409);
    burnTime(100);
    const cpu = await decode(await profile);
    expect(cpu.types).toEqual(['samples/count', 'cpu/nanoseconds']);
    expect(cpu.functions).toContain('burnTime');
    expect(cpu.total[1]).toBeGreaterThan(50_000_000);

    const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    const heap = await decode(await fetch(`${url}/debug/pprof/heap`));
    expect(kept).toHaveLength(200_000);
    expect(heap.types).toEqual(['inuse_space/bytes']);
    expect(heap.total[0]).toBeGreaterThan(1_000_000);
    for (const seconds of ['0', '-1', '61', 'long']) {
      expect((await fetch(`${url}/debug/pprof/profile?seconds=${seconds}`)).status).toBe(400);
    }
  });
});

describeWithPrograms(
  'monitor, scraped by a real Prometheus',
  ['prometheus', 'promtool'],
  ({ prometheus, promtool }) => {
    it('a real Prometheus scrapes the monitor with the token only, and promtool finds the metrics clean', {
      timeout: 60_000,
    }, async () => {
      const registry = createRegistry('node-7');
      await exerciseEveryMetric(registry);
      const { url } = await open({ token: token, registry });
      const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));

      const metrics = await (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
      const check = spawnSync(promtool, ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
      expect({ exit: check.status, faults: check.stdout + check.stderr }).toEqual({ exit: 0, faults: '' });

      const scraped = await startPrometheus(prometheus, folder, new URL(url).host);
      expect(await scraped.untilValue('up{job="with-token"}', '1')).toBe('1');
      expect(await scraped.untilValue('up{job="without-token"}', '0')).toBe('0');
      const mode = 'kinesis_autoscaler_mode{job="with-token",mode="enforce",node="node-7"}';
      expect(await scraped.untilValue(mode, '1')).toBe('1');
    });
  },
);

async function open(options: Partial<MonitorOptions>) {
  const monitor = await startMonitor({ address: '127.0.0.1:0', ...options });
  onTestFinished(() => monitor.close());
  return monitor;
}

/** So that promtool sees each family with a series. */
async function exerciseEveryMetric(registry: Registry): Promise<void> {
  const metrics = createServeMetrics('enforce', registry);
  const lag = knownSample(1, Date.now(), { dimensions: { StreamName: 'orders' } });
  metrics.requests.component('aws', ['GetMetricData']).operation('GetMetricData').start()('success');
  metrics.cache.hit();
  metrics.signals.sampled('lag', lag, Date.now());
  metrics.signals.failed('lag', 'emit', new Error('down'));
  metrics.depths.note('orders', { ...lag, queue: { visible: 1, notVisible: 2, delayed: 3 } });
  createPartitionObserver(registry).observe('orders', 0, 'receive');
  metrics.depths.note('invoices', lag);
  metrics.members.observe('billing', {
    active: [{ leaseKey: 's', shardId: 's', owner: 'w', checkpoint: '1' }],
    finished: [],
    leasesByWorker: new Map([['w', 1]]),
    deadWorkers: new Set(),
    leader: 'w',
  });
  metrics.decisions.observe({ kind: 'nothing', durationMs: 1, calls: 2, retries: 0 });
  const facts = {
    lag,
    shardLagMs: new Map(),
    stalledShards: [],
    openShardCount: 1,
    workers: 1,
    parallelizationFactor: 1,
  };
  metrics.advice.observe('orders', 'billing', adviseJointly(facts));
  await createPrometheusEmitter({ registry }).emit({ name: 'orders lag', sample: lag }, new AbortController().signal);
  const polling = new AbortController();
  const polled = pollCounters({
    name: 'kinesis_autoscaler_aws_conflicts_total',
    help: 'Conflicts.',
    labelNames: ['kind'],
    registry,
    sources: [() => [{ labels: { kind: 'throttled' }, count: 1 }]],
    abortSignal: polling.signal,
  });
  polling.abort();
  await polled;
}

async function startPrometheus(path: string, folder: string, target: string) {
  const job = (name: string, extra: string): string =>
    `  - job_name: ${name}\n${extra}    static_configs: [{ targets: ['${target}'] }]\n`;
  const withToken = `    authorization: { type: Bearer, credentials: ${token} }\n`;
  const config = `global: { scrape_interval: 200ms, scrape_timeout: 200ms }\nscrape_configs:\n${job('with-token', withToken)}${job('without-token', '')}`;
  await writeFile(join(folder, 'prometheus.yml'), config);
  const flags = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', '--web.listen-address=127.0.0.1:0'];
  const program = startProgram(path, flags, { cwd: folder });
  onTestFinished(async () => {
    await program.end('SIGKILL');
  });
  const [, address = ''] = await program.waitFor(/Listening on"? .*?address=(127\.0\.0\.1:\d+)/);
  await program.waitFor(/Server is ready to receive web requests/);
  const query = async (expression: string): Promise<string | undefined> => {
    const answer = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await answer.json()) as { data?: { result: { value: [number, string] }[] } };
    return data?.result[0]?.value[1];
  };
  return {
    untilValue: async (expression: string, expected: string): Promise<string | undefined> => {
      let value = await query(expression);
      for (let tries = 0; value !== expected && tries < 100; tries += 1) {
        await sleep(100);
        value = await query(expression);
      }
      return value;
    },
  };
}

function burnTime(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** What pprof sees: sample types, function names, the sum of each value. */
async function decode(response: Response): Promise<{ types: string[]; functions: string[]; total: number[] }> {
  const profile = Profile.decode(gunzipSync(Buffer.from(await response.arrayBuffer())));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '';
  return {
    types: profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    functions: profile.function.map(({ name }) => text(name)),
    total: profile.sampleType.map((_, index) =>
      profile.sample.reduce((sum, { value }) => sum + Number(value[index]), 0),
    ),
  };
}
