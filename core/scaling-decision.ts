/**
 * May this alarm scale its stream, and to what? Numbered rules; the first that applies decides, so code order is
 * precedence. Each has a row in the truth table of test/core/scaling-decision.test.ts that says why. The same rules, without
 * those that are about an alarm (5 to 7), judge what a policy wants that looks at demand (`decideByDemand`).
 *
 *  1 not a scaling alarm of a managed stream of this account      rejected            (screenAlarm, before any call)
 *  2 the notification is not of ALARM                             not-in-alarm        (screenAlarm)
 *  3 the stream's own settings contradict each other              contradictory-settings
 *    the stream is on demand                                      on-demand-stream
 *  4 the stream is not ACTIVE                                     stream-updating
 *  5 the live alarm contradicts the message                       superseded
 *  6 the state change is not after the last scaling               stale-alarm
 *  7 the alarm judged by another shard count                      alarm-drift
 *  8 the cooldown is not over                                     cooldown
 *  9 at the minimum or maximum                                    at-minimum, at-maximum
 *    the policy asks for the shards that are open                 demand-met
 * 10 the day's calls are spent, or only the reserve is left       daily-quota
 *    AWS has just refused a call                                 daily-quota, account-shard-limit
 * 11 a consumer is behind, or nobody knows whether it is          consumer-behind, iterator-age-unknown
 * 12 scale (in dry run: say so, change nothing)                   dry-run
 *    one shard carries the load: say so, or split that one      (hot-shard.ts)
 *
 * Void judgements (5 to 7) come before reasons to wait (8 to 11): an alarm that no longer means anything must be put right
 * at once, not be kept for later.
 */
import type { Direction } from './alarm-definition.ts';
import { awsFacts } from './aws-facts.ts';
import type { StreamSettings } from './knobs.ts';
import { doubling } from './policies/doubling.ts';
import { type Fault, quote } from './result.ts';
import type { ScalingAlarm } from './scaling-alarm.ts';
import { boundTarget } from './scaling-policy.ts';
import { lastScaledAtMs, liveAlarms, readLastScaled, type StreamState } from './stream-state.ts';
import type { RefusalPause } from './stream-tags.ts';

export type HoldReason =
  | 'rejected'
  | 'not-in-alarm'
  | 'contradictory-settings'
  | 'on-demand-stream'
  | 'stream-updating'
  | 'superseded'
  | 'stale-alarm'
  | 'alarm-drift'
  | 'cooldown'
  | 'at-minimum'
  | 'at-maximum'
  | 'demand-met'
  | 'daily-quota'
  | 'account-shard-limit'
  | 'consumer-behind'
  | 'iterator-age-unknown'
  | 'dry-run';

/** The operands that the rule compared: evidence, not prose. Times are epoch ms. */
export interface Evidence {
  /** Number of the rule that decided. */
  readonly rule: number;
  readonly [operand: string]: string | number | boolean | undefined | readonly Fault[];
}

export interface ScaleDecision {
  readonly kind: 'scale';
  readonly direction: Direction;
  readonly openShardCount: number;
  readonly targetShardCount: number;
  /** Present where one hot shard is split instead of all of them (hot-shard.ts). */
  readonly split?: ShardSplit;
  readonly because: Evidence;
}

export interface ShardSplit {
  readonly shardId: string;
  /** Of the second of the two new shards. */
  readonly startingHashKey: string;
  /** The target of an ordinary scaling, for when the split is refused. */
  readonly otherwiseTarget: number;
}

export interface HoldDecision {
  readonly kind: 'hold';
  readonly reason: HoldReason;
  readonly because: Evidence;
  /** When the reason ends, where that is known. */
  readonly retryAtMs?: number;
}

export type ScalingDecision = ScaleDecision | HoldDecision;

/** As much of an alarm as rules 3 to 12 go by. */
export type FiredAlarm = Pick<ScalingAlarm, 'alarmName' | 'direction' | 'stateChangedAtMs' | 'judgedShardCount'>;

