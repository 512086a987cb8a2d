/** The pictures of a comparison. */
import type { TopLevelSpec } from 'vega-lite';
import type { Comparison } from '../comparison.ts';
import { PASS_FRACTION } from '../scorecard.ts';
import { bucketRun, bucketsOf, type Point } from './buckets.ts';
import { colors, fontFamily, pictureWidth, renderPng, renderSvg } from './rendering.ts';

/** Load against capacity of every policy, one below the other. */
export function drawRuns(load: Float64Array, { runs }: Comparison): Promise<string> {
  return renderSvg({ ...frame('Load, shards, throttled minutes and calls'), ...runPanels(load, runs) } as TopLevelSpec);
}

/** Dollars against throttling, the optimum marked. */
export function drawCosts(comparison: Comparison): Promise<string> {
  return renderSvg({ ...frame('Cost against throttling'), ...costPanel(comparison) } as TopLevelSpec);
}

export async function drawPng(load: Float64Array, comparison: Comparison): Promise<Buffer> {
  const spec = {
    ...frame(`${comparison.trace}, peak ${comparison.peakShards.toFixed(0)} shards`),
    vconcat: [costPanel(comparison), runPanels(load, comparison.runs)],
  };
  const svg = await renderSvg(spec as TopLevelSpec);
  return renderPng(svg);
}

function frame(title: string) {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, anchor: 'start' },
    config: { font: fontFamily, view: { stroke: null }, axis: { grid: true, gridColor: '#eef0f3' } },
  };
}

function runPanels(load: Float64Array, runs: Comparison['runs']) {
  const buckets = bucketsOf(load.length);
  const panels = runs.map((run) => runPanel(run.policy, bucketRun(load, run, buckets)));
  return { vconcat: panels, resolve: { scale: { x: 'shared' as const } } };
}

function runPanel(policy: string, points: readonly Point[]) {
  const x = { field: 'day', type: 'quantitative', title: 'days', axis: { tickMinStep: 1 } };
  const shards = (field: string) => ({ field, type: 'quantitative', title: 'shards' });
  return {
    title: { text: policy, anchor: 'start', fontSize: 12 },
    width: pictureWidth - 80,
    height: 110,
    data: { values: points },
    layer: [
      {
        mark: { type: 'area', interpolate: 'step-after', color: colors.capacity, opacity: 0.35 },
        encoding: { x, y: shards('capacity') },
      },
      { mark: { type: 'line', color: colors.load, strokeWidth: 1 }, encoding: { x, y: shards('load') } },
      {
        transform: [{ filter: 'datum.throttled > 0' }],
        mark: { type: 'point', shape: 'triangle-down', filled: true, size: 45, color: colors.throttled },
        encoding: { x, y: shards('load') },
      },
      {
        transform: [{ filter: 'datum.call !== 0' }],
        mark: { type: 'tick', orient: 'vertical', thickness: 1.5, height: 8 },
        encoding: {
          x,
          y: { value: 110 },
          color: {
            condition: { test: 'datum.call > 0', value: colors.up },
            value: colors.down,
          },
        },
      },
    ],
  };
}

function costPanel({ results, optimum }: Comparison) {
  const least = results.map(({ dollars, dollarRatioToOptimum }) => dollars / dollarRatioToOptimum)[0] ?? 0;
  const points = results.map(({ policy, dollars, throttledFraction }) => ({
    policy,
    dollars,
    throttled: 100 * throttledFraction,
  }));
  const all = [...points, { policy: 'optimum', dollars: least, throttled: 0 }];
  const x = {
    field: 'dollars',
    type: 'quantitative',
    title: 'dollars (logarithmic)',
    scale: { type: 'log', nice: false, padding: 40 },
  };
  const y = {
    field: 'throttled',
    type: 'quantitative',
    title: `throttled, % of records (limit ${100 * PASS_FRACTION})`,
  };
  const of = optimum.lowerBoundShardHours.toFixed(0);
  return {
    title: { text: `Optimum: ${of} shard-hours`, anchor: 'start', fontSize: 12 },
    width: pictureWidth - 80,
    height: 260,
    data: { values: all },
    layer: [
      {
        data: { values: [{ limit: 100 * PASS_FRACTION }] },
        mark: { type: 'rule', color: colors.throttled, strokeDash: [4, 4] },
        encoding: { y: { field: 'limit', type: 'quantitative' } },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: {
          x,
          y,
          color: { condition: { test: "datum.policy === 'optimum'", value: colors.up }, value: colors.load },
          shape: { condition: { test: "datum.policy === 'optimum'", value: 'diamond' }, value: 'circle' },
        },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'middle', dx: 6, dy: -4, angle: -30, fontSize: 11 },
        encoding: { x, y, text: { field: 'policy' } },
      },
    ],
  };
}
