/** The fleet at a glance, one row per stream. */
import Table from 'cli-table3';
import type { StreamExplanation } from '../../core/report/explanation.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';

export interface StatusRow {
  readonly streamName: string;
  readonly status: string;
  /** This and every other null: the stream could not be read. */
  readonly shards: number | null;
  readonly minShards: number | null;
  readonly maxShards: number | null;
  /** 0..1; null where there was no datapoint in the last minutes. */
  readonly utilization: number | null;
  readonly upAlarm: string;
  readonly downAlarm: string;
  readonly lastScaledAt: string | null;
  readonly callsLeft: number | null;
  readonly dryRun: boolean | null;
  readonly nextSlotAt: string | null;
  /** What is out of line, or why the stream could not be read. */
  readonly drift: readonly string[];
}

export function statusRow(answer: ExplainAnswer, utilization: ReadonlyMap<string, number>): StatusRow {
  if (!answer.ok) return unreadable(answer);
  const { explanation, failures } = answer;
  return {
    streamName: explanation.streamName,
    status: explanation.status,
    shards: explanation.openShardCount,
    minShards: explanation.minShards,
    maxShards: explanation.maxShards,
    utilization: utilization.get(explanation.streamName) ?? null,
    upAlarm: explanation.up.alarmState ?? 'missing',
    downAlarm: explanation.down.alarmState ?? 'missing',
    lastScaledAt: toTime(explanation.lastScaledAtMs),
    callsLeft: explanation.callsLeft,
    nextSlotAt: toTime(explanation.nextSlotAtMs),
    dryRun: explanation.dryRun,
    drift: [...driftOf(explanation), ...failures.map(({ call, code }) => `${call}: ${code}`)],
  };
}

export function renderStatus(rows: readonly StatusRow[]): string {
  const table = new Table({
    head: ['stream', 'status', 'shards', 'min-max', 'used', 'alarms', 'last scaling (UTC)', 'calls left', 'drift'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.streamName,
      row.status,
      row.shards ?? '-',
      row.minShards === null ? '-' : `${row.minShards}-${row.maxShards}`,
      row.utilization === null ? '-' : `${Math.round(row.utilization * 100)} %`,
      alarmsOf(row),
      row.lastScaledAt ?? (row.shards === null ? '-' : 'never'),
      row.nextSlotAt === null ? (row.callsLeft ?? '-') : `${row.callsLeft}\nnext ${row.nextSlotAt.slice(5)}`,
      row.drift.join('\n') || 'none',
    ]);
  }
  const note = rows.some(({ dryRun }) => dryRun) ? '\nDry run: it decides and notifies, and changes nothing.' : '';
  return table.toString() + note;
}

/** Both alarms are usually OK, so only another state gets a line. */
function alarmsOf({ upAlarm, downAlarm }: StatusRow): string {
  const notOk = [
    ['up', upAlarm],
    ['down', downAlarm],
  ].filter(([, state]) => state !== 'OK');
  return notOk.map(([direction, state]) => `${direction}: ${shortState(state)}`).join('\n') || 'OK';
}

function shortState(state: string | undefined): string | undefined {
  return state === 'INSUFFICIENT_DATA' ? 'no data' : state;
}

function driftOf({ drift, enforcement: outOfBounds, faults }: StreamExplanation): readonly string[] {
  const bound = outOfBounds ? ['outside its bounds'] : [];
  return [...drift.findings.map(({ kind }) => kind), ...bound, ...faults.map(({ field }) => `fault in ${field}`)];
}

function unreadable({ streamName, failures }: ExplainAnswer): StatusRow {
  return {
    streamName,
    status: 'unreadable',
    shards: null,
    minShards: null,
    maxShards: null,
    utilization: null,
    upAlarm: '?',
    downAlarm: '?',
    lastScaledAt: null,
    callsLeft: null,
    nextSlotAt: null,
    dryRun: null,
    drift: failures.map(({ call, code }) => `${call}: ${code}`),
  };
}

function toTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
