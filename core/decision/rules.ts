/** Rules 3 to 11, one function each. Their numbers, order and reasons: scaling-decision.ts. */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../alarm/alarm-notification.ts';
import { awsFacts } from '../aws-facts.ts';
import type { Fault } from '../result.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import { lastScaledAtMs, liveAlarms, readLastScaled, type StreamState } from '../stream/stream-state.ts';
import type { RefusalPause } from '../stream/stream-tags.ts';
import { type HoldDecision, hold } from './decision.ts';

/** As much of an alarm as rules 3 to 12 go by. */
export type FiredAlarm = Pick<ScalingAlarm, 'alarmName' | 'direction' | 'stateChangedAtMs' | 'judgedShardCount'>;

export interface DecisionInput {
  readonly alarm: FiredAlarm;
  readonly state: StreamState;
  readonly settings: StreamSettings;
  readonly nowMs: number;
}

/** What an alarm, or a policy that looks at demand, wants of a stream. */
export interface Proposal {
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

export const streamRules: readonly HoldingRule<Pick<Proposal, 'state'>>[] = [
  { rule: 3, demands: 'the stream is provisioned', hold: holdOnDemandStream },
  { rule: 4, demands: 'the stream is ACTIVE', hold: holdWhileUpdating },
];

export const alarmRules: readonly HoldingRule<DecisionInput>[] = [
  { rule: 5, demands: 'the live alarm says the same as the message', hold: holdSuperseded },
  { rule: 6, demands: 'the alarm fired after the last scaling', hold: holdStale },
  { rule: 7, demands: 'the alarm judged by the open shard count', hold: holdDrifted },
];

export const proposalRules: readonly HoldingRule<Proposal>[] = [
  { rule: 8, demands: 'the cooldown is over', hold: holdInCooldown },
  { rule: 9, demands: 'the minimum or maximum leaves room', hold: holdAtBound },
  { rule: 10, demands: 'a call of the day is left, beyond the reserve for scale-up', hold: holdForQuota },
  { rule: 11, demands: 'no consumer is behind, as far as must be known', hold: holdForConsumers },
];

/** Rule 3, for a stream whose tags cannot stand together: any choice between them would be a guess. */
export function holdContradiction(faults: readonly Fault[]): HoldDecision {
  return hold('contradictory-settings', { rule: 3, faults });
}

/** CloudWatch's own clocks may differ by so much between the message and DescribeAlarms. */
const transitionToleranceMs = 1_000;
/** Iterator age datapoints older than this say nothing about now; CloudWatch publishes them each minute, a few minutes late. */
const iteratorAgeFreshMs = 15 * 60_000;

function holdOnDemandStream({ state }: Pick<Proposal, 'state'>): HoldDecision | undefined {
  if (state.mode !== 'ON_DEMAND') return undefined;
  return hold('on-demand-stream', { rule: 3, mode: state.mode });
}

function holdWhileUpdating({ state }: Pick<Proposal, 'state'>): HoldDecision | undefined {
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

function holdInCooldown({ direction, state, settings, nowMs }: Proposal): HoldDecision | undefined {
  const minutes = direction === 'up' ? settings.scaleUpCooldownMinutes : settings.scaleDownCooldownMinutes;
  const last = lastScaledAtMs(state, nowMs);
  if (last === undefined) return undefined;
  const retryAtMs = last + minutes * 60_000;
  if (nowMs >= retryAtMs) return undefined;
  return hold('cooldown', { rule: 8, lastScaledAtMs: last, cooldownMinutes: minutes }, retryAtMs);
}

function holdAtBound({ direction, wantedShardCount, state, settings }: Proposal): HoldDecision | undefined {
  const { openShardCount } = state;
  if (wantedShardCount !== openShardCount) return undefined;
  if (direction === 'up') return hold('at-maximum', { rule: 9, openShardCount, maxShards: settings.maxShards });
  return hold('at-minimum', { rule: 9, openShardCount, minShards: settings.minShards });
}

function holdForQuota({ direction, state, settings }: Proposal): HoldDecision | undefined {
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

function holdForConsumers({ direction, state, settings, nowMs }: Proposal): HoldDecision | undefined {
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
