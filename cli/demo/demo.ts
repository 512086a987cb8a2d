/**
 * The whole product on one machine: starts a local AWS, synthesizes the CDK app, deploys its template there and plays days of
 * real traffic on the discrete-event clock while the deployed bundle scales the stream.
 */
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import type { PolicyName } from '../../core/settings/stream-settings.ts';
import { minuteMs } from '../../core/time.ts';
import { synthesize } from '../../infra/synthesis.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { readReportLine } from '../report-lines.ts';
import { styled } from '../style.ts';
import { clientsOf, connectProcessor, createProcessor } from './account-setup.ts';
import { checkAgreement } from './agreement.ts';
import { compareRun } from './comparison.ts';
import { type DemoLoadOptions, readLoad } from './demo-load.ts';
import { consumer, deploymentOf, expectationOf, streamName } from './deployment.ts';
import type { RunMinute, RunRecord } from './run-record.ts';
import { type DemoSummary, printEnd, summarizeRun, writeRun } from './run-summary.ts';
import { timelineDecision, timelineHeader, timelineHour } from './timeline.ts';
import { Traffic } from './traffic.ts';

export interface DemoOptions extends DemoLoadOptions {
  readonly policy: PolicyName;
  readonly out: string;
}

/** A Monday, so that the days on the timeline are days of a week. */
const startMs = Date.UTC(2026, 2, 2);

export async function runDemo(options: DemoOptions, print: (line: string) => void): Promise<DemoSummary> {
  const load = readLoad(options);
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  print(styled('bold', 'Kinesis autoscaler: the synthesized stack on a local AWS'));
  const clock = new VirtualClock({ startMs });
  const started = performance.now();
  const [aws, assembly] = await Promise.all([
    startLocalAws({ clock }),
    synthesize({ deployment: deploymentOf(options.policy), outdir: join(out, 'cloud-assembly') }),
  ]);
  try {
    const reports = collectReports(aws, print);
    await createProcessor(aws, consumer.functionName);
    const deployed = await deploy(aws, assembly);
    await connectProcessor(aws, consumer.functionName, streamName);
    print(
      `${aws.endpoint}: deployed ${deployed.resourceCount} resources of ${relative('.', assembly.templatePath)} in ${seconds(started)}`,
    );
    print('');
    const minutes = await play(aws, clock, load, print);
    const agreement = await checkAgreement(expectationOf(options.policy), clientsOf(aws));
    const run: RunRecord = { streamName, trace: options.trace ?? 'ms-ingress-04', minutes, reports, agreement };
    const comparison = compareRun(options.policy, minutes);
    const paths = await writeRun(run, comparison, out);
    printEnd(run, comparison, paths, seconds(started), print);
    return summarizeRun(run, paths.page);
  } finally {
    await aws.stop();
  }
}

/** Collects the reports that the functions log, and prints each when it is logged. */
function collectReports(aws: LocalAws, print: (line: string) => void): ScalingReport[] {
  const reports: ScalingReport[] = [];
  aws.logs.onEvent(({ message }) => {
    const report = readReportLine(message);
    const line = report && timelineDecision(report);
    if (!report || line === undefined) return;
    reports.push(report);
    print(line);
  });
  return reports;
}

async function play(
  aws: LocalAws,
  clock: VirtualClock,
  load: Float64Array,
  print: (line: string) => void,
): Promise<readonly RunMinute[]> {
  const traffic = new Traffic(aws, streamName, {
    functionName: consumer.functionName,
    recordsPerSecondPerExecution: 1_000,
  });
  const minutes: RunMinute[] = [];
  print(timelineHeader());
  const firstMinute = Math.ceil(clock.nowMs() / minuteMs);
  for (const [index, shards] of load.entries()) {
    const atMs = (firstMinute + index) * minuteMs;
    await clock.runUntil(atMs);
    minutes.push(traffic.playMinute(atMs, shards * 1_000));
    if (minutes.length % 60 === 0) print(timelineHour(minutes.slice(-60)));
  }
  // The scalings that the last minutes set off come to their end.
  await clock.runUntil((firstMinute + load.length + 10) * minuteMs);
  return minutes;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