export interface DecisionInput {
  readonly alarm: FiredAlarm;
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

/** CloudWatch's own clocks may differ by so much between the message and DescribeAlarms. */
const transitionToleranceMs = 1_000;
/** Iterator age datapoints older than this say nothing about now; CloudWatch publishes them each minute, a few minutes late. */
const iteratorAgeFreshMs = 15 * 60_000;

/** Where this deployment works: a message of another account or region is not for it. */
export interface Home {
  readonly accountId: string;
  readonly region: string;
}

/** Rules 1 and 2, from the message alone. Undefined: read the stream's state and ask `decideScaling`. */
export function screenAlarm(
  alarm: ScalingAlarm,
  home: Home,
  isManaged: (alarm: ScalingAlarm) => boolean,
): HoldDecision | undefined {
  const fault = findForeignness(alarm, home, isManaged);
  if (fault) return rejectAlarm([fault]);
  if (alarm.newState !== 'ALARM') return hold('not-in-alarm', { rule: 2, newState: alarm.newState });
  return undefined;
}

/** Rule 1, for a message that could not be read at all. */
export function rejectAlarm(faults: readonly Fault[]): HoldDecision {
  return hold('rejected', { rule: 1, faults });
}

/** Rule 3, for a stream whose tags cannot stand together: any choice between them would be a guess. */
export function holdContradiction(faults: readonly Fault[]): HoldDecision {
  return hold('contradictory-settings', { rule: 3, faults });
}

function findForeignness(
  alarm: ScalingAlarm,
  home: Home,
  isManaged: (alarm: ScalingAlarm) => boolean,
): Fault | undefined {
  if (alarm.accountId !== home.accountId) {
    return {
      field: 'AlarmArn',
      value: quote(alarm.accountId),
      problem: 'is another account',
      remedy: `this deployment scales streams of ${home.accountId}`,
    };
  }
  if (alarm.region !== home.region) {
    return {
      field: 'AlarmArn',
      value: quote(alarm.region),
      problem: 'is another region',
      remedy: `this deployment scales streams of ${home.region}`,
    };
  }
  if (!isManaged(alarm)) {
    return {
      field: 'StreamName',
      value: quote(alarm.streamName),
      problem: `with alarm ${quote(alarm.alarmName)} is not managed here`,
      remedy: 'add the stream to the deployment, or unsubscribe its alarm',
    };
  }
  return undefined;
}

/** What an alarm, or a policy that looks at demand, wants of a stream. */
interface Wish {
  readonly direction: Direction;
  readonly wantedShardCount: number;
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

export interface HoldingRule<T> {
  readonly rule: number;
  /** What must be true for the rule to let pass. */
  readonly demands: string;
  readonly hold: (input: T) => HoldDecision | undefined;
}

const streamRules: readonly HoldingRule<Pick<Wish, 'state'>>[] = [
  { rule: 3, demands: 'the stream is provisioned', hold: holdOnDemand },
  { rule: 4, demands: 'the stream is ACTIVE', hold: holdWhileUpdating },
];

const alarmRules: readonly HoldingRule<DecisionInput>[] = [
  { rule: 5, demands: 'the live alarm says the same as the message', hold: holdSuperseded },
  { rule: 6, demands: 'the alarm fired after the last scaling', hold: holdStale },
  { rule: 7, demands: 'the alarm judged by the open shard count', hold: holdDrifted },
];

const wishRules: readonly HoldingRule<Wish>[] = [
  { rule: 8, demands: 'the cooldown is over', hold: holdInCooldown },
  { rule: 9, demands: 'the minimum or maximum leaves room', hold: holdAtBound },
  { rule: 10, demands: 'a call of the day is left, beyond the reserve for scale-up', hold: holdForQuota },
  { rule: 11, demands: 'no consumer is behind, as far as must be known', hold: holdForConsumers },
];

/** Rules 3 to 11 in their order, as an alarm meets them. */
export const holdingRules: readonly HoldingRule<DecisionInput>[] = [
  ...streamRules,
  ...alarmRules,
  ...wishRules.map((rule) => ({ ...rule, hold: (input: DecisionInput) => rule.hold(wishOf(input)) })),
];

/** Rules 3 to 12. */
export function decideScaling(input: DecisionInput): ScalingDecision {
  const held = firstHold(holdingRules, input);
  if (held) return held;
  const { direction, wantedShardCount: targetShardCount } = wishOf(input);
  return {
    kind: 'scale',
    direction,
    openShardCount: input.state.openShardCount,
    targetShardCount,
    because: {
      rule: 12,
      policy: input.settings.policy,
      alarmName: input.alarm.alarmName,
      judgedShardCount: input.alarm.judgedShardCount,
      threshold: direction === 'up' ? input.settings.scaleUpThreshold : input.settings.scaleDownThreshold,
      stateChangedAtMs: input.alarm.stateChangedAtMs,
      callsInLastDay: input.state.ledger.length,
      dailyQuota: input.settings.dailyQuota,
    },
  };
}

export interface DemandDecisionInput {
  /** What the policy wants; bounded here. */
  readonly wantedShardCount: number;
  /** What the policy goes by, in shards, throttled records included. */
  readonly offeredShards: number;
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

/** Rules 3, 4 and 8 to 11 in their order, as the wish of a policy meets them. */
export const demandRules: readonly HoldingRule<DemandDecisionInput>[] = [
  ...streamRules,
  ...wishRules.map((rule) => ({ ...rule, hold: (input: DemandDecisionInput) => holdDemand(rule, input) })),
];

/** Rules 3, 4 and 8 to 12, for a policy that looks at demand: no alarm judged anything that could be stale or drifted. */
export function decideByDemand(input: DemandDecisionInput): ScalingDecision {
  const held = firstHold(demandRules, input);
  if (held) return held;
  const { state, settings, offeredShards } = input;
  const { direction, wantedShardCount } = demandWish(input);
  return {
    kind: 'scale',
    direction,
    openShardCount: state.openShardCount,
    targetShardCount: wantedShardCount,
    because: {
      rule: 12,
      policy: settings.policy,
      offeredShards: toHundredths(offeredShards),
      policyWants: input.wantedShardCount,
      callsInLastDay: state.ledger.length,
      dailyQuota: settings.dailyQuota,
    },
  };
}

function holdDemand(rule: HoldingRule<Wish>, input: DemandDecisionInput): HoldDecision | undefined {
  const { wantedShardCount, offeredShards, state } = input;
  const { openShardCount } = state;
  const offered = { offeredShards: toHundredths(offeredShards) };
  if (wantedShardCount === openShardCount && !isOutOfCalls(input)) {
    return rule.rule === 9 ? hold('demand-met', { rule: 9, openShardCount, ...offered }) : undefined;
  }
  const wish = demandWish(input);
  const held = rule.hold(wish);
  return held && { ...held, because: { ...held.because, direction: wish.direction, ...offered } };
}

/** A policy asks for nothing once the day's calls are spent; that is no demand met. */
function isOutOfCalls({ offeredShards, state, settings }: DemandDecisionInput): boolean {
  return state.ledger.length >= settings.dailyQuota && offeredShards > state.openShardCount;
}

function demandWish(input: DemandDecisionInput): Wish {
  const { state, settings, nowMs } = input;
  const { openShardCount } = state;
  const wantedShardCount = isOutOfCalls(input) ? Math.ceil(input.offeredShards) : input.wantedShardCount;
  const direction = wantedShardCount > openShardCount ? 'up' : 'down';
  const bounded = boundTarget(wantedShardCount, { direction, openShardCount }, settings);
  return { direction, wantedShardCount: bounded, state, settings, nowMs };
}

function toHundredths(shards: number): number {
  return Math.round(shards * 100) / 100;
}

function firstHold<T>(rules: readonly HoldingRule<T>[], input: T): HoldDecision | undefined {
  for (const rule of rules) {
    const held = rule.hold(input);
    if (held) return held;
  }
  return undefined;
}

function holdOnDemand({ state }: Pick<Wish, 'state'>): HoldDecision | undefined {
  if (state.mode !== 'ON_DEMAND') return undefined;
  return hold('on-demand-stream', { rule: 3, mode: state.mode });
}

function holdWhileUpdating({ state }: Pick<Wish, 'state'>): HoldDecision | undefined {
  if (state.status === 'ACTIVE') return undefined;
  return hold('stream-updating', {
    rule: 4,
    status: state.status,
    openShardCount: state.openShardCount,
    targetShardCount: state.intent?.to,
  });
}

function holdSuperseded({ alarm, state }: DecisionInput): HoldDecision | undefined {
  const live = state.alarms[alarm.direction];
  if (live?.alarmName !== alarm.alarmName)
    return hold('superseded', { rule: 5, liveAlarm: live?.alarmName ?? 'missing' });
  if (live.state !== 'ALARM') return hold('superseded', { rule: 5, liveState: live.state });
  if (live.stateTransitionedAtMs <= alarm.stateChangedAtMs + transitionToleranceMs) return undefined;
  return hold('superseded', {
    rule: 5,
    stateChangedAtMs: alarm.stateChangedAtMs,
    liveTransitionAtMs: live.stateTransitionedAtMs,
  });
}

function holdStale({ alarm, state, nowMs }: DecisionInput): HoldDecision | undefined {
  for (const live of liveAlarms(state)) {
    const last = readLastScaled(live, nowMs);
    if (last.kind === 'unreadable') {
      return hold('stale-alarm', { rule: 6, alarmName: live.alarmName, lastScaledTimestamp: last.text });
    }
    if (last.kind === 'at' && alarm.stateChangedAtMs <= last.ms) {
      return hold('stale-alarm', { rule: 6, stateChangedAtMs: alarm.stateChangedAtMs, lastScaledAtMs: last.ms });
    }
  }
  return undefined;
}

function holdDrifted({ alarm, state }: DecisionInput): HoldDecision | undefined {
  if (alarm.judgedShardCount === state.openShardCount) return undefined;
  return hold('alarm-drift', {
    rule: 7,
    judgedShardCount: alarm.judgedShardCount,
    openShardCount: state.openShardCount,
  });
}

function holdInCooldown({ direction, state, settings, nowMs }: Wish): HoldDecision | undefined {
  const minutes = direction === 'up' ? settings.scaleUpCooldownMinutes : settings.scaleDownCooldownMinutes;
  const last = lastScaledAtMs(state, nowMs);
  if (last === undefined) return undefined;
  const retryAtMs = last + minutes * 60_000;
  if (nowMs >= retryAtMs) return undefined;
  return hold('cooldown', { rule: 8, lastScaledAtMs: last, cooldownMinutes: minutes }, retryAtMs);
}

function holdAtBound({ direction, wantedShardCount, state, settings }: Wish): HoldDecision | undefined {
  const { openShardCount } = state;
  if (wantedShardCount !== openShardCount) return undefined;
  if (direction === 'up') return hold('at-maximum', { rule: 9, openShardCount, maxShards: settings.maxShards });
  return hold('at-minimum', { rule: 9, openShardCount, minShards: settings.minShards });
}

function holdForQuota({ direction, state, settings }: Wish): HoldDecision | undefined {
  const reserve = direction === 'up' ? 0 : settings.dailyQuotaReserve;
  const usable = settings.dailyQuota - reserve;
  const { ledger } = state;
  const refusal = refusalOf(state, direction);
  if (refusal) {
    return hold(
      refusal.reason,
      { rule: 10, callsInLastDay: ledger.length, dailyQuota: settings.dailyQuota, refusedByAws: true },
      refusal.untilMs,
    );
  }
  if (ledger.length < usable) return undefined;
  const freeing = ledger[ledger.length - usable];
  return hold(
    'daily-quota',
    { rule: 10, callsInLastDay: ledger.length, dailyQuota: settings.dailyQuota, reserve },
    freeing === undefined ? undefined : freeing + awsFacts.updateShardCountWindow.value,
  );
}

/** The pause that stands. What frees shards was not refused because an account has too many of them. */
export function refusalOf({ refusal }: StreamState, direction: Direction): RefusalPause | undefined {
  return direction === 'down' && refusal?.reason === 'account-shard-limit' ? undefined : refusal;
}

function holdForConsumers({ direction, state, settings, nowMs }: Wish): HoldDecision | undefined {
  if (direction === 'up' || settings.iteratorAge === 'ignore') return undefined;
  const limitMs = settings.iteratorAgeLimitMinutes * 60_000;
  const age = state.iteratorAge;
  if (age?.warnedAtMs !== undefined && nowMs - age.warnedAtMs <= iteratorAgeFreshMs) {
    return hold('consumer-behind', { rule: 11, consumerSideWarnedAtMs: age.warnedAtMs });
  }
  if (!age?.seen) {
    const mustBeSeen = age === undefined || settings.iteratorAge === 'required' || settings.consumers.length > 0;
    return mustBeSeen ? hold('iterator-age-unknown', { rule: 11, iteratorAge: settings.iteratorAge }) : undefined;
  }
  if (nowMs - age.atMs > iteratorAgeFreshMs) return hold('iterator-age-unknown', { rule: 11, lastSeenAtMs: age.atMs });
  if (age.ageMs < limitMs) return undefined;
  return hold('consumer-behind', { rule: 11, iteratorAgeMs: age.ageMs, limitMs });
}

/** All that an alarm tells is a direction: twice the shards, or half of them. */
function wishOf({ alarm: { direction }, state, settings, nowMs }: DecisionInput): Wish {
  const request = { direction, openShardCount: state.openShardCount };
  return { direction, wantedShardCount: boundTarget(doubling(request), request, settings), state, settings, nowMs };
}

function hold(reason: HoldReason, because: Evidence, retryAtMs?: number): HoldDecision {
  return retryAtMs === undefined ? { kind: 'hold', reason, because } : { kind: 'hold', reason, because, retryAtMs };
}
