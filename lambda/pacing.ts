/**
 * Keeps calls to a share of each account-wide rate. The reconciler takes half of each: others in the account read their
 * streams too, and it has time. The scaler takes nearly all of it, and only in a storm of alarms: its answers are due now.
 */
import { awsFacts } from '../core/aws-facts.ts';
import { dayMinutes, minuteMs } from '../core/time.ts';
import type { Clock, Ports } from './ports.ts';

export interface Pace {
  /** Of AWS's rate, 0..1. */
  readonly share: number;
  /** Whether a second's worth of calls may come at once, as AWS's own limits let them. */
  readonly bursts: boolean;
}

export const reconcilerPace: Pace = { share: 0.5, bursts: false };
/** The rest is for people, deployments and resends: a refused call waits a second or more, and the rate goes unused. */
export const scalerPace: Pace = { share: 0.95, bursts: true };

/** A cold process reads so many of each stream: two weeks of minutes of three metrics. */
const historyDatapoints = 15 * dayMinutes * 3;
/** GetMetricData, per account and region, where StartTime is more than three hours ago (CloudWatch user guide, Service quotas). */
const oldDatapointsPerSecond = 90_000;
const oldMs = 180 * minuteMs;

/** Calls with the same rate share it, as AWS counts them. */
interface Rate {
  readonly perSecond: number;
}

const describeAlarms: Rate = { perSecond: awsFacts.describeAlarmsRate.value };
const putMetricAlarm: Rate = { perSecond: awsFacts.putMetricAlarmRate.value };
/** All of Lambda's control plane together, and everybody in the account shares it. */
const lambdaApi: Rate = { perSecond: awsFacts.lambdaControlPlaneRate.value };
const readHistory: Rate = { perSecond: oldDatapointsPerSecond / historyDatapoints };

/** To pace a call, give it an entry: its rate, or a function of its arguments. A call without an entry is sent at once. */
const pacedCalls: PacedCalls = {
  streams: {
    describe: { perSecond: awsFacts.describeStreamSummaryRate.value },
    listTags: { perSecond: awsFacts.listTagsForStreamRate.value },
    addTags: { perSecond: awsFacts.addTagsToStreamRate.value },
  },
  alarms: {
    describe: describeAlarms,
    inAlarm: describeAlarms,
    put: putMetricAlarm,
    create: putMetricAlarm,
    rearm: { perSecond: awsFacts.setAlarmStateRate.value },
  },
  functions: {
    reservedConcurrency: lambdaApi,
    unreservedConcurrency: lambdaApi,
    reserve: lambdaApi,
    unreserve: lambdaApi,
    eventSourceMappings: lambdaApi,
  },
  metrics: {
    minuteSums: (_streamName, fromMs, toMs) => (toMs - fromMs > oldMs ? readHistory : undefined),
  },
};

type Call = (...args: never[]) => unknown;
type RateOf<C> = C extends Call ? Rate | ((...args: Parameters<C>) => Rate | undefined) : never;
type PacedCalls = { readonly [P in keyof Ports]?: { readonly [C in keyof Ports[P]]?: RateOf<Ports[P][C]> } };

export function pacePorts(ports: Ports, clock: Clock, pace: Pace = reconcilerPace): Ports {
  const waits = new Map<Rate, () => Promise<void>>();
  const waitFor = (rate: Rate): Promise<void> => {
    const wait = waits.get(rate) ?? pacer(rate, pace, clock);
    waits.set(rate, wait);
    return wait();
  };
  const paced = Object.entries(pacedCalls).map(([name, rates]) => {
    const port: Readonly<Record<string, Call>> = { ...ports[name as keyof Ports] };
    const calls = Object.entries(rates).map(([call, rate]) => [call, pacedCall(port[call] as Call, rate, waitFor)]);
    return [name, { ...port, ...Object.fromEntries(calls) }];
  });
  // The table's type holds its names to those of ports and calls.
  return { ...ports, ...Object.fromEntries(paced) };
}

function pacedCall(call: Call, rate: RateOf<Call>, waitFor: (rate: Rate) => Promise<void>): Call {
  return async (...args) => {
    const own = typeof rate === 'function' ? rate(...args) : rate;
    if (own) await waitFor(own);
    return await call(...args);
  };
}

/** Resolves at once while calls come slower than the rate; otherwise each waits its turn. */
function pacer({ perSecond }: Rate, { share, bursts }: Pace, clock: Clock): () => Promise<void> {
  const intervalMs = 1000 / (perSecond * share);
  const aheadMs = bursts ? (perSecond - 1) * intervalMs : 0;
  let nextMs = 0;
  return async () => {
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nowMs, nextMs - aheadMs);
    nextMs = Math.max(nowMs, nextMs) + intervalMs;
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs);
  };
}
