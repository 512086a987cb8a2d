/** The run as one self-contained HTML page: no script, no network. */

import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { escapeHtml } from '../../simulator/report/html-text.ts';
import { evidenceText } from '../evidence-text.ts';
import { type RunRecord, summarize } from './run-record.ts';
import { scalingReason } from './timeline.ts';

export function renderPage(run: RunRecord, svg: string): string {
  const figures = summarize(run.minutes);
  const scaled = run.reports.filter(({ outcome }) => outcome === 'scaled');
  const saved = 1 - figures.shardHours / figures.peakShardHours;
  const tiles = [
    ['Scalings', String(scaled.length)],
    ['Shard-hours', `${Math.round(figures.shardHours)}`],
    ['Saved against the peak', `${Math.round(saved * 100)} %`],
    ['Throttled records', `${((100 * figures.throttledRecords) / figures.offeredRecords).toFixed(2)} %`],
    ['Everything agrees', run.agreement.disagreements.length === 0 ? 'yes' : 'no'],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(run.streamName)}: shards follow the load</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Shards follow the load</h1>
<p>Stream <strong>${escapeHtml(run.streamName)}</strong>, trace ${escapeHtml(run.trace)}, ${Math.round(run.minutes.length / 60)} hours on local AWS: real CloudWatch alarm math, the deployed bundle, the synthesized stack.</p>
<dl class="tiles">${tiles.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>
<figure>${svg.replace(/ width="\d+" height="\d+"/, ' role="img" aria-label="Load, capacity, shards and scalings over time"')}</figure>
<h2>Decisions</h2>
<div class="scroll"><table>
<thead><tr><th>Time (UTC)</th><th>What</th><th>Because</th></tr></thead>
<tbody>${run.reports.map(renderReport).join('')}</tbody>
</table></div>
<h2>At the end</h2>
${renderAgreement(run)}
</main>
</body>
</html>
`;
}

function renderReport({ at, outcome, decision, findings }: ScalingReport): string {
  if (decision?.kind === 'scale' && outcome === 'scaled') {
    const what = `${decision.direction === 'up' ? '▲' : '▼'} ${decision.openShardCount} → ${decision.targetShardCount} shards`;
    return row(at, `<span class="${decision.direction}">${what}</span>`, scalingReason(decision.because));
  }
  if (outcome === 'converged') return row(at, '↻ converged', findings.map(({ kind }) => kind).join(', '));
  if (decision?.kind === 'hold') return row(at, `held: ${escapeHtml(decision.reason)}`, evidenceText(decision.because));
  return row(at, escapeHtml(outcome), '');
}

function row(at: string, what: string, because: string): string {
  return `<tr><td>${escapeHtml(at.slice(0, 16).replace('T', ' '))}</td><td>${what}</td><td>${escapeHtml(because)}</td></tr>`;
}

function renderAgreement({ agreement }: RunRecord): string {
  if (agreement.disagreements.length > 0) {
    return `<ul class="bad">${agreement.disagreements.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`;
  }
  return `<p>${agreement.openShardCount} open shards; both alarms judge by that number with the thresholds of the settings, none is stuck in ALARM, the tags tell the last scaling, and the consumer’s reserved concurrency fits.</p>`;
}

const style = `
:root{color-scheme:light}
body{margin:0;font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:#1c2024;background:#f6f7f9}
main{max-width:1080px;margin:0 auto;padding:24px 16px 48px}
h1{font-size:1.6rem;margin:0 0 4px}h2{font-size:1.15rem;margin:32px 0 8px}p{margin:0 0 16px;color:#444}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 20px}
.tiles div,figure,.scroll{background:#fff;border:1px solid #e2e5ea;border-radius:8px}
.tiles div{padding:12px 14px}.tiles dt{font-size:.8rem;color:#666}.tiles dd{margin:0;font-size:1.4rem;font-weight:600}
figure{margin:0;padding:8px;overflow-x:auto}figure svg{width:100%;min-width:640px;height:auto;display:block}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:7px 12px;border-bottom:1px solid #eef0f3;vertical-align:top}th{color:#666;font-weight:500}
td:first-child,td:nth-child(2){white-space:nowrap}td:last-child{color:#555}
.up{color:#1a7f4b;font-weight:600}.down{color:#b26a00;font-weight:600}.bad{color:#b3261e}
`;
