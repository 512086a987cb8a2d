/**
 * The rules from 3 on, one function each, in the order in which they are asked. hold-reasons.ts says the number of each and
 * what each reason means. message-rules.ts has rules 1 and 2.
 */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../alarm/alarm-notification.ts';
import { lastChangedAtMs } from '../stream/settled-shards.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import { intendedShardCount, liveAlarms, readLastScaled } from '../stream/stream-state.ts';
import type { ReshardingWay } from '../stream/stream-tags.ts';
import { dayMs, hourMs, minuteMs } from '../time.ts';
import { callsLeft, nextCallAtMs } from './daily-quota.ts';
import { type HoldDecision, hold } from './decision.ts';
import type { HoldReason } from './hold-reasons.ts';

/** The parts of an alarm that the rules use. */
export type FiredAlarm = Pick<ScalingAlarm, 'alarmName' | 'direction' | 'stateChangedAtMs' | 'judgedShardCount'>;

/** What a load policy wants, before any bound applies. */
export interface LoadProposal {
  readonly wantedShardCount: number;
  /** The load that the policy saw, in shards, throttled records included. */
  readonly offeredShards: number;
  /** The way to a shard count, undefined where there is none now. Absent for a stream that is resharded by calls only. */
  readonly wayTo?: (shardCount: number) => ReshardingWay | undefined;
}

/** What an alarm or a load policy proposes, within the stream's bounds and the reach of one call. */
export interface Proposal {
  readonly direction: Direction;
  /** The intended shard count itself where the bounds leave no room. */
  readonly targetShardCount: number;
  readonly way: ReshardingWay;
}

/** @typeParam T what the rule judges besides the facts of the stream. */
export interface Rule<T> {
  /** The reasons for which it holds; they share one number. */
  readonly reasons: readonly [HoldReason, ...HoldReason[]];
  /** The rule lets a proposal pass if this is true. */
  readonly requires: string;
  /** Undefined: the rule lets the proposal pass. */
  readonly hold: (what: T, facts: StreamFacts) => HoldDecision | undefined;
}

export const streamRules: readonly Rule<unknown>[] = [
  {
    reasons: ['contradictory-settings'],
    requires: "the stream's tags do not contradict each other",
    hold: holdContradiction,
  },
  { reasons: ['on-demand-stream'], requires: 'the stream is provisioned', hold: holdOnDemandStream },
  { reasons: ['stream-updating'], requires: 'the stream is ACTIVE', hold: holdWhileUpdating },
];

export const alarmRules: readonly Rule<FiredAlarm>[] = [
  { reasons: ['superseded'], requires: 'the live alarm says the same as the message', hold: holdSuperseded },
  { reasons: ['stale-alarm'], requires: 'the alarm fired after the last scaling', hold: holdStale },
  { reasons: ['alarm-drift'], requires: 'the alarm judged by the open shard count', hold: holdDrifted },
];

export const loadRules: readonly Rule<LoadProposal>[] = [
  { reasons: ['demand-met'], requires: 'the policy asks for another count', hold: holdWhenMet },
];

export const proposalRules: readonly Rule<Proposal>[] = [
  { reasons: ['cooldown'], requires: 'the cooldown is over', hold: holdInCooldown },
  { reasons: ['at-minimum', 'at-maximum'], requires: 'the minimum or maximum leaves room', hold: holdAtBound },
  {
    reasons: ['account-shard-limit'],
    requires: 'the account has shards left, as far as AWS has said',
    hold: holdForShards,
  },
  {
    reasons: ['daily-quota'],
    requires: 'a call of the day is left, beyond the reserve for scale-up',
    hold: holdForQuota,
  },
  {
    reasons: ['metrics-silent'],
    requires: 'the traffic is known, or something shows that the stream is idle',
    hold: holdWhileSilent,
  },
  {
    reasons: ['consumer-behind', 'iterator-age-unknown'],
    requires: 'no consumer is behind',
    hold: holdForConsumers,
  },
];

/** CloudWatch's clocks may differ by so much between the message and DescribeAlarms. */
const transitionToleranceMs = 1_000;
/** An older iterator age says nothing about now. CloudWatch publishes one each minute, a few minutes late. */
const iteratorAgeFreshMs = 15 * minuteMs;

