/** Load against capacity with each scaling, and what the same days would have cost otherwise. */
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { costWidth, drawBoth } from '../../simulator/report/charts.ts';
import { costPanels } from '../../simulator/report/cost-chart.ts';
import type { Drawing } from '../../simulator/report/html.ts';
import type { ChartedRun } from '../../simulator/report/pixels.ts';
import { type Panel, plotWidth, renderPng, renderSvg, type Width } from '../../simulator/report/rendering.ts';
import { type ChartLabel, runPanel } from '../../simulator/report/run-chart.ts';
import type { DemoComparison } from './comparison.ts';
import type { RunMinute, RunRecord } from './run-record.ts';

export function drawRun(run: RunRecord): Promise<Drawing> {
  return drawBoth((width) => [runPanelOf(run, width)]);
}

export function drawCosts({ rows }: DemoComparison): Promise<Drawing> {
  return drawBoth((width) => costPanels(rows, { width: costWidth(width), per: 'a month' }));
}

export async function drawPng(run: RunRecord, { rows }: DemoComparison): Promise<Buffer> {
  const costs = costPanels(rows, { width: plotWidth('wide'), per: 'a month' });
  return renderPng(await renderSvg([runPanelOf(run, 'wide'), ...costs], 'wide', 'Shards follow the load'));
}

function runPanelOf({ minutes, reports }: RunRecord, width: Width): Panel {
  const startMs = minutes[0]?.atMs ?? 0;
  const xOf = (minute: number) => startMs + minute * 60_000;
  const domain = [xOf(0), xOf(minutes.length)];
  const axis = { title: null, format: '%a %H:%M', tickCount: width === 'wide' ? 10 : 4 };
  return runPanel(chartedRun(minutes), {
    title: 'Records per second, and each scaling with its shards',
    subtitle: ['blue: load · grey: capacity · red: throttled'],
    labelExpr: "datum.value === 0 ? '0' : format(datum.value, '~s')",
    width: plotWidth(width),
    height: width === 'wide' ? 280 : 200,
    xOf,
    x: { field: 'x', type: 'temporal', scale: { type: 'utc', domain, nice: false }, axis },
    labels: labelsOf(reports, startMs),
  });
}

function chartedRun(minutes: readonly RunMinute[]): ChartedRun {
  return {
    load: Float64Array.from(minutes, ({ offeredRecordsPerSecond }) => offeredRecordsPerSecond),
    capacity: Float64Array.from(minutes, ({ capacityRecordsPerSecond }) => capacityRecordsPerSecond),
    throttled: Float64Array.from(minutes, ({ rejectedRecordsPerSecond }) => rejectedRecordsPerSecond),
    calls: [],
  };
}

function labelsOf(reports: readonly ScalingReport[], startMs: number): readonly ChartLabel[] {
  return reports.flatMap(({ at, outcome, decision }) => {
    if (outcome !== 'scaled' || decision?.kind !== 'scale') return [];
    const { direction, openShardCount, targetShardCount } = decision;
    const minute = (Date.parse(at) - startMs) / 60_000;
    return [{ minute, isUp: direction === 'up', text: `${openShardCount} → ${targetShardCount}` }];
  });
}
