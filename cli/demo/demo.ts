/**
 * The whole product on one machine: local AWS comes up, the CDK app is synthesized, the template is deployed into it, and
 * days of real traffic pass on the discrete-event clock while the deployed bundle scales the stream.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { describeFaults } from '../../core/settings/deployment.ts';
import { isLoadDriven, type PolicyName } from '../../core/settings/stream-settings.ts';
import { dayMinutes, minuteMs } from '../../core/time.ts';
import { synthesize } from '../../infra/synthesis.ts';
import { deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { toLoad } from '../../simulator/load.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';
import { renderPng } from '../../simulator/report/rendering.ts';
import { readTraceFile } from '../../simulator/trace-file.ts';
import { readReportLine } from '../report-lines.ts';
import { UsageError } from '../usage-error.ts';
import { clientsOf, createProcessor } from './account-setup.ts';
import { type Agreement, checkAgreement, type Expectation } from './agreement.ts';
import { renderPage } from './page.ts';
import { drawSvg } from './picture.ts';
import type { RunMinute, RunRecord } from './run-record.ts';
import { scalingReason, timelineDecision, timelineHeader, timelineHour } from './timeline.ts';
import { Traffic } from './traffic.ts';

export interface DemoOptions {
  readonly policy: PolicyName;
  readonly trace?: string;
  readonly startDay: number;
  readonly days: number;
  readonly peakShards: number;
  readonly out: string;
}

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

const shippedTrace = fileURLToPath(new URL('../../traces/ms-ingress-04.csv.gz', import.meta.url));
/** A Monday, so that the days on the timeline are days of a week. */
const startMs = Date.UTC(2026, 2, 2);

const streamName = 'orders';
const bounds = { minShards: 1, maxShards: 32 };
const thresholds = { scaleUpThreshold: 0.75, scaleDownThreshold: 0.25 };
const consumer = { functionName: 'orders-processor', lambdasPerShard: 2 };
const initialShardCount = 8;

export async function runDemo(options: DemoOptions, print: (line: string) => void): Promise<DemoSummary> {
  const load = readLoad(options);
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  print(styleText('bold', 'Kinesis autoscaler: the synthesized stack on a local AWS'));
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
    print(
      `${aws.endpoint}: deployed ${deployed.resourceCount} resources of ${relative('.', assembly.templatePath)} in ${seconds(started)}`,
    );
    print('');
    const minutes = await play(aws, clock, load, print);
    const agreement = await checkAgreement(
      { streamName, ...bounds, ...expectedThresholds(options.policy), consumer },
      clientsOf(aws),
    );
    const run: RunRecord = { streamName, trace: options.trace ?? 'ms-ingress-04', minutes, reports, agreement };
    const paths = await writeRun(run, out);
    printEnd(run, paths, seconds(started), print);
    return summarizeRun(run, paths.page);
  } finally {
    await aws.stop();
  }
}

function deploymentOf(policy: PolicyName) {
  const functionArn = `arn:aws:lambda:eu-west-1:123456789012:function:${consumer.functionName}`;
  const stream = {
    name: streamName,
    create: true,
    shardCount: initialShardCount,
    policy,
    ...bounds,
    ...(isLoadDriven({ policy }) ? {} : thresholds),
    consumers: [{ functionArn, lambdasPerShard: consumer.lambdasPerShard }],
  };
  return { dryRun: false, streams: [stream] };
}

/** With a policy that looks at demand the scale-up alarm is a net under full shards, and the other one rests. */
function expectedThresholds(policy: PolicyName): Pick<Expectation, 'scaleUpThreshold' | 'scaleDownThreshold'> {
  return isLoadDriven({ policy }) ? { scaleUpThreshold: 1, scaleDownThreshold: 'rests' } : thresholds;
}

function readLoad({ trace: path = shippedTrace, startDay, days, peakShards }: DemoOptions): Float64Array {
  const trace = readTraceFile(path, 'records');
  if (!trace.ok) throw new UsageError(describeFaults(trace.faults));
  const load = toLoad(trace.value, 'records', { kind: 'peak', peakShards });
  if (!load.ok) throw new UsageError(describeFaults(load.faults));
  const window = load.value.slice(startDay * dayMinutes, (startDay + days) * dayMinutes);
  if (window.length === 0)
    throw new UsageError(`--start-day ${startDay}: the trace ends after ${load.value.length / dayMinutes} days`);
  return window;
}

/** Reports as the functions log them, told as they fall. */
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
  // What the last minutes set off is let come to its end.
  await clock.runUntil((firstMinute + load.length + 10) * minuteMs);
  return minutes;
}

interface RunPaths {
  readonly page: string;
  readonly picture: string;
}

async function writeRun(run: RunRecord, out: string): Promise<RunPaths> {
  const svg = await drawSvg(run.minutes, run.reports);
  const paths = { page: join(out, 'demo.html'), picture: join(out, 'demo.png') };
  writeFileSync(paths.page, renderPage(run, svg));
  writeFileSync(paths.picture, renderPng(svg));
  return paths;
}

function printEnd({ agreement }: RunRecord, paths: RunPaths, took: string, print: (line: string) => void): void {
  print('');
  if (agreement.disagreements.length === 0) {
    print(
      styleText('green', `✓ stream, alarms, tags and consumer concurrency agree on ${agreement.openShardCount} shards`),
    );
  }
  for (const text of agreement.disagreements) print(styleText('red', `✗ ${text}`));
  print(`page     ${relative('.', paths.page)}`);
  print(`picture  ${relative('.', paths.picture)}`);
  print(`took     ${took}`);
}

function summarizeRun({ reports, agreement }: RunRecord, page: string): DemoSummary {
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

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}
