import { describe, expect, it, vi } from 'vitest';
import { readDeployment } from '../../core/settings/deployment.ts';
import { createRunLog } from '../../lambda/observability.ts';
import { type DeployedStack, deploy, resourcesOf, theResource } from './deployed-stack.ts';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly region?: string;
    readonly period?: number;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: { readonly horizontal?: readonly object[]; readonly alarms?: readonly string[] };
    readonly alarms?: readonly string[];
    readonly query?: string;
    readonly markdown?: string;
  };
}

/** The body as CloudFormation would substitute it in one place. */
function widgetsOf(stack: DeployedStack, number = 1): readonly Widget[] {
  const { DashboardBody: body } = theResource(stack, 'AWS::CloudWatch::Dashboard', `Dashboard${number}`).Properties;
  const [text, variables] = (body as { readonly 'Fn::Sub': readonly [string, Readonly<Record<string, unknown>>] })[
    'Fn::Sub'
  ];
  const places: Readonly<Record<string, string>> = {
    'AWS::Region': 'eu-west-1',
    'AWS::Partition': 'aws',
    'AWS::AccountId': '123456789012',
  };
  const resolved = text.replaceAll(/\$\{([\w:]+)\}/g, (_, name: string) => {
    const value = places[name] ?? (name in variables ? name : undefined);
    if (value === undefined) throw new Error(`nothing is known of ${name}`);
    return value;
  });
  return JSON.parse(resolved).widgets;
}

function titled(widgets: readonly Widget[], title: string): Widget {
  const found = widgets.find(({ properties }) => properties.title === title);
  if (!found) throw new Error(`there is no ${title}`);
  return found;
}

const names = Array.from({ length: 41 }, (_, index) => `stream-${index}`);
const orders = deploy({ dashboards: true, streams: [{ name: 'orders', scaleUpThreshold: 0.8 }] });
const widgets = widgetsOf(orders);

describe('a dashboard', () => {
  const fleet = deploy({ dashboards: true, streams: names.map((name) => ({ name })) });

  it('a dashboard holds forty streams; the next stream begins another dashboard', () => {
    expect(resourcesOf(fleet, 'AWS::CloudWatch::Dashboard')).toHaveLength(2);
    const headings = [1, 2].map((number) => widgetsOf(fleet, number).filter(({ type }) => type === 'text'));
    expect(headings.map(({ length }) => length)).toEqual([40, 1]);
  });

  it('a dashboard stays within CloudWatch’s limits', () => {
    const all = widgetsOf(fleet);
    expect(all.length).toBeLessThanOrEqual(500);
    for (const { properties } of all) {
      expect(properties.metrics?.length ?? 0).toBeLessThanOrEqual(500);
      expect(properties.alarms?.length ?? 1).toBeLessThanOrEqual(100);
      expect(properties.annotations?.alarms?.length ?? 1).toBe(1);
    }
  });

  it.each([
    ['of many streams', widgetsOf(fleet)],
    ['of one stream', widgets],
    [
      'without shard counts',
      widgetsOf(deploy({ dashboards: { openShardCounts: false }, streams: [{ name: 'orders' }] })),
    ],
    ['of no stream', widgetsOf(deploy({ dashboards: true, discovery: true }))],
  ])('a dashboard %s has its widgets side by side on the grid of 24 columns', (_, placed) => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of placed) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column += 1) {
        for (let row = y; row < y + height; row += 1) {
          expect(taken.has(`${column} ${row}`)).toBe(false);
          taken.add(`${column} ${row}`);
        }
      }
    }
  });

  it('every metric of a widget has an id of its own, and every widget a region and a period', () => {
    for (const { properties, type } of widgetsOf(fleet).filter(({ type }) => type === 'metric')) {
      const ids = (properties.metrics ?? []).flatMap((entry) => {
        const { id } = (entry.at(-1) ?? {}) as { readonly id?: string };
        return id === undefined ? [] : [id];
      });
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z]\w*$/);
      expect([type, properties.region]).toEqual(['metric', 'eu-west-1']);
      expect((properties.period ?? 0) % 60).toBe(0);
    }
  });

  it('there is no dashboard unless it is asked for', () => {
    expect(resourcesOf(deploy({ streams: [{ name: 'orders' }] }), 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });
});

