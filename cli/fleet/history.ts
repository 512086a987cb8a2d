/** What happened to a stream, from three sources: the alarms' history, the ledger on the stream, the functions' logs. */
import { CloudWatchClient, paginateDescribeAlarmHistory } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient, ListTagsForStreamCommand } from '@aws-sdk/client-kinesis';
import { alarmNameOf } from '../../core/alarm/alarm-definition.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { readLedger } from '../../core/stream/stream-tags.ts';
import { hourMs } from '../../core/time.ts';
import { type AwsAccess, clientOptions } from '../aws/access.ts';
import { evidenceText } from '../evidence-text.ts';
import type { Verdict } from '../exit-codes.ts';
import { readReportLine } from '../report-lines.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { noSuchStream } from './explained-stream.ts';
import { findDeployed } from './reconciler.ts';

export interface HistoryEntry {
  readonly atMs: number;
  readonly witness: 'alarm' | 'ledger' | 'function';
  readonly what: string;
}

export async function showHistory(stream: string, hours: number, session: Session): Promise<Verdict> {
  const access = await session.access();
  const nowMs = Date.now();
  const progress = session.startProgress('reading alarms, tags and logs');
  const entries = await readHistory(stream, {
    access,
    stack: session.stack,
    sinceMs: nowMs - hours * hourMs,
    nowMs,
  }).finally(progress.end);
  session.answer(
    session.format === 'json' ? JSON.stringify(entries, null, 2) : renderHistory(entries, session.columns),
  );
  return 'fine';
}

interface HistoryQuery {
  readonly access: AwsAccess;
  readonly stack: string;
  readonly sinceMs: number;
  readonly nowMs: number;
}

async function readHistory(stream: string, query: HistoryQuery): Promise<readonly HistoryEntry[]> {
  const { logGroups } = await findDeployed(query.access, query.stack);
  const entries = [
    // The ledger comes first, because only Kinesis fails for a stream that does not exist.
    ...(await ledgerEntries(stream, query)),
    ...(await alarmEntries(stream, query)),
    ...(await logEntries(stream, logGroups, query)),
  ];
  return entries.toSorted((a, b) => a.atMs - b.atMs);
}

async function alarmEntries(stream: string, { access, sinceMs }: HistoryQuery): Promise<readonly HistoryEntry[]> {
  const client = new CloudWatchClient(clientOptions(access));
  const entries: HistoryEntry[] = [];
  for (const AlarmName of [alarmNameOf(stream, 'up'), alarmNameOf(stream, 'down')]) {
    const pages = paginateDescribeAlarmHistory(
      { client },
      // At one moment, a change of state precedes the action that it set off.
      { AlarmName, StartDate: new Date(sinceMs), ScanBy: 'TimestampAscending' },
    );
    for await (const { AlarmHistoryItems = [] } of pages) {
      for (const { Timestamp, HistorySummary } of AlarmHistoryItems) {
        if (Timestamp)
          entries.push({ atMs: Timestamp.getTime(), witness: 'alarm', what: `${AlarmName}: ${HistorySummary ?? ''}` });
      }
    }
  }
  return entries;
}

async function ledgerEntries(
  stream: string,
  { access, sinceMs, nowMs }: HistoryQuery,
): Promise<readonly HistoryEntry[]> {
  const client = new KinesisClient(clientOptions(access));
  const { Tags = [] } = await client
    .send(new ListTagsForStreamCommand({ StreamName: stream }))
    .catch((error: Error) => {
      throw error.name === 'ResourceNotFoundException' ? noSuchStream(stream) : error;
    });
  const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  return readLedger(tags, nowMs)
    .filter((atMs) => atMs >= sinceMs)
    .map((atMs) => ({ atMs, witness: 'ledger', what: 'UpdateShardCount was called' }));
}

async function logEntries(
  stream: string,
  logGroups: readonly string[],
  { access, sinceMs }: HistoryQuery,
): Promise<readonly HistoryEntry[]> {
  const client = new CloudWatchLogsClient(clientOptions(access));
  const entries: HistoryEntry[] = [];
  const filterPattern = `{ $.streamName = ${JSON.stringify(stream)} }`;
  for (const logGroupName of logGroups) {
    const pages = paginateFilterLogEvents({ client }, { logGroupName, filterPattern, startTime: sinceMs });
    for await (const { events = [] } of pages) {
      entries.push(...events.flatMap(({ message = '' }) => logEntry(message)));
    }
  }
  return entries;
}

function logEntry(message: string): readonly HistoryEntry[] {
  const report = readReportLine(message);
  if (!report || report.outcome === 'agrees') return [];
  return [{ atMs: Date.parse(report.at), witness: 'function', what: describeReport(report) }];
}

function describeReport({ outcome, decision, findings }: ScalingReport): string {
  if (!decision) return `${outcome}: ${findings.map(({ kind }) => kind).join(', ')}`;
  const what =
    decision.kind === 'scale' ? `${decision.openShardCount} -> ${decision.targetShardCount}` : decision.reason;
  return `${outcome}: ${what} (${evidenceText(decision.because)})`;
}

/** Wide enough for a line of evidence; a narrower terminal wraps it earlier. */
const widestLine = 124;

function renderHistory(entries: readonly HistoryEntry[], columns = widestLine): string {
  if (entries.length === 0) return 'Nothing happened in that time.';
  const rows = entries.map(({ atMs, witness, what }) => [
    new Date(atMs).toISOString().slice(0, 19).replace('T', ' '),
    witness,
    what,
  ]);
  return renderTable([{ title: 'time (UTC)' }, { title: 'witness' }, { title: 'what', wrapTo: 20 }], rows, columns);
}
