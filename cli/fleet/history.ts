/** What happened to a stream, from three sources: the alarms' history, the ledger on the stream, the functions' logs. */
import { CloudWatchClient, paginateDescribeAlarmHistory } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient, ListTagsForStreamCommand } from '@aws-sdk/client-kinesis';
import Table from 'cli-table3';
import { alarmNameOf } from '../../core/alarm/alarm-definition.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { readLedger } from '../../core/stream/stream-tags.ts';
import { hourMs } from '../../core/time.ts';
import { evidenceText } from '../evidence-text.ts';
import { readReportLine } from '../report-lines.ts';
import { awsClientOptions, findDeployed, noSuchStream } from './reconciler.ts';
import type { ShowOptions } from './show.ts';

export interface HistoryEntry {
  readonly atMs: number;
  readonly witness: 'alarm' | 'ledger' | 'function';
  readonly what: string;
}

export async function showHistory(stream: string, options: ShowOptions & { readonly hours: number }): Promise<void> {
  const { logGroups } = await findDeployed(options);
  const nowMs = Date.now();
  const sinceMs = nowMs - options.hours * hourMs;
  const entries = [
    // The ledger comes first, because only Kinesis fails for a stream that does not exist.
    ...(await ledgerEntries(stream, sinceMs, nowMs)),
    ...(await alarmEntries(stream, sinceMs)),
    ...(await logEntries(stream, logGroups, sinceMs)),
  ].toSorted((a, b) => a.atMs - b.atMs);
  console.log(options.format === 'json' ? JSON.stringify(entries, null, 2) : renderHistory(entries));
}

async function alarmEntries(stream: string, sinceMs: number): Promise<readonly HistoryEntry[]> {
  const client = new CloudWatchClient(awsClientOptions());
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

async function ledgerEntries(stream: string, sinceMs: number, nowMs: number): Promise<readonly HistoryEntry[]> {
  const client = new KinesisClient(awsClientOptions());
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
  sinceMs: number,
): Promise<readonly HistoryEntry[]> {
  const client = new CloudWatchLogsClient(awsClientOptions());
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

function renderHistory(entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return 'Nothing happened in that time.';
  const table = new Table({
    head: ['time (UTC)', 'witness', 'what'],
    style: { head: [], border: [] },
    colWidths: [21, 10, 90],
    wordWrap: true,
  });
  for (const { atMs, witness, what } of entries)
    table.push([new Date(atMs).toISOString().slice(0, 19).replace('T', ' '), witness, what]);
  return table.toString();
}
