/** The end of a run: its files, its last lines and the JSON summary. */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { styled } from '../style.ts';
import { renderTable } from '../table.ts';
import type { Agreement } from './agreement.ts';
import { type DemoComparison, percent } from './comparison.ts';
import { renderPage } from './page.ts';
import { drawCosts, drawPng, drawRun } from './picture.ts';
import type { RunRecord } from './run-record.ts';
import { scalingReason } from './timeline.ts';

export interface DemoSummary {
  readonly ok: boolean;
  readonly scalings: readonly {
    readonly at: string;
    readonly direction: string;
    readonly from: number;
    readonly to: number;
    readonly reason: string;
  }[];
  readonly holds: readonly { readonly at: string; readonly reason: string; readonly because: object }[];
  readonly finalShardCount: number;
  readonly agree: Pick<Agreement, 'stream' | 'alarms' | 'tags' | 'concurrency'>;
  /** Path of the HTML page. */
  readonly report: string;
}

export interface RunPaths {
  readonly page: string;
  readonly picture: string;
}

export async function writeRun(run: RunRecord, comparison: DemoComparison, out: string): Promise<RunPaths> {
  const paths = { page: join(out, 'demo.html'), picture: join(out, 'demo.png') };
  const drawings = { run: await drawRun(run), costs: await drawCosts(comparison) };
  writeFileSync(paths.page, renderPage(run, comparison, drawings));
  writeFileSync(paths.picture, await drawPng(run, comparison));
  return paths;
}

export function printEnd(
  { agreement }: RunRecord,
  comparison: DemoComparison,
  paths: RunPaths,
  took: string,
  print: (line: string) => void,
): void {
  print('');
  print(renderComparison(comparison));
  print(comparison.sentence);
  print('');
  if (agreement.disagreements.length === 0) {
    print(
      styled('green', `✓ stream, alarms, tags and consumer concurrency agree on ${agreement.openShardCount} shards`),
    );
  }
  for (const text of agreement.disagreements) print(styled('red', `✗ ${text}`));
  print(`page     ${relative('.', paths.page)}`);
  print(`picture  ${relative('.', paths.picture)}`);
  print(`took     ${took}`);
}

function renderComparison({ rows }: DemoComparison): string {
  const figure = (title: string) => ({ title, align: 'right' as const });
  const head = [
    { title: 'on the same days', wrapTo: 20 },
    figure('shard-hours'),
    figure('dollars a month'),
    figure('throttled'),
  ];
  const cells = rows.map(({ name, remarks, shardHours, dollars, throttledFraction }) => [
    [name, ...remarks].join(', '),
    shardHours === null ? '-' : shardHours.toFixed(0),
    dollars.toFixed(2),
    percent(throttledFraction),
  ]);
  return renderTable(head, cells);
}

export function summarizeRun({ reports, agreement }: RunRecord, page: string): DemoSummary {
  const { stream, alarms, tags, concurrency } = agreement;
  return {
    ok: agreement.disagreements.length === 0,
    scalings: reports.flatMap(({ at, outcome, decision }) =>
      outcome === 'scaled' && decision?.kind === 'scale'
        ? [
            {
              at,
              direction: decision.direction,
              from: decision.openShardCount,
              to: decision.targetShardCount,
              reason: scalingReason(decision.because),
            },
          ]
        : [],
    ),
    holds: reports.flatMap(({ at, decision }) =>
      decision?.kind === 'hold' ? [{ at, reason: decision.reason, because: decision.because }] : [],
    ),
    finalShardCount: agreement.openShardCount,
    agree: { stream, alarms, tags, concurrency },
    report: relative('.', page),
  };
}