/** Any choice between settings that contradict each other would be a guess. */
function holdContradiction(_what: unknown, { contradictions = [] }: StreamFacts): HoldDecision | undefined {
  return contradictions.length > 0 ? hold('contradictory-settings', { faults: contradictions }) : undefined;
}

function holdOnDemandStream(_what: unknown, { state: { mode } }: StreamFacts): HoldDecision | undefined {
  return mode === 'ON_DEMAND' ? hold('on-demand-stream', { mode }) : undefined;
}

function holdWhileUpdating(_what: unknown, { state }: StreamFacts): HoldDecision | undefined {
  const { status, openShardCount, intent } = state;
  if (status === 'ACTIVE') return undefined;
  return hold('stream-updating', { status, openShardCount, targetShardCount: intent?.to });
}

function holdSuperseded(alarm: FiredAlarm, { state }: StreamFacts): HoldDecision | undefined {
  const live = state.alarms[alarm.direction];
  if (live?.alarmName !== alarm.alarmName) return hold('superseded', { liveAlarm: live?.alarmName ?? 'missing' });
  if (live.state !== 'ALARM') return hold('superseded', { liveState: live.state });
  if (live.stateTransitionedAtMs <= alarm.stateChangedAtMs + transitionToleranceMs) return undefined;
  return hold('superseded', {
    stateChangedAtMs: alarm.stateChangedAtMs,
    liveTransitionAtMs: live.stateTransitionedAtMs,
  });
}

function holdStale(alarm: FiredAlarm, { state, nowMs }: StreamFacts): HoldDecision | undefined {
  for (const live of liveAlarms(state)) {
    const last = readLastScaled(live, nowMs);
    if (last.kind === 'unreadable') {
      return hold('stale-alarm', { alarmName: live.alarmName, lastScaledTimestamp: last.text });
    }
    if (last.kind === 'at' && alarm.stateChangedAtMs <= last.ms) {
      return hold('stale-alarm', { stateChangedAtMs: alarm.stateChangedAtMs, lastScaledAtMs: last.ms });
    }
  }
  return undefined;
}

function holdDrifted({ judgedShardCount }: FiredAlarm, { state }: StreamFacts): HoldDecision | undefined {
  const openShardCount = intendedShardCount(state);
  return judgedShardCount === openShardCount ? undefined : hold('alarm-drift', { judgedShardCount, openShardCount });
}

function holdWhenMet(load: LoadProposal, facts: StreamFacts): HoldDecision | undefined {
  const { wantedShardCount, offeredShards } = load;
  const openShardCount = intendedShardCount(facts.state);
  if (wantedShardCount !== openShardCount || isOutOfCalls(load, facts)) return undefined;
  return hold('demand-met', { openShardCount, offeredShards: toHundredths(offeredShards) });
}

/** Without steps a policy wants nothing once the day's calls are spent. That does not mean that the shards take the load. */
export function isOutOfCalls({ offeredShards, wayTo }: LoadProposal, { state, settings }: StreamFacts): boolean {
  return !wayTo && offeredShards > state.openShardCount && callsLeft(state, settings.dailyQuota) === 0;
}

export function toHundredths(shards: number): number {
  return Math.round(shards * 100) / 100;
}

function holdInCooldown({ direction }: Proposal, { state, settings, nowMs }: StreamFacts): HoldDecision | undefined {
  const minutes = direction === 'up' ? settings.scaleUpCooldownMinutes : settings.scaleDownCooldownMinutes;
  const last = lastChangedAtMs(state, nowMs);
  if (last === undefined) return undefined;
  const retryAtMs = last + minutes * minuteMs;
  if (nowMs >= retryAtMs) return undefined;
  return hold('cooldown', { lastScaledAtMs: last, cooldownMinutes: minutes }, retryAtMs);
}

function holdAtBound({ direction, targetShardCount }: Proposal, facts: StreamFacts): HoldDecision | undefined {
  const openShardCount = intendedShardCount(facts.state);
  if (targetShardCount !== openShardCount) return undefined;
  const { minShards, maxShards } = facts.settings;
  return direction === 'up'
    ? hold('at-maximum', { openShardCount, maxShards })
    : hold('at-minimum', { openShardCount, minShards });
}

