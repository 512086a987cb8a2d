/**
 * The figures: creating a fleet's alarms, a reconcile of a clean fleet, and every alarm of the fleet at the same moment. On the
 * discrete-event clock with a thousand streams, and over real sockets in real time with sixty.
 */
import { alarmNameOf } from '../../core/alarm/alarm-definition.ts';
import type { CallRecord } from '../../local/calls/call-log.ts';
import { RealClock, VirtualClock } from '../../simulator/models/clock.ts';
import { checkFleet, type FleetAgreement } from './agreement.ts';
import { type Bound, cleanBound, createAlarmsBound, stormBound } from './bounds.ts';
import { beginTraffic, type Fleet, startFleet } from './fleet.ts';

export interface FleetFigure {
  readonly bench: 'fleet-make-alarms' | 'fleet-reconcile-clean' | 'fleet-storm';
  readonly clock: 'discrete-event' | 'real';
  readonly streams: number;
  readonly elapsedSeconds: number;
  readonly boundSeconds: number;
  readonly bound: string;
  readonly ratio: number;
  /** Calls that change something. */
  readonly writingCalls: number;
  /** Calls that AWS refused for their rate. */
  readonly throttledCalls: number;
  readonly agreement?: FleetAgreement;
}

const minuteMs = 60_000;
const quiet = 0.5;
/** Above the threshold of 0.75 of four shards, and of eight between both thresholds. */
const busy = 0.85;

/** A thousand streams on the discrete-event clock. */
export async function runVirtualFleet(size: number): Promise<readonly FleetFigure[]> {
  const clock = new VirtualClock({ startMs: Date.UTC(2026, 2, 2) });
  const fleet = await startFleet({ clock, size, named: 'by their tags' });
  const pass = (ms: number) => clock.runUntil(clock.nowMs() + ms);
  try {
    const traffic = beginTraffic(fleet, quiet);
    const created = await createAlarms(fleet, pass);
    const clean = await reconcileClean(fleet, pass);
    traffic.utilization = busy;
    const storm = await scaleAll(fleet, 'discrete-event', pass);
    traffic.stop();
    return [created, clean, storm];
  } finally {
    await fleet.stop();
  }
}

/** Sixty streams in real time. */
export async function runRealFleet(size: number): Promise<readonly FleetFigure[]> {
  const clock = new RealClock();
  const fleet = await startFleet({ clock, size, named: 'by the stack' });
  const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  try {
    // The reconcile after the deployment handles alarms in ALARM at once, and must not be measured.
    while (fleet.aws.lambda.queue.size > 0) await pass(1_000);
    const traffic = beginTraffic(fleet, busy);
    const figure = await scaleAll(fleet, 'real', pass);
    traffic.stop();
    return [figure];
  } finally {
    await fleet.stop();
  }
}

const throttling: ReadonlySet<string> = new Set([
  'LimitExceededException',
  'ThrottlingException',
  'TooManyRequestsException',
]);

type Pass = (ms: number) => Promise<void>;

async function createAlarms(fleet: Fleet, pass: Pass): Promise<FleetFigure> {
  const { aws, streamNames } = fleet;
  const startedMs = aws.clock.nowMs();
  const { calls } = record(fleet);
  const streams = streamNames.length;
  const created = () => calls.filter(isDone('PutMetricAlarm'));
  while (created().length < 2 * streams) await pass(minuteMs);
  return figure('fleet-make-alarms', 'discrete-event', streams, createAlarmsBound(streams), {
    calls,
    elapsedMs: (created().at(-1)?.atMs ?? 0) - startedMs,
  });
}

/** One run over the fleet, after the runs that created the alarms. */
async function reconcileClean(fleet: Fleet, pass: Pass): Promise<FleetFigure> {
  const { aws, reconciler, streamNames } = fleet;
  let run: { readonly calls: readonly CallRecord[]; readonly elapsedMs: number } | undefined;
  let recording = record(fleet);
  const stop = aws.onInvocation(({ functionName, result, startedMs, endedMs }) => {
    if (functionName !== reconciler || result.kind === 'throttled') return;
    const calls = recording.stop();
    const read = calls.filter(isDone('DescribeStreamSummary')).length;
    // A run that continues an earlier one reads only a part of the fleet.
    if (read === streamNames.length) run ??= { calls, elapsedMs: endedMs - startedMs };
    recording = record(fleet);
  });
  while (!run) await pass(minuteMs);
  stop();
  recording.stop();
  return figure('fleet-reconcile-clean', 'discrete-event', streamNames.length, cleanBound(streamNames.length), run);
}

async function scaleAll(fleet: Fleet, clock: FleetFigure['clock'], pass: Pass): Promise<FleetFigure> {
  const { aws, streamNames } = fleet;
  const { calls } = record(fleet);
  const stepMs = clock === 'real' ? 1_000 : minuteMs;
  while (!calls.some(isDone('UpdateShardCount'))) await pass(stepMs);
  const firedMs = firedAtMs(fleet);
  const tagged = () => calls.filter(isDone('TagResource')).length;
  while (tagged() < 2 * streamNames.length) await pass(stepMs);
  // The check waits until every notification is handled and every resharding has ended.
  for (let idle = 0; idle < 3; ) {
    await pass(minuteMs);
    idle = aws.lambda.queue.size <= 1 ? idle + 1 : 0;
  }
  const lastMs = calls.filter(({ writing, outcome }) => writing && outcome === 'ok').at(-1)?.atMs ?? 0;
  return {
    ...figure('fleet-storm', clock, streamNames.length, stormBound(streamNames.length), {
      calls,
      elapsedMs: lastMs - firedMs,
    }),
    agreement: checkFleet(fleet),
  };
}

/** When CloudWatch put the first stream's scale-up alarm into ALARM; all of them judge the same load. */
function firedAtMs({ aws, streamNames: [first = ''] }: Fleet): number {
  const AlarmName = alarmNameOf(first, 'up');
  const { AlarmHistoryItems = [] } = aws.cloudwatch.describeAlarmHistory({ AlarmName, HistoryItemType: 'StateUpdate' });
  const fired = AlarmHistoryItems.find(({ HistorySummary = '' }) => HistorySummary.endsWith('to ALARM'));
  if (!fired?.Timestamp) throw new Error(`${AlarmName} was never in ALARM`);
  return fired.Timestamp.getTime();
}

interface Recording {
  readonly calls: readonly CallRecord[];
  stop(): readonly CallRecord[];
}

/** Calls of the deployed functions from now on. */
function record({ aws }: Fleet): Recording {
  const calls: CallRecord[] = [];
  const stop = aws.calls.log.onCall((call) => {
    if (call.caller.kind === 'function') calls.push(call);
  });
  return {
    calls,
    stop() {
      stop();
      return calls;
    },
  };
}

function isDone(operation: string): (call: CallRecord) => boolean {
  return (call) => call.operation === operation && call.outcome === 'ok';
}

function figure(
  bench: FleetFigure['bench'],
  clock: FleetFigure['clock'],
  streams: number,
  bound: Bound,
  { calls, elapsedMs }: { readonly calls: readonly CallRecord[]; readonly elapsedMs: number },
): FleetFigure {
  const elapsedSeconds = elapsedMs / 1000;
  return {
    bench,
    clock,
    streams,
    elapsedSeconds: round(elapsedSeconds),
    boundSeconds: round(bound.seconds),
    bound: bound.because,
    ratio: round(elapsedSeconds / bound.seconds),
    writingCalls: calls.filter(({ writing }) => writing).length,
    throttledCalls: calls.filter(({ outcome }) => throttling.has(outcome)).length,
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
