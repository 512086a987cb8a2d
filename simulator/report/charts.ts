/** The charts of a comparison, for a page and for a picture. */
import { dayMinutes } from '../../core/time.ts';
import type { Comparison } from '../comparison.ts';
import { costPanels } from './cost-chart.ts';
import type { Drawing } from './html.ts';
import { type Panel, plotWidth, renderPng, renderSvg, type Width, widths } from './rendering.ts';
import { runPanel } from './run-chart.ts';
import { costRowsOf, standingOf } from './standing.ts';

/** Load against capacity of every policy, one below the other. */
export function drawRuns(load: Float64Array, comparison: Comparison): Promise<Drawing> {
  return drawBoth((width) => runPanels(load, comparison, width));
}

/** Dollars and throttling of every policy and of the optimum. */
export function drawCosts(load: Float64Array, comparison: Comparison): Promise<Drawing> {
  return drawBoth((width) => costPanels(costRowsOf(load, comparison), { width: costWidth(width), per: 'a month' }));
}

export async function drawPng(load: Float64Array, comparison: Comparison): Promise<Buffer> {
  const costs = costPanels(costRowsOf(load, comparison), { width: plotWidth('wide'), per: 'a month' });
  const title = `${comparison.trace}, peak ${comparison.peakShards.toFixed(0)} shards`;
  return renderPng(await renderSvg([...costs, ...runPanels(load, comparison, 'wide')], 'wide', title));
}

export async function drawBoth(panelsOf: (width: Width) => readonly Panel[]): Promise<Drawing> {
  return { wide: await renderSvg(panelsOf('wide'), 'wide'), narrow: await renderSvg(panelsOf('narrow'), 'narrow') };
}

/** A chart without a vertical axis has its room as well. */
export function costWidth(width: Width): number {
  return widths[width] - 30;
}

/** One line, or two on a phone. */
function subtitleOf(policy: string, comparison: Comparison, width: Width): readonly string[] {
  const lines = [standingOf(policy, comparison).remarks.join(' · '), figuresOf(policy, comparison)].filter(Boolean);
  return width === 'narrow' ? lines : [lines.join(' · ')];
}

function figuresOf(policy: string, { results }: Comparison): string {
  const score = results.find((result) => result.policy === policy);
  if (score === undefined) return '';
  const { throttledFraction, updateShardCountCalls: calls } = score;
  const throttled = `${(100 * throttledFraction).toFixed(3)} % throttled`;
  return calls > 0 ? `${throttled}, ${calls === 1 ? '1 call' : `${calls} calls`}` : throttled;
}

function runPanels(load: Float64Array, comparison: Comparison, width: Width): readonly Panel[] {
  const { runs } = comparison;
  const days = load.length / dayMinutes;
  return runs.map((run, index) => {
    const isLast = index === runs.length - 1;
    const axis = { title: isLast ? 'days' : null, tickMinStep: 1, tickCount: width === 'wide' ? 12 : 5 };
    return runPanel(
      { load, capacity: run.capacity, throttled: run.throttled, calls: run.calls },
      {
        title: run.policy,
        subtitle: subtitleOf(run.policy, comparison, width),
        width: plotWidth(width),
        height: width === 'wide' ? 110 : 90,
        xOf: (minute) => Number((minute / dayMinutes).toFixed(4)),
        x: { field: 'x', type: 'quantitative', scale: { domain: [0, days], nice: false }, axis },
      },
    );
  });
}
