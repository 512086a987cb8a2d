/** The fleet at a glance, one row per stream. */
import { severityOf } from '../../core/plan/findings.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';
import { type Column, renderTable } from '../table.ts';
import type { ExplainedStream } from './explained-stream.ts';

export interface StatusRow {
  /** Null when neither an option nor the environment names it: the profile's. */
  readonly region: string | null;
  readonly streamName: string;
  readonly status: string;
  /** `PROVISIONED` or `ON_DEMAND`; like every other null, unknown because the stream could not be read. */
  readonly mode: string | null;
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

export function statusRow(
  region: string | null,
  answer: ExplainAnswer,
  utilization: ReadonlyMap<string, number>,
): StatusRow {
  if (!answer.ok) return unreadable(region, answer);
  const { explanation } = answer;
  return {
    region,
    streamName: explanation.streamName,
    status: explanation.status,
    mode: explanation.mode,
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
    drift: findingsOf(answer),
  };
}

/** What is out of line: findings of drift, faults in tags, a count outside the bounds, calls that failed. */
function findingsOf({ explanation, failures }: ExplainedStream): readonly string[] {
  const { drift, enforcement: outOfBounds, faults } = explanation;
  return [
    ...drift.findings.map(({ kind }) => kind),
    ...(outOfBounds ? ['outside its bounds'] : []),
    ...faults.map(({ field }) => `fault in ${field}`),
    ...failures.map(({ call, code }) => `${call}: ${code}`),
  ];
}

/** Whether somebody must see to the stream. What the next reconcile repairs, or what ends by itself, is only shown. */
export function needsAttention(answer: ExplainAnswer): boolean {
  if (!answer.ok || answer.failures.length > 0) return true;
  const { drift, enforcement: outOfBounds, faults } = answer.explanation;
  return (
    outOfBounds !== undefined ||
    faults.length > 0 ||
    drift.findings.some((finding) => ['broken', 'standing'].includes(severityOf(finding)))
  );
}

export interface StatusLayout {
  /** Of the terminal; undefined: as wide as the texts are. */
  readonly columns?: number | undefined;
  readonly showsRegion?: boolean;
}

export function renderStatus(rows: readonly StatusRow[], { columns, showsRegion = false }: StatusLayout = {}): string {
  const head = showsRegion ? [{ title: 'region' }, ...statusColumns] : statusColumns;
  const cells = rows.map((row) => (showsRegion ? [row.region ?? '-', ...cellsOf(row)] : cellsOf(row)));
  const note = rows.some(({ dryRun }) => dryRun) ? '\nDry run: it decides and notifies, and changes nothing.' : '';
  return renderTable(head, cells, columns) + note;
}

const statusColumns: readonly Column[] = [
  { title: 'stream', wrapTo: 16 },
  { title: 'status' },
  { title: 'shards' },
  { title: 'min-max' },
  { title: 'used' },
  { title: 'alarms' },
  { title: 'last scaling (UTC)', wrapTo: 10 },
  { title: 'calls left', wrapTo: 5 },
  { title: 'drift', wrapTo: 14 },
];

function cellsOf(row: StatusRow): readonly string[] {
  const isOnDemand = row.mode === 'ON_DEMAND';
  return [
    row.streamName,
    isOnDemand ? `${row.status}\non-demand` : row.status,
    String(row.shards ?? '-'),
    row.minShards === null || isOnDemand ? '-' : `${row.minShards}-${row.maxShards}`,
    row.utilization === null ? '-' : `${Math.round(row.utilization * 100)} %`,
    isOnDemand ? '-' : alarmsOf(row),
    row.lastScaledAt ?? (row.shards === null ? '-' : 'never'),
    isOnDemand ? '-' : callsOf(row),
    row.drift.join('\n') || 'none',
  ];
}

function callsOf({ callsLeft, nextSlotAt }: StatusRow): string {
  return nextSlotAt === null ? String(callsLeft ?? '-') : `${callsLeft}\nnext ${nextSlotAt.slice(5)}`;
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

function unreadable(region: string | null, { streamName, failures }: ExplainAnswer): StatusRow {
  return {
    region,
    streamName,
    status: 'unreadable',
    mode: null,
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
