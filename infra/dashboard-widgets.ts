/**
 * The widgets of a dashboard. Source: CloudWatch API reference, "Dashboard Body Structure and Syntax".
 *
 * No widget contains a shard count, which would be wrong after the first scaling. Graphs divide traffic by the metric
 * `OpenShardCount`, which the reconciler writes. Without that metric they show the alarms, and CloudWatch draws an
 * alarm by its current metric math.
 */
import { alarmNameOf, kinesisNamespace, streamDimension } from '../core/alarm/alarm-definition.ts';
import { awsFacts } from '../core/aws-facts.ts';
import { failuresMetric, ownNamespace } from '../core/own-metrics.ts';
import { isLoadDriven, type StreamSettings } from '../core/settings/stream-settings.ts';
import { metricDimensions } from './health-alarms.ts';

export interface Widget {
  readonly type: 'text' | 'metric' | 'alarm' | 'log';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface DashboardStream {
  readonly streamName: string;
  readonly settings: Pick<StreamSettings, 'policy' | 'scaleUpThreshold' | 'scaleDownThreshold' | 'periodMinutes'>;
}

/** Columns of a dashboard. */
const gridWidth = 24;
const headerHeight = 1;
const graphHeight = 6;
const alarmsPerRow = 8;
const decisionRows = 50;
const periodSeconds = 300;
/** CloudFormation replaces it by the value. */
const pseudo = (name: 'Partition' | 'Region' | 'AccountId') => `\${AWS::${name}}`;
const regionText = pseudo('Region');

type Metric = readonly unknown[];
type Placed = Pick<Widget, 'x' | 'y' | 'width'>;

/**
 * Top of a dashboard: the states of all its alarms, and the latest decisions.
 * @param logGroups names, or placeholders for them.
 */
export function fleetWidgets(streamNames: readonly string[], logGroups: readonly string[]): readonly Widget[] {
  const alarms = streamNames.flatMap((name) => [alarmArn(name, 'up'), alarmArn(name, 'down')]);
  const alarmsHeight = alarms.length === 0 ? 0 : 1 + Math.ceil(alarms.length / alarmsPerRow);
  const states: Widget = {
    type: 'alarm',
    ...{ x: 0, y: 0, width: gridWidth, height: alarmsHeight },
    properties: { title: 'Alarms', alarms },
  };
  const y = alarmsHeight;
  return [
    ...(alarms.length > 0 ? [states] : []),
    graph('Decisions of the whole deployment', { x: 0, y, width: 8 }, decisionCounts(), { stat: 'Sum' }),
    {
      type: 'log',
      ...{ x: 8, y, width: 16, height: graphHeight },
      properties: {
        title: 'Latest decisions',
        region: regionText,
        view: 'table',
        query: decisionQuery(streamNames, logGroups),
      },
    },
  ];
}

/** One stream: a heading and a row of graphs. @param openShardCounts whether the reconciler writes `OpenShardCount`. */
export function streamWidgets(stream: DashboardStream, y: number, openShardCounts: boolean): readonly Widget[] {
  const { streamName } = stream;
  const heading: Widget = {
    type: 'text',
    ...{ x: 0, y, width: gridWidth, height: headerHeight },
    properties: { markdown: `### ${streamName}` },
  };
  const row = y + headerHeight;
  const shared = [
    graph('Throttled writes', { x: 16, y: row, width: 4 }, [
      kinesis(streamName, 'WriteProvisionedThroughputExceeded', { stat: 'Sum', label: 'records rejected' }),
    ]),
    graph('Iterator age', { x: 20, y: row, width: 4 }, [
      kinesis(streamName, 'GetRecords.IteratorAgeMilliseconds', { stat: 'Maximum', label: 'ms, oldest reader' }),
    ]),
  ];
  if (!openShardCounts) {
    return [
      heading,
      graph('Traffic', { x: 0, y: row, width: 6 }, rates(streamName)),
      alarmGraph('Utilization, scale up', { x: 6, y: row, width: 5 }, alarmArn(streamName, 'up')),
      alarmGraph('Utilization, scale down', { x: 11, y: row, width: 5 }, alarmArn(streamName, 'down')),
      ...shared,
    ];
  }
  return [
    heading,
    graph('Traffic against capacity', { x: 0, y: row, width: 6 }, [
      ...rates(streamName),
      openShards(streamName, { id: 'n', visible: false }),
      [{ expression: 'FILL(n,REPEAT)', label: 'capacity of either', id: 'c' }],
    ]),
    utilizationGraph(stream, { x: 6, y: row, width: 6 }),
    graph('Open shards', { x: 12, y: row, width: 4 }, [openShards(streamName, { label: 'open shards' })]),
    ...shared,
  ];
}

export const streamHeight = headerHeight + graphHeight;

/** Of every stream with that metric, also of streams that were found by their tag. A search shows up to 100. */
export function allShardCounts(y: number): Widget {
  const dimensions = [ownNamespace, ...Object.keys(metricDimensions), streamDimension].join(',');
  const expression = `SEARCH('{${dimensions}} MetricName="OpenShardCount"','Maximum',${periodSeconds})`;
  return graph('Open shards of all streams', { x: 0, y, width: gridWidth }, [[{ expression, id: 'all', label: '' }]]);
}

/** A shard takes 1 MiB and 1,000 records a second, so in these units its capacity is 1 of each. */
function rates(streamName: string): readonly Metric[] {
  const { shardBytesPerSecond: bytes, shardRecordsPerSecond: records } = awsFacts;
  return [
    kinesis(streamName, 'IncomingBytes', { stat: 'Sum', id: 'b', visible: false }),
    kinesis(streamName, 'IncomingRecords', { stat: 'Sum', id: 'r', visible: false }),
    [{ expression: `b/PERIOD(b)/${bytes.value}`, label: 'MiB/s', id: 'bs' }],
    [{ expression: `r/PERIOD(r)/${records.value}`, label: 'thousand records/s', id: 'rs' }],
  ];
}

/** With the thresholds that were deployed. A tag on the stream may have set others, which its alarms show. */
function utilizationGraph({ streamName, settings }: DashboardStream, place: Placed): Widget {
  const [bytes = [], records = []] = rates(streamName);
  const { shardBytesPerSecond, shardRecordsPerSecond } = awsFacts;
  const metrics = [
    bytes,
    records,
    openShards(streamName, { id: 'n', visible: false }),
    [{ expression: `b/PERIOD(b)/${shardBytesPerSecond.value}`, id: 'bs', visible: false }],
    [{ expression: `r/PERIOD(r)/${shardRecordsPerSecond.value}`, id: 'rs', visible: false }],
    [{ expression: 'MAX([bs,rs])/FILL(n,REPEAT)', label: 'utilization', id: 'u' }],
  ];
  const thresholds = [
    { label: 'scale up', value: settings.scaleUpThreshold },
    { label: 'scale down', value: settings.scaleDownThreshold },
  ];
  const horizontal = isLoadDriven(settings) ? [{ label: 'full', value: 1 }] : thresholds;
  return graph('Utilization', place, metrics, { annotations: { horizontal } });
}

/** CloudWatch draws the current metric math of the alarm, and its threshold. */
function alarmGraph(title: string, place: Placed, arn: string): Widget {
  const properties = { title, region: regionText, view: 'timeSeries', annotations: { alarms: [arn] } };
  return { type: 'metric', ...place, height: graphHeight, properties };
}

function graph(
  title: string,
  place: Placed,
  metrics: readonly Metric[],
  more: Readonly<Record<string, unknown>> = {},
): Widget {
  return {
    type: 'metric',
    ...place,
    height: graphHeight,
    properties: { title, region: regionText, period: periodSeconds, yAxis: { left: { min: 0 } }, metrics, ...more },
  };
}

function kinesis(streamName: string, metricName: string, rendering: Readonly<Record<string, unknown>>): Metric {
  return [kinesisNamespace, metricName, streamDimension, streamName, rendering];
}

function openShards(streamName: string, rendering: Readonly<Record<string, unknown>>): Metric {
  const own = Object.entries(metricDimensions).flat();
  return [ownNamespace, 'OpenShardCount', ...own, streamDimension, streamName, { stat: 'Maximum', ...rendering }];
}

function decisionCounts(): readonly Metric[] {
  const own = Object.entries(metricDimensions).flat();
  return ['ScaleUps', 'ScaleDowns', 'Holds', failuresMetric].map((name) => [ownNamespace, name, ...own]);
}

function decisionQuery(streamNames: readonly string[], logGroups: readonly string[]): string {
  const sources = logGroups.map((name) => `SOURCE '${name}'`).join(' | ');
  const names = streamNames.map((name) => `"${name}"`).join(',');
  return [
    sources,
    'fields @timestamp, streamName, outcome, decision.direction, decision.openShardCount, decision.targetShardCount, decision.reason',
    names === '' ? 'filter ispresent(streamName)' : `filter streamName in [${names}]`,
    'filter outcome != "agrees"',
    'sort @timestamp desc',
    `limit ${decisionRows}`,
  ].join(' | ');
}

function alarmArn(streamName: string, direction: 'up' | 'down'): string {
  const place = `${pseudo('Region')}:${pseudo('AccountId')}`;
  return `arn:${pseudo('Partition')}:cloudwatch:${place}:alarm:${alarmNameOf(streamName, direction)}`;
}
