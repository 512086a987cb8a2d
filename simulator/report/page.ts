/** Renders a comparison as one self-contained HTML page: pictures and table, no script, no network. */
import { dayMinutes } from '../../core/time.ts';
import { monthlyDollars } from '../advisor.ts';
import { candidatePolicies, isCandidatePolicy } from '../candidate-policies.ts';
import type { Comparison } from '../comparison.ts';
import { describeOptimum } from '../optimum.ts';
import { PASS_FRACTION, type Scorecard } from '../scorecard.ts';
import { drawCosts, drawRuns } from './charts.ts';
import { escapeHtml, figure, type HtmlColumn, htmlTable, renderDocument } from './html.ts';
import { standingOf } from './standing.ts';

export interface PageFacts {
  /** What was assumed: unit, record size, model, prices with region and month. */
  readonly assumptions: readonly string[];
  /** The comparison as a sentence. */
  readonly conclusion: string;
}

const columns: readonly HtmlColumn[] = [
  { title: 'Policy' },
  ...[
    'Dollars a month',
    'Throttled',
    'Shard-hours',
    'Shard-hours / optimum',
    'Dollars / optimum',
    'Minutes throttled',
    'Calls',
    'Most in 24 h',
    'Refused',
  ].map((title) => ({ title, isNumber: true })),
];

export async function renderPage(load: Float64Array, comparison: Comparison, facts: PageFacts): Promise<string> {
  const { trace, peakShards, results, optimum } = comparison;
  const [costs, runs] = [await drawCosts(load, comparison), await drawRuns(load, comparison)];
  const days = load.length / dayMinutes;
  const body = `<h1>What each policy would have cost and throttled</h1>
<p>Trace <strong>${escapeHtml(trace)}</strong>, ${days.toFixed(1)} days, peak ${peakShards.toFixed(1)} shards. Clairvoyant optimum: ${describeOptimum(optimum)}.</p>
<p class="conclusion">${escapeHtml(facts.conclusion.replaceAll('`', ''))}</p>
${htmlTable(
  columns,
  results.map((score) => renderResult(score, comparison, load.length / 60)),
)}
<h2>Cost and throttling</h2>
${figure(costs, 'Dollars a month and throttled share of the records, one row a policy', 'Diamond: the cheapest that throttles at most 0.1 %. Square: needs hindsight.')}
<h2>Load and capacity</h2>
${figure(runs, 'Load against capacity over time, one panel a policy', legend)}
<h2>Assumptions</h2>
<ul>${facts.assumptions.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
  return renderDocument(`${trace}: what each policy would have cost`, body);
}

const legend =
  'Shards. Blue: offered load. Grey: shards that serve. Red: load that was rejected. Triangles: calls, <span class="up">▲ up</span>, <span class="down">▼ down</span>; a month or more is too long for them. Where a pixel stands for several minutes, load and shards are drawn from the least to the most.';

function renderResult(score: Scorecard, comparison: Comparison, hours: number): readonly string[] {
  const { policy, shardHours, ratioToOptimum, dollars, dollarRatioToOptimum, throttledFraction } = score;
  const passed = throttledFraction <= PASS_FRACTION;
  return [
    nameOf(policy, comparison),
    monthlyDollars(dollars, hours).toFixed(2),
    `<span class="${passed ? 'good' : 'bad'}">${(100 * throttledFraction).toFixed(3)} %${passed ? '' : ' ✗'}</span>`,
    shardHours?.toFixed(0) ?? '–',
    ratioToOptimum?.toFixed(2) ?? '–',
    dollarRatioToOptimum.toFixed(2),
    String(score.throttledMinutes),
    String(score.updateShardCountCalls),
    String(score.maxCallsIn24h),
    String(score.refusals),
  ];
}

function nameOf(policy: string, comparison: Comparison): string {
  const about = isCandidatePolicy(policy) ? candidatePolicies[policy].about : '';
  const { isBest, isDefault, remarks } = standingOf(policy, comparison);
  const badges = remarks.map((remark, index) => {
    const kind = isBest && index === 0 ? ' best' : isDefault ? ' default' : '';
    return `<span class="badge${kind}">${escapeHtml(remark)}</span>`;
  });
  return `<span title="${escapeHtml(about)}">${escapeHtml(policy)}</span>${badges.join('')}`;
}
