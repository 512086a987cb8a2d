import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readServeConfig } from '../../../consumer/serve/config.ts';
import type { ServeConfig } from '../../../consumer/serve/config-schema.ts';
import { exampleConfig } from '../../../consumer/serve/example.ts';
import { renderManifests } from '../../../consumer/serve/manifests.ts';

describe('configuration of serve', () => {
  it('the configuration that serve --example prints can be read', () => {
    expect(read(exampleConfig).signals.map((signal) => signal.source.kind)).toEqual([
      'iterator-age',
      'application-lag',
      'sqs',
      'jetstream',
      'burrow',
      'kcl-leases',
    ]);
  });

  it('serve is a dry run on loopback by default', () => {
    expect(read('signals: [{ name: age, source: { kind: iterator-age, streamName: s } }]')).toMatchObject({
      mode: 'dry_run',
      monitor: { address: '127.0.0.1:9090' },
      signals: [{ periodSeconds: 60, emitters: [] }],
    });
  });

  it("the configuration's faults are reported all at once: shapes, unknown keys, and what sections require of each other", () => {
    const faults = faultsOf(`
mode: maybe
monitor: { address: '0.0.0.0:9090' }
externalScaler: { address: '0.0.0.0:6000', adress: x }
signals:
  - { name: a, source: { kind: sqs, queueUrl: nonsense } }
  - { name: b-c, source: { kind: jetstream, stream: S, consumer: C }, emitters: [cloudwatch] }
  - { name: b_c, source: { kind: iterator-age, streamName: s }, periodSeconds: 0 }
  - { name: B C, source: { kind: iterator-age, streamName: s }, scale: { target: 1, minWorkers: 3, maxWorkers: 2 } }
`);
    expect(faults).toEqual([
      'mode: expected ("dry_run" | "enforce"), got "maybe"',
      'signals.0.source.queueUrl: must be a URL, got "nonsense"',
      'signals.2.periodSeconds: must be above 0, got 0',
      'externalScaler.adress is not known: remove it, or see serve --example for the right name',
      'monitor.tokenFile is missing: 0.0.0.0:9090 can be reached from other machines; set it, or listen on 127.0.0.1',
      'backends.nats is missing: signals.1.source.kind jetstream needs it',
      'emitters.cloudwatch is missing: signals.1.emitters names it',
      'signals.3.scale.minWorkers 3 is above maxWorkers 2',
      'signals.3.name: "B C" is the same metric as "b-c" (kinesis_autoscaler_signal_b_c)',
    ]);
  });

  it.each([
    ['', ['there is nothing to serve: add signals, streams or externalScaler (see serve --example)']],
    ['a: [1', [expect.stringMatching(/^line 1: /)]],
    ['a: 1\na: 2', [expect.stringContaining('Map keys must be unique')]],
    ['just text', [expect.stringContaining('expected Object')]],
    ['externalScaler: { address: "0.0.0.0:6000" }', [expect.stringContaining('externalScaler.tls is missing')]],
    [
      'signals: [{ name: ticks-total, source: { kind: iterator-age, streamName: s } }]',
      [expect.stringContaining("kinesis_autoscaler_signal_ticks_total, which is serve's own: choose another name")],
    ],
    [
      'streams: [{ streamName: s }]\nmonitor: { profiles: { address: "0.0.0.0:6060" } }',
      [expect.stringContaining('monitor.profiles.tokenFile is missing')],
    ],
    [
      'streams: [{ streamName: s }]\nmonitor: { profiles: { address: "127.0.0.1:9090" } }',
      [expect.stringContaining("127.0.0.1:9090 is the monitor's own: choose another port")],
    ],
    ['externalScaler: { address: "6000" }', [expect.stringContaining('is not host:port')]],
    ['streams: [{ streamName: a }, { streamName: a }]', [expect.stringContaining('listed twice')]],
    [
      'signals: [{ name: a, source: { kind: kcl-leases, leaseTable: t }, scale: { target: 1, kubernetes: { deployment: d } } }]',
      [expect.stringContaining('no entity')],
    ],
    [
      'signals: [{ name: a, source: { kind: iterator-age, streamName: s }, scale: { target: 1, minWorkers: 0 } }]',
      [expect.stringContaining('1 or more')],
    ],
  ])('the configuration %j is refused', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});

describe('manifests', () => {
  const manifests = (signal: string): Record<string, unknown>[] =>
    parseAllDocuments(
      renderManifests(
        read(
          `backends: { nats: { servers: [n] } }\nemitters: { cloudwatch: { namespace: Orders, dimensions: { Env: prod } } }\nsignals: [${signal}]`,
        ),
      ),
    ).map((document) => document.toJS());

  it('a ScaledObject lets the HPA divide a count by the replicas, but not a lag', () => {
    const [count] = manifests(
      '{ name: pending, source: { kind: jetstream, stream: S, consumer: C }, scale: { target: 50, minWorkers: 0, kubernetes: { deployment: d } } }',
    );
    expect(count).toMatchObject({
      kind: 'ScaledObject',
      spec: {
        minReplicaCount: 0,
        triggers: [
          {
            type: 'external',
            metricType: 'AverageValue',
            metadata: { entityType: 'jetstream', streamName: 'S', consumerName: 'C', targetSize: '50' },
          },
        ],
      },
    });
    const [lag] = manifests(
      '{ name: age, source: { kind: iterator-age, streamName: s }, scale: { target: 30000, kubernetes: { deployment: d } } }',
    );
    expect(lag).toMatchObject({
      spec: { minReplicaCount: 1, triggers: [{ metricType: 'Value', metadata: { entityType: 'stream' } }] },
    });
  });

  it('an ECS policy divides a total by the running tasks, and compares a per-worker value as it is', () => {
    const queue =
      'source: { kind: sqs, queueUrl: "https://sqs/1/q" }, emitters: [cloudwatch], scale: { target: 100, ecs: { cluster: c, service: s } }';
    const dimensions = [
      { Name: 'Env', Value: 'prod' },
      { Name: 'QueueName', Value: 'q' },
    ];
    expect(trackingOf(manifests(`{ name: depth, ${queue} }`))).toMatchObject({
      TargetValue: 100,
      CustomizedMetricSpecification: {
        Metrics: [
          {
            MetricStat: { Metric: { MetricName: 'depth', Namespace: 'Orders', Dimensions: dimensions } },
            ReturnData: false,
          },
          { MetricStat: { Metric: { MetricName: 'RunningTaskCount' } }, ReturnData: false },
          { Expression: 'total / MAX([FILL(tasks, 1), total * 0 + 1])', ReturnData: true },
        ],
      },
    });
    const perWorker = { MetricName: 'depth', Namespace: 'Orders', Dimensions: dimensions, Statistic: 'Maximum' };
    expect(trackingOf(manifests(`{ name: depth, perWorker: { leaseTable: t }, ${queue} }`))).toMatchObject({
      CustomizedMetricSpecification: perWorker,
    });
  });

  it('the printed scrape job names the token file', () => {
    const config = read('monitor: { address: ":9090", tokenFile: /etc/token }\nstreams: [{ streamName: s }]');
    const [job] = parseAllDocuments(renderManifests(config)).map((document) => document.toJS());
    expect(job).toEqual({
      scrape_configs: [
        {
          job_name: 'kinesis-autoscaler',
          authorization: { type: 'Bearer', credentials_file: '/etc/token' },
          static_configs: [{ targets: ['kinesis-autoscaler:9090'] }],
        },
      ],
    });
  });
});

function trackingOf([policy]: Record<string, unknown>[]): unknown {
  return policy?.TargetTrackingScalingPolicyConfiguration;
}

function read(text: string): ServeConfig {
  const result = readServeConfig(text);
  return result.ok ? result.config : expect.fail(result.faults.join('\n'));
}

function faultsOf(text: string): readonly string[] {
  const result = readServeConfig(text);
  return result.ok ? expect.fail('it was read') : result.faults;
}
