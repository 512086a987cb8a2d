import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, serveCommand } from '../../../consumer/serve/command.ts';
import { type AwsAnswers, startAwsWire } from '../support/aws-wire.ts';
import { startProgram } from '../support/child-program.ts';
import { eventually } from '../support/eventually.ts';
import { connectKeda } from '../support/keda-client.ts';

const root = resolve(import.meta.dirname, '../../..');
const commandPath = join(root, 'cli/main.ts');

describe('kinesis-autoscaler serve', () => {
  it('serve publishes samples, answers KEDA, advises on shards and workers, and stops on SIGTERM', async () => {
    const aws = await startAwsWire(laggingStream());
    const program = await start(laggingConfig, aws.url);
    const [, monitor = '', scaler = ''] = await program.waitFor(
      /"message":"serving".*"monitor":"([^"]+)","scalerAddress":"([^"]+)"/,
    );
    const keda = connectKeda(scaler);
    onTestFinished(() => keda.close());

    const lag = { entityType: 'stream', streamName: 'orders', applicationName: 'billing', targetSize: '1000' };
    await keda.getMetricSpec(lag);
    await eventually(() => keda.getMetrics(lag, 'lag-milliseconds').catch(() => undefined)).toMatchObject({
      metricValues: [{ metricValue: 600_000 }],
    });
    await eventually(async () => (await report(monitor)).joint).toMatchObject([
      {
        stream: 'orders',
        advice: 'add-workers',
        scaleDownHurts: true,
        because: { workers: 1, usefulWorkers: 2, lagMs: 600_000 },
      },
    ]);
    await eventually(async () => (await report(monitor)).signals).toMatchObject({
      'billing-lag': { sample: { value: 600_000 } },
      invoices: { sample: { value: 5 } },
    });
    await eventually(async () => (await fetch(`${monitor}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${monitor}/metrics`)).text();
    expect(metrics).toContain(
      'kinesis_autoscaler_joint_advice{stream="orders",application="billing",advice="add-workers",node="node-7"} 1',
    );
    expect(metrics).toContain('kinesis_autoscaler_queue_depth{queue="invoices",node="node-7"} 5');
    expect(metrics).toContain(
      'kinesis_autoscaler_scale_down_hurts{stream="orders",application="billing",node="node-7"} 1',
    );
    expect(metrics).toContain(
      'kinesis_autoscaler_signal_billing_lag{operation="ApplicationTracker",node="node-7"} 600000',
    );
    expect(metrics).toContain('queue_messages{queue="invoices",state="delayed",node="node-7"} 3');
    expect(metrics).toMatch(/signal_last_success_timestamp_seconds\{signal="invoices",node="node-7"\} \d{10}/);
    expect(metrics).toMatch(/request_bytes_total\{component="grpc",operation="GetMetrics",node="node-7"\} [1-9]/);
    expect(metrics).toMatch(/response_bytes_total\{component="aws",operation="Scan",node="node-7"\} [1-9]/);
    await eventually(() => published(aws.calls)).toEqual(['ScaleDownHurts 1', 'billing-lag 600000']);

    const failure = await keda
      .getMetrics({ entityType: 'kafka', consumerGroup: 'g', targetSize: '1' }, 'backlog')
      .catch((error) => error);
    expect(failure.code).toBe(status.UNAVAILABLE);
    expect(await program.end('SIGTERM')).toBe(0);
    expect(program.output()).toContain('"message":"stopped"');
  });

  it('serve publishes nothing in a dry run', async () => {
    const aws = await startAwsWire(laggingStream());
    const program = await start(laggingConfig.replace('mode: enforce', 'mode: dry_run'), aws.url);
    const [, monitor = ''] = await program.waitFor(/"message":"serving".*"monitor":"([^"]+)"/);
    await eventually(async () => (await report(monitor)).joint).toHaveLength(1);
    await sleep(100);
    expect(published(aws.calls)).toEqual([]);
    expect(program.output()).toContain('the external scaler does not listen');
    expect(await program.end('SIGTERM')).toBe(0);
  });

  it('serve ends with one line when a port of its own is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const inUse = 'is in use by another process: stop that process, or choose another port';
    const monitor = await start(
      `monitor: { address: '${address}' }\nstreams: [{ streamName: s }]`,
      'http://127.0.0.1:1',
    );
    expect(await monitor.ended).toBe(2);
    expect(monitor.output()).toMatch(new RegExp(`^\\S+consumer.yaml: monitor.address: ${address} ${inUse}\\n$`));
    const config = `mode: enforce\nmonitor: { address: 127.0.0.1:0 }\nexternalScaler: { address: '${address}' }`;
    const path = await writeConfig(config);
    await expect(serveCommand(path, () => {})).rejects.toThrow(
      new ConfigError(path, [`externalScaler.address: ${address} ${inUse}`]),
    );
  });

  it('serve --check names every fault of the configuration and of the files that it names', async () => {
    const program = await start(
      'monitor: { address: 0.0.0.0:9090, tokenFile: /no/token }\nstreams: [{ streamName: s }]',
      'http://127.0.0.1:1',
      '--check',
    );
    expect(await program.ended).toBe(1);
    expect(program.output()).toMatch(/monitor\.tokenFile: \/no\/token cannot be read/);
  });
});

