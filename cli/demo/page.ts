/** The run as one self-contained HTML page: no script, no network. */
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { type Drawing, escapeHtml, figure, htmlTable, renderDocument } from '../../simulator/report/html.ts';
import { evidenceText } from '../evidence-text.ts';
import { type DemoComparison, type DemoRow, percent } from './comparison.ts';
import { type RunRecord, summarize } from './run-record.ts';
import { describeConvergence, scalingReason } from './timeline.ts';

export interface DemoDrawings {
  readonly run: Drawing;
  readonly costs: Drawing;
}

export function renderPage(run: RunRecord, comparison: DemoComparison, drawings: DemoDrawings): string {
  const { streamName, trace, minutes, reports } = run;
  const hours = Math.round(minutes.length / 60);
  const body = `<h1>Shards follow the load</h1>
<p>Stream <strong>${escapeHtml(streamName)}</strong>, trace ${escapeHtml(trace)}, ${hours} hours on local AWS: real CloudWatch alarm math, the deployed bundle, the synthesized stack.</p>
${renderTiles(run, comparison)}
${figure(drawings.run, 'Load, capacity of the open shards and scalings over time')}
<h2>Against the alternatives</h2>
<p class="conclusion">${escapeHtml(comparison.sentence.replaceAll('`', ''))}</p>
${htmlTable(
  [
    { title: 'On the same days' },
    ...['Dollars a month', 'Throttled', 'Shard-hours'].map((title) => ({ title, isNumber: true })),
  ],
  comparison.rows.map(renderRow),
)}
${figure(drawings.costs, 'Dollars a month and throttled share of the records', 'This run as it was; the others from the simulator, on the same days. Diamond: the cheapest that throttles at most 0.1 %. Square: needs hindsight.')}
<h2>Decisions</h2>
<div class="scroll"><table class="stacked">
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">What</th><th scope="col">Because</th></tr></thead>
<tbody>${reports.map(renderReport).join('')}</tbody>
</table></div>
<h2>At the end</h2>
${renderAgreement(run)}`;
  return renderDocument(`${streamName}: shards follow the load`, body);
}

function renderTiles({ minutes, reports, agreement }: RunRecord, { rows }: DemoComparison): string {
  const figures = summarize(minutes);
  const scaled = reports.filter(({ outcome }) => outcome === 'scaled').length;
  const [run, fixed] = rows;
  const difference = run?.shardHours && fixed?.shardHours ? run.shardHours / fixed.shardHours - 1 : 0;
  const tiles: readonly (readonly [string, string])[] = [
    ['Scalings', String(scaled)],
    ['Shard-hours', String(Math.round(figures.shardHours))],
    ['Against fixed at the peak', `${difference >= 0 ? '+' : '−'}${Math.abs(Math.round(100 * difference))} %`],
    ['Throttled records', percent(run?.throttledFraction ?? 0)],
    ['Everything agrees', agreement.disagreements.length === 0 ? 'yes' : 'no'],
  ];
  return `<dl class="tiles">${tiles.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

function renderRow({ name, remarks, dollars, shardHours, throttledFraction, isBest }: DemoRow): readonly string[] {
  const badges = remarks.map((remark) => {
    const kind = isBest && remark.startsWith('cheapest') ? ' best' : '';
    return `<span class="badge${kind}">${escapeHtml(remark)}</span>`;
  });
  return [
    escapeHtml(name) + badges.join(''),
    dollars.toFixed(2),
    percent(throttledFraction),
    shardHours === null ? '–' : String(Math.round(shardHours)),
  ];
}

function renderReport({ at, outcome, decision, findings }: ScalingReport): string {
  if (decision?.kind === 'scale' && outcome === 'scaled') {
    const what = `${decision.direction === 'up' ? '▲' : '▼'} ${decision.openShardCount} → ${decision.targetShardCount} shards`;
    return row(at, `<span class="${decision.direction}">${what}</span>`, scalingReason(decision.because));
  }
  if (outcome === 'converged') return row(at, '↻ converged', describeConvergence(findings));
  if (decision?.kind === 'hold') return row(at, `held: ${escapeHtml(decision.reason)}`, evidenceText(decision.because));
  return row(at, escapeHtml(outcome), '');
}

function row(at: string, what: string, because: string): string {
  const time = escapeHtml(at.slice(0, 16).replace('T', ' '));
  return `<tr><td class="time">${time}</td><td class="time">${what}</td><td>${escapeHtml(because)}</td></tr>`;
}

function renderAgreement({ agreement }: RunRecord): string {
  if (agreement.disagreements.length > 0) {
    return `<ul class="bad">${agreement.disagreements.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
  }
  return `<p>${agreement.openShardCount} open shards. Both alarms judge by that number with the thresholds of the settings, none is stuck in ALARM, the tags show the last scaling, and the consumer’s reserved concurrency fits.</p>`;
}
