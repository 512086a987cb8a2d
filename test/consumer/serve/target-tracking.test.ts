/** The printed ECS policy, calculated by a CloudWatch. */
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readServeConfig } from '../../../consumer/serve/config.ts';
import { renderManifests } from '../../../consumer/serve/manifests.ts';
import { type LocalAws, startLocalAws } from '../../../local/local-aws.ts';
import { RealClock } from '../../../simulator/models/clock.ts';

let aws: LocalAws;
let client: CloudWatchClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: new RealClock() });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new CloudWatchClient({ endpoint: aws.endpoint, region: aws.account.region, credentials });
});
afterAll(async () => {
  client.destroy();
  await aws.stop();
});

it.each([
  { why: 'no task runs and Container Insights publishes nothing', service: 'silent', tasks: undefined, perTask: 900 },
  { why: 'no task runs and Container Insights publishes 0', service: 'stopped', tasks: 0, perTask: 900 },
  { why: 'one task runs', service: 'single', tasks: 1, perTask: 900 },
  { why: 'three tasks run', service: 'busy', tasks: 3, perTask: 300 },
])('an ECS policy sees $perTask messages a task when $why', async ({ service, tasks, perTask }) => {
  const metrics = metricsOf(service);
  await publish('Orders', 'depth', { QueueName: service }, 900);
  const running = { ClusterName: 'main', ServiceName: service };
  if (tasks !== undefined) await publish('ECS/ContainerInsights', 'RunningTaskCount', running, tasks);
  const { MetricDataResults: results = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(aws.clock.nowMs() - 300_000),
      EndTime: new Date(aws.clock.nowMs() + 60_000),
      MetricDataQueries: metrics.map(({ MetricStat: stat, ...query }) =>
        stat === undefined ? query : { ...query, MetricStat: { ...stat, Period: 60 } },
      ),
    }),
  );
  expect(results.map(({ Values: values }) => values)).toEqual([[perTask]]);
});

function metricsOf(service: string): PolicyMetric[] {
  const read = readServeConfig(`
emitters: { cloudwatch: { namespace: Orders } }
signals:
  - name: depth
    source: { kind: sqs, queueUrl: 'https://sqs/1/${service}' }
    emitters: [cloudwatch]
    scale: { target: 100, minWorkers: 0, ecs: { cluster: main, service: ${service} } }`);
  if (!read.ok) throw new Error(read.faults.join('\n'));
  const [, policy = ''] = /policy.json, with:\n(\{[\s\S]*?\n\})\n/.exec(renderManifests(read.config)) ?? [];
  return JSON.parse(policy).TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics;
}

interface PolicyMetric {
  readonly Id: string;
  readonly MetricStat?: { readonly Metric: object; readonly Stat: string };
}

async function publish(
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  value: number,
): Promise<void> {
  const datum = {
    MetricName: name,
    Value: value,
    Timestamp: new Date(Math.floor(aws.clock.nowMs() / 60_000) * 60_000),
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
  await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] }));
}