const laggingConfig = `
mode: enforce
monitor: { address: 127.0.0.1:0, node: node-7 }
emitters: { cloudwatch: { namespace: Test } }
signals:
  - { name: billing-lag, source: { kind: application-lag, applicationName: billing }, emitters: [cloudwatch, prometheus] }
  - { name: invoices, source: { kind: sqs, queueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/invoices' } }
externalScaler: { address: 127.0.0.1:0, pollSeconds: 1 }
streams: [{ streamName: orders, applicationName: billing, leaseTable: billing }]
`;

/** Two shards, one worker, ten minutes behind. */
function laggingStream(): AwsAnswers {
  const lease = (leaseKey: string) => ({
    leaseKey: { S: leaseKey },
    leaseOwner: { S: 'worker-a' },
    checkpoint: { S: '1' },
  });
  return {
    DescribeStreamSummary: () => ({ StreamDescriptionSummary: { OpenShardCount: 2 } }),
    Scan: () => ({ Items: [lease('shard-1'), lease('shard-2')] }),
    GetMetricData: ({ MetricDataQueries: queries }) => ({
      MetricDataResults: (queries as { Id: string }[]).map(({ Id }) => ({
        Id,
        Timestamps: [60, 120].map((ago) => Date.now() / 1000 - ago),
        Values: [600_000, 600_000],
      })),
    }),
    GetQueueAttributes: () => ({
      Attributes: {
        ApproximateNumberOfMessages: '5',
        ApproximateNumberOfMessagesNotVisible: '0',
        ApproximateNumberOfMessagesDelayed: '3',
      },
    }),
    PutMetricData: () => ({}),
  };
}

async function start(config: string, awsUrl: string, ...flags: string[]) {
  const path = await writeConfig(config);
  const env = {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const program = startProgram(
    process.execPath,
    ['--import', 'tsx', commandPath, 'serve', '--config', path, ...flags],
    {
      cwd: root,
      env,
    },
  );
  onTestFinished(async () => {
    await program.end('SIGKILL');
  });
  return program;
}

async function writeConfig(config: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serve-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'consumer.yaml');
  await writeFile(path, config);
  return path;
}

async function report(monitor: string): Promise<{ joint: unknown[]; signals: unknown }> {
  return (await fetch(`${monitor}/report`)).json() as Promise<{ joint: unknown[]; signals: unknown }>;
}

function published(calls: readonly { operation: string; input: Record<string, unknown> }[]): string[] {
  return calls
    .filter(({ operation }) => operation === 'PutMetricData')
    .flatMap(({ input }) => input.MetricData as { MetricName: string; Value: number }[])
    .map(({ MetricName, Value }) => `${MetricName} ${Value}`)
    .sort();
}
