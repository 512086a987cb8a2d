/** The run on the terminal: one line an hour, and each decision with its reason when it is made. */

import type { Evidence } from '../../core/decision/decision.ts';
import { type Finding, findingKinds, severityOf } from '../../core/plan/findings.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { minuteMs } from '../../core/time.ts';
import { evidenceText } from '../evidence-text.ts';
import { styled } from '../style.ts';
import type { RunMinute } from './run-record.ts';

const barWidth = 24;

export function timelineHeader(): string {
  return styled(
    'dim',
    `${'time (UTC)'.padEnd(10)} ${'records/s'.padStart(10)}  ${'utilization'.padEnd(barWidth + 6)} ${'shards'.padStart(6)}`,
  );
}

export function timelineHour(minutes: readonly RunMinute[]): string {
  const last = minutes.at(-1);
  if (!last) return '';
  const mean = (value: (minute: RunMinute) => number) =>
    minutes.reduce((sum, minute) => sum + value(minute), 0) / minutes.length;
  const load = mean((minute) => minute.offeredRecordsPerSecond);
  const utilization = mean((minute) => minute.offeredRecordsPerSecond / minute.capacityRecordsPerSecond);
  const throttled = mean((minute) => minute.rejectedRecordsPerSecond);
  const line = `${formatTime(last.atMs + minuteMs)} ${Math.round(load).toLocaleString('en-US').padStart(10)}  ${bar(utilization)} ${percent(utilization)} ${String(last.openShardCount).padStart(6)}`;
  return throttled > 0
    ? `${line}  ${styled('red', `throttled ${Math.ceil(throttled).toLocaleString('en-US')}/s`)}`
    : line;
}

/** Undefined for what needs no line: agreements, and notifications of a state other than ALARM. */
export function timelineDecision(report: ScalingReport): string | undefined {
  const text = describe(report);
  return text && `${formatTime(Date.parse(report.at))} ${text}`;
}

function describe({ outcome, decision, source, findings, needsRetry, failures }: ScalingReport): string | undefined {
  if (needsRetry)
    return styled(
      'red',
      `✗ ${outcome}: ${failures.map(({ call, code }) => `${call} ${code}`).join(', ') || 'see the log'}`,
    );
  if (outcome === 'scaled' && decision?.kind === 'scale') {
    const { direction, openShardCount, targetShardCount, because } = decision;
    const arrow = direction === 'up' ? '▲' : '▼';
    const text = `${arrow} scale ${direction} ${openShardCount} → ${targetShardCount}`;
    return `${styled(['bold', direction === 'up' ? 'green' : 'yellow'], text)}  ${styled('dim', scalingReason(because))}`;
  }
  if (outcome === 'converged')
    return `${styled('cyan', '↻ converged')}  ${styled('dim', describeConvergence(findings))}`;
  if (source === 'alarm' && decision?.kind === 'hold') {
    return `${styled('magenta', `• held: ${decision.reason}`)}  ${styled('dim', evidenceText(decision.because))}`;
  }
  return undefined;
}

/** What converge repaired, in words; where it only wrote down that something is over, that. */
export function describeConvergence(findings: readonly Finding[]): string {
  const repaired = findings.filter((finding) => severityOf(finding) === 'repaired');
  const shown = repaired.length > 0 ? repaired : findings.filter((finding) => severityOf(finding) === 'passing');
  return shown.map(({ kind }) => findingKinds[kind].means).join('; ');
}

/** Why it scaled, in words: `utilization at or above 0.75 of 8 shards; call 3 of 10 in 24 h`. */
export function scalingReason(because: Evidence): string {
  const { alarmName, judgedShardCount, threshold, offeredShards, policy, callsInLastDay, dailyQuota } = because;
  const call = `call ${Number(callsInLastDay) + 1} of ${dailyQuota} in 24 h`;
  if (offeredShards !== undefined) return `${policy}: ${offeredShards} shards' worth is offered; ${call}`;
  if (alarmName === undefined) return evidenceText(because);
  const side = String(alarmName).endsWith('-scale-up') ? 'at or above' : 'below';
  return `utilization ${side} ${threshold} of ${judgedShardCount} shards; ${call}`;
}

export function formatTime(ms: number): string {
  const time = new Date(ms);
  const day = time.toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' });
  return `${day} ${time.toISOString().slice(11, 16)} `;
}

function bar(utilization: number): string {
  const filled = Math.min(barWidth, Math.round(utilization * barWidth));
  const color = utilization >= 0.75 ? 'red' : utilization < 0.25 ? 'blue' : 'green';
  return styled(color, '█'.repeat(filled)) + styled('dim', '░'.repeat(barWidth - filled));
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`.padStart(5);
}