describe('what it shows of a stream', () => {
  it('a widget contains no shard count, which would be wrong after the first scaling', () => {
    const expressions = widgets.flatMap(({ properties }) =>
      (properties.metrics ?? []).flatMap((entry) => {
        const { expression } = (entry.at(-1) ?? {}) as { readonly expression?: string };
        return expression === undefined ? [] : [expression];
      }),
    );
    expect(expressions).toContain('FILL(n,REPEAT)');
    expect(expressions).toContain('MAX([bs,rs])/FILL(n,REPEAT)');
    const scaled = deploy({ dashboards: true, streams: [{ name: 'orders', scaleUpThreshold: 0.8, shardCount: 64 }] });
    expect(widgetsOf(scaled)).toEqual(widgets);
  });

  it('the dashboard shows the open shards by the metric that the reconciler writes', () => {
    const shards = titled(widgets, 'Open shards').properties.metrics?.[0] ?? [];
    const [namespace, name, ...dimensions] = shards.slice(0, -1);
    expect({ namespace, name, dimensions: pairs(dimensions) }).toEqual(writtenShardCount());
  });

  it('the dashboard shows the utilization of a stream with both thresholds', () => {
    expect(titled(widgets, 'Utilization').properties.annotations?.horizontal).toEqual([
      { label: 'scale up', value: 0.8 },
      { label: 'scale down', value: 0.25 },
    ]);
  });

  it('the dashboard shows the utilization against full shards where a policy is load-driven', () => {
    const loadDriven = deploy({ dashboards: true, streams: [{ name: 'orders', policy: 'target', shardCount: 4 }] });
    expect(titled(widgetsOf(loadDriven), 'Utilization').properties.annotations?.horizontal).toEqual([
      { label: 'full', value: 1 },
    ]);
  });

  it('the dashboard shows throttled writes and the iterator age', () => {
    const drawn = ['Throttled writes', 'Iterator age'].map(
      (title) => titled(widgets, title).properties.metrics?.[0]?.[1],
    );
    expect(drawn).toEqual(['WriteProvisionedThroughputExceeded', 'GetRecords.IteratorAgeMilliseconds']);
  });

  it('the dashboard shows the alarms, and the latest decisions from the logs of both functions', () => {
    const alarms = ['up', 'down'].map((end) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-scale-${end}`);
    expect(titled(widgets, 'Alarms').properties.alarms).toEqual(alarms);
    const { query = '' } = titled(widgets, 'Latest decisions').properties;
    expect(query).toMatch(/^SOURCE 'Logs0' \| SOURCE 'Logs1' \| fields @timestamp/);
    expect(query).toContain('filter streamName in ["orders"]');
  });
});

describe('without the metric of open shards', () => {
  const free = deploy({ dashboards: { openShardCounts: false }, streams: [{ name: 'orders' }] });

  it('without the metric of open shards, the dashboard shows utilization by the alarms', () => {
    const drawn = ['up', 'down'].map((end) => titled(widgetsOf(free), `Utilization, scale ${end}`).properties);
    expect(drawn.map(({ annotations }) => annotations?.alarms)).toEqual([
      ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-scale-up'],
      ['arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders-scale-down'],
    ]);
    expect(JSON.stringify(widgetsOf(free))).not.toContain('OpenShardCount');
  });

  it('the functions write the metric of open shards only where the dashboard needs it', () => {
    const variables = [free, orders].map((stack) => {
      const { Environment: environment } = theResource(stack, 'AWS::Lambda::Function', 'Reconciler').Properties;
      return (environment as { readonly Variables: Readonly<Record<string, string>> }).Variables.STREAM_METRICS;
    });
    expect(variables).toEqual([undefined, 'true']);
  });
});

describe('where streams ask by their tag', () => {
  it('a search shows the shard counts of all streams that are found by their tag', () => {
    const all = titled(widgetsOf(deploy({ dashboards: true, discovery: true })), 'Open shards of all streams');
    expect(all.properties.metrics).toEqual([
      [expect.objectContaining({ expression: expect.stringContaining('{KinesisAutoscaler,service,StreamName}') })],
    ]);
  });
});

function pairs(list: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : [])));
}

/** As the deployed code writes it into its log for CloudWatch to take up. */
function writtenShardCount() {
  const read = readDeployment({ STREAM_METRICS: 'true' }, undefined);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const written: string[] = [];
  const capture = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    createRunLog(read.value, 'the-reconciler').logReport({
      source: 'reconcile',
      at: '2026-03-02T09:15:45.000Z',
      streamName: 'orders',
      dryRun: false,
      openShardCount: 4,
      outcome: 'agrees',
      findings: [],
      effects: [],
      failures: [],
      needsRetry: false,
    });
  } finally {
    capture.mockRestore();
  }
  const line = written.map((text) => JSON.parse(text)).find((entry) => 'OpenShardCount' in entry);
  const [directive] = line._aws.CloudWatchMetrics;
  const dimensions = Object.fromEntries(directive.Dimensions[0].map((name: string) => [name, line[name]]));
  return { namespace: directive.Namespace, name: directive.Metrics[0].Name, dimensions };
}
