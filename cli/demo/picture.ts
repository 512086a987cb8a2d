/** Load against capacity, shards, throttled moments and decisions in one picture. */
import type { TopLevelSpec } from 'vega-lite';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { colors, fontFamily, pictureWidth, renderSvg } from '../../simulator/report/rendering.ts';
import type { RunMinute } from './run-record.ts';

const bucketMinutes = 5;

export function drawSvg(minutes: readonly RunMinute[], reports: readonly ScalingReport[]): Promise<string> {
  return renderSvg(specify(minutes, reports));
}

interface Bucket {
  readonly time: number;
  readonly load: number;
  readonly capacity: number;
  readonly shards: number;
  readonly throttled: number;
}

/** The worst of each bucket, so that a minute of throttling does not vanish in an average. */
function bucketMinutesOf(minutes: readonly RunMinute[]): readonly Bucket[] {
  const buckets: Bucket[] = [];
  for (let start = 0; start < minutes.length; start += bucketMinutes) {
    const group = minutes.slice(start, start + bucketMinutes);
    const [first] = group;
    if (!first) continue;
    buckets.push({
      time: first.atMs,
      load: Math.max(...group.map((minute) => minute.offeredRecordsPerSecond)),
      capacity: Math.min(...group.map((minute) => minute.capacityRecordsPerSecond)),
      shards: Math.max(...group.map((minute) => minute.openShardCount)),
      throttled: Math.max(...group.map((minute) => minute.rejectedRecordsPerSecond)),
    });
  }
  return buckets;
}

function specify(minutes: readonly RunMinute[], reports: readonly ScalingReport[]): TopLevelSpec {
  const buckets = bucketMinutesOf(minutes);
  return {
    background: '#ffffff',
    padding: 12,
    config: {
      font: fontFamily,
      view: { stroke: null },
      axis: { minExtent: 36, maxExtent: 36, labelFontSize: 12, labelColor: '#444' },
      title: { fontSize: 13, anchor: 'start', fontWeight: 'normal', color: '#222' },
    },
    spacing: 24,
    resolve: { scale: { x: 'shared' } },
    vconcat: [loadPanel(buckets), shardPanel(buckets, scalingsOf(reports))],
  };
}

type Panel = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];

interface Scaling {
  readonly time: number;
  readonly direction: string;
  readonly label: string;
}

function scalingsOf(reports: readonly ScalingReport[]): Scaling[] {
  return reports.flatMap(({ at, outcome, decision }) => {
    if (outcome !== 'scaled' || decision?.kind !== 'scale') return [];
    const { direction, openShardCount, targetShardCount } = decision;
    return [{ time: Date.parse(at), direction, label: `${openShardCount} → ${targetShardCount}` }];
  });
}

const time = {
  field: 'time',
  type: 'temporal',
  scale: { type: 'utc' },
  axis: { title: null, format: '%a %H:%M', grid: false },
} as const;

function loadPanel(buckets: readonly Bucket[]): Panel {
  const values = [...buckets];
  const quantity = (field: keyof Bucket) => ({ field, type: 'quantitative' }) as const;
  return {
    width: pictureWidth,
    height: 260,
    title: 'Records per second: load (blue), capacity of the open shards (grey), throttled (red)',
    layer: [
      {
        data: { values },
        mark: { type: 'area', interpolate: 'step-after', color: colors.capacity, opacity: 0.18 },
        encoding: { x: time, y: { ...quantity('capacity'), axis: { title: null, format: '~s' } } },
      },
      {
        data: { values },
        mark: { type: 'line', interpolate: 'step-after', color: colors.capacity, strokeWidth: 1.5 },
        encoding: { x: time, y: quantity('capacity') },
      },
      {
        data: { values },
        mark: { type: 'line', color: colors.load, strokeWidth: 1.5 },
        encoding: { x: time, y: quantity('load') },
      },
      {
        data: { values: values.filter(({ throttled }) => throttled > 0) },
        mark: { type: 'bar', color: colors.throttled, width: 2 },
        encoding: { x: time, y: quantity('throttled') },
      },
    ],
  };
}

function shardPanel(buckets: readonly Bucket[], scalings: Scaling[]): Panel {
  const color = {
    field: 'direction',
    type: 'nominal',
    scale: { domain: ['up', 'down'], range: [colors.up, colors.down] },
    legend: null,
  } as const;
  const most = Math.max(...buckets.map(({ shards }) => shards));
  const y = {
    field: 'shards',
    type: 'quantitative',
    scale: { domainMax: most * 1.25 },
    axis: { title: null, tickMinStep: 1 },
  } as const;
  return {
    width: pictureWidth,
    height: 130,
    title: 'Open shards, and each scaling',
    layer: [
      {
        data: { values: [...buckets] },
        mark: { type: 'line', interpolate: 'step-after', color: '#333333', strokeWidth: 2 },
        encoding: { x: time, y },
      },
      {
        data: { values: scalings },
        mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1.2 },
        encoding: { x: time, color },
      },
      {
        data: { values: scalings },
        mark: { type: 'text', align: 'left', dx: 4, dy: 8, fontSize: 12 },
        encoding: { x: time, y: { value: 0 }, text: { field: 'label' }, color },
      },
    ],
  };
}
