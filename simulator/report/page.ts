/** A comparison as one self-contained HTML page: pictures and table, no script, no network. */
import { dayMinutes } from '../../core/time.ts';
import { candidatePolicies, isCandidatePolicy } from '../candidate-policies.ts';
import type { Comparison } from '../comparison.ts';
import { describeOptimum } from '../optimum.ts';
import { PASS_FRACTION, type Scorecard } from '../scorecard.ts';
import { drawCosts, drawRuns } from './charts.ts';
import { escapeHtml } from './html-text.ts';

export interface PageFacts {
  /** What was assumed: unit, record size, model, prices with region and month. */
  readonly assumptions: readonly string[];
}

export async function renderPage(load: Float64Array, comparison: Comparison, facts: PageFacts): Promise<string> {
  const { trace, peakShards, results, optimum } = comparison;
  const [costs, runs] = [await drawCosts(comparison), await drawRuns(load, comparison)];
  const days = load.length / dayMinutes;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(trace)}: what each policy would have cost</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>What each policy would have cost and throttled</h1>
<p>Trace <strong>${escapeHtml(trace)}</strong>, ${days.toFixed(1)} days, peak ${peakShards.toFixed(1)} shards. Clairvoyant optimum: ${describeOptimum(optimum)}.</p>
<div class="scroll"><table>
<thead><tr><th>Policy</th><th>Throttled</th><th>Shard-hours</th><th>/ optimum</th><th>Dollars</th><th>/ optimum</th><th>Minutes throttled</th><th>Calls</th><th>Most in 24 h</th><th>Refused</th></tr></thead>
<tbody>${results.map(renderResult).join('')}</tbody>
</table></div>
<h2>Cost against throttling</h2>
${figure(costs, 'Dollars against throttled share of records, one point a policy')}
<h2>Load and capacity</h2>
<p>Blue: offered load. Grey: shards that serve. Red: throttled. Ticks below: calls, green up, brown down.</p>
${figure(runs, 'Load against capacity over time, one panel a policy')}
<h2>Assumptions</h2>
<ul>${facts.assumptions.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>
</main>
</body>
</html>
`;
}

function figure(svg: string, label: string): string {
  return `<figure>${svg.replace(/ width="\d+" height="\d+"/, ` role="img" aria-label="${label}"`)}</figure>`;
}

function renderResult(score: Scorecard): string {
  const { policy, shardHours, ratioToOptimum, dollars, dollarRatioToOptimum, throttledFraction } = score;
  const about = isCandidatePolicy(policy) ? candidatePolicies[policy].about : '';
  const passed = throttledFraction <= PASS_FRACTION;
  const cells = [
    `<span class="${passed ? 'good' : 'bad'}">${(100 * throttledFraction).toFixed(3)} %</span>`,
    shardHours?.toFixed(0) ?? '–',
    ratioToOptimum?.toFixed(2) ?? '–',
    dollars.toFixed(2),
    dollarRatioToOptimum.toFixed(2),
    String(score.throttledMinutes),
    String(score.updateShardCountCalls),
    String(score.maxCallsIn24h),
    String(score.refusals),
  ];
  return `<tr><td title="${escapeHtml(about)}">${escapeHtml(policy)}</td>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

const style = `
:root{color-scheme:light}
body{margin:0;font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:#1c2024;background:#f6f7f9}
main{max-width:1080px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:1.6rem;margin:0 0 4px}h2{font-size:1.15rem;margin:32px 0 8px}p{margin:0 0 16px;color:#444}
figure,.scroll{background:#fff;border:1px solid #e2e5ea;border-radius:8px;overflow-x:auto}
figure{margin:0;padding:8px}figure svg{width:100%;min-width:640px;height:auto;display:block}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:right;padding:7px 12px;border-bottom:1px solid #eef0f3;white-space:nowrap}th{color:#666;font-weight:500}
th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:#fff}
.good{color:#1a7f4b}.bad{color:#c8321f;font-weight:600}li{color:#444}
`;