/** AWS has just refused a call for the account's shards. A scale-down needs none. */
function holdForShards({ direction }: Proposal, { state, settings }: StreamFacts): HoldDecision | undefined {
  const { refusal, ledger } = state;
  if (direction === 'down' || refusal?.reason !== 'account-shard-limit') return undefined;
  const operands = { callsInLastDay: ledger.length, dailyQuota: settings.dailyQuota, refusedByAws: true };
  return hold('account-shard-limit', operands, refusal.untilMs);
}

function holdForQuota({ direction, way }: Proposal, { state, settings }: StreamFacts): HoldDecision | undefined {
  if (way === 'steps') return undefined;
  const { dailyQuota } = settings;
  const reserve = direction === 'up' ? 0 : settings.dailyQuotaReserve;
  if (callsLeft(state, dailyQuota, reserve) > 0) return undefined;
  const calls = { callsInLastDay: state.ledger.length, dailyQuota };
  const operands = state.refusal?.reason === 'daily-quota' ? { ...calls, refusedByAws: true } : { ...calls, reserve };
  return hold('daily-quota', operands, nextCallAtMs(state, dailyQuota, reserve));
}

/** CloudWatch publishes traffic each minute, a few minutes late. An older datapoint says nothing about now. */
const trafficFreshMs = 15 * minuteMs;
/** An outage of metrics lasts minutes or hours. An idle stream is silent for longer. */
const longestOutageMs = 6 * hourMs;

/**
 * A stream without datapoints is idle, or CloudWatch has an outage of metrics. A reader that still polls is a witness that
 * the stream is idle, since its metrics come the same way. Without a witness nothing goes down for six hours, and then one
 * step a day: the next day's datapoints give back what an outage has cost by then.
 */
function holdWhileSilent({ direction }: Proposal, { state, nowMs }: StreamFacts): HoldDecision | undefined {
  const { iteratorAge } = state;
  if (direction === 'up' || !iteratorAge?.traffic) return undefined;
  const { newestAtMs } = iteratorAge.traffic;
  if (newestAtMs !== undefined && nowMs - newestAtMs <= trafficFreshMs) return undefined;
  if (iteratorAge.seen && nowMs - iteratorAge.atMs <= iteratorAgeFreshMs) return undefined;
  const operands = { newestTrafficAtMs: newestAtMs };
  const certainAtMs = (newestAtMs ?? nowMs - dayMs) + longestOutageMs;
  if (nowMs < certainAtMs) return hold('metrics-silent', operands, certainAtMs);
  const changedAtMs = lastChangedAtMs(state, nowMs);
  if (changedAtMs === undefined || nowMs - changedAtMs >= dayMs) return undefined;
  return hold('metrics-silent', { ...operands, lastScaledAtMs: changedAtMs }, changedAtMs + dayMs);
}

function holdForConsumers({ direction }: Proposal, { state, settings, nowMs }: StreamFacts): HoldDecision | undefined {
  if (direction === 'up' || settings.iteratorAge === 'ignore') return undefined;
  const limitMs = settings.iteratorAgeLimitMinutes * minuteMs;
  const age = state.iteratorAge;
  if (age?.warnedAtMs !== undefined && nowMs - age.warnedAtMs <= iteratorAgeFreshMs) {
    return hold('consumer-behind', { consumerSideWarnedAtMs: age.warnedAtMs });
  }
  if (!age?.seen) {
    const mustBeSeen = age === undefined || settings.iteratorAge === 'required' || settings.consumers.length > 0;
    return mustBeSeen ? hold('iterator-age-unknown', { iteratorAge: settings.iteratorAge }) : undefined;
  }
  if (nowMs - age.atMs > iteratorAgeFreshMs) return hold('iterator-age-unknown', { lastSeenAtMs: age.atMs });
  return age.ageMs < limitMs ? undefined : hold('consumer-behind', { iteratorAgeMs: age.ageMs, limitMs });
}
