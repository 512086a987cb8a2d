/**
 * Load against capacity, shards, throttled moments and decisions in one picture: SVG by vega-lite (the same bytes for the
 * same run), PNG by resvg with a font that ships with it, so that it looks the same on every machine.
 */
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { ScalingReport } from '../../core/scaling-report.ts';
import type { RunMinute } from './run-record.ts';

const fontFile = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const fontFamily = 'DejaVu Sans';
const bucketMinutes = 5;
const pictureWidth = 1000;

const colors = { load: '#2563a8', capacity: '#8a8f98', throttled: '#c8321f', up: '#1a7f4b', down: '#b26a00' } as const;

export async function drawSvg(minutes: readonly RunMinute[], reports: readonly ScalingReport[]): Promise<string> {
  const view = new View(parse(compile(specify(minutes, reports)).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

export function renderPng(svg: string): Buffer {
  return new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'width', value: pictureWidth * 2 },
    font: { loadSystemFonts: false, fontFiles: [fontFile], defaultFontFamily: fontFamily },
  })
    .render()
    .asPng();
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
  const scalings = reports.flatMap(({ at, outcome, decision }) =>
    outcome === 'scaled' && decision?.kind === 'scale'
      ? [
          {
            time: Date.parse(at),
            direction: decision.direction,
            label: `${decision.openShardCount} → ${decision.targetShardCount}`,
          },
        ]
      : [],
  );
  const time = {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc' },
    axis: { title: null, format: '%a %H:%M', grid: false },
  } as const;
  const decisionColor = {
    field: 'direction',
    type: 'nominal',
    scale: { domain: ['up', 'down'], range: [colors.up, colors.down] },
    legend: null,
  } as const;
  return {
    background: '#ffffff',
    padding: 12,
    config: {
      font: fontFamily,
      view: { stroke: null },
      axis: {
        minExtent: 36,
        maxExtent: 36,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: 'normal',
        labelColor: '#444',
        titleColor: '#444',
      },
      title: { fontSize: 13, anchor: 'start', fontWeight: 'normal', color: '#222' },
    },
    spacing: 24,
    resolve: { scale: { x: 'shared' } },
    vconcat: [
      {
        width: pictureWidth,
        height: 260,
        title: 'Records per second: load (blue), capacity of the open shards (grey), throttled (red)',
        layer: [
          {
            data: { values: [...buckets] },
            mark: { type: 'area', interpolate: 'step-after', color: colors.capacity, opacity: 0.18 },
            encoding: { x: time, y: { field: 'capacity', type: 'quantitative', axis: { title: null, format: '~s' } } },
          },
          {
            data: { values: [...buckets] },
            mark: { type: 'line', interpolate: 'step-after', color: colors.capacity, strokeWidth: 1.5 },
            encoding: { x: time, y: { field: 'capacity', type: 'quantitative' } },
          },
          {
            data: { values: [...buckets] },
            mark: { type: 'line', color: colors.load, strokeWidth: 1.5 },
            encoding: { x: time, y: { field: 'load', type: 'quantitative' } },
          },
          {
            data: { values: buckets.filter(({ throttled }) => throttled > 0) },
            mark: { type: 'bar', color: colors.throttled, width: 2 },
            encoding: { x: time, y: { field: 'throttled', type: 'quantitative' } },
          },
        ],
      },
      {
        width: pictureWidth,
        height: 130,
        title: 'Open shards, and each scaling',
        layer: [
          {
            data: { values: [...buckets] },
            mark: { type: 'line', interpolate: 'step-after', color: '#333333', strokeWidth: 2 },
            encoding: {
              x: time,
              y: {
                field: 'shards',
                type: 'quantitative',
                scale: { domainMax: Math.max(...buckets.map(({ shards }) => shards)) * 1.25 },
                axis: { title: null, tickMinStep: 1 },
              },
            },
          },
          {
            data: { values: scalings },
            mark: { type: 'rule', strokeDash: [4, 3], strokeWidth: 1.2 },
            encoding: { x: time, color: decisionColor },
          },
          {
            data: { values: scalings },
            mark: { type: 'text', align: 'left', dx: 4, dy: 8, fontSize: 12 },
            encoding: { x: time, y: { value: 0 }, text: { field: 'label' }, color: decisionColor },
          },
        ],
      },
    ],
  };
}
