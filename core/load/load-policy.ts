/**
 * The seam for policies that read the load instead of waiting for an alarm: `target` and `adaptive`. One object serves
 * the simulator and the deployed function; both ask it once a minute while the stream is ACTIVE.
 *
 * The function feeds it from one GetMetricData call a minute (IncomingRecords, IncomingBytes and
 * WriteProvisionedThroughputExceeded as sums of a minute, from `historyStart`) and the stream's own tags (ledger, intent).
 */
import { type CallsMade, callsLeft } from '../decision/daily-quota.ts';
import type { LoadPolicyName } from '../settings/stream-settings.ts';
import type { ScalingIntent } from '../stream/stream-tags.ts';
import { dayMs, minuteMs } from '../time.ts';
import { type AdaptiveSettings, adaptiveDefaults, type Choice, choiceMinute, Replay, replayStart } from './adaptive.ts';
import { firstDaySettings } from './candidates.ts';
import type { LoadSeries } from './load-history.ts';
import { type ReshardingTimes, type StreamLimits, streamLimits } from './stream-replay.ts';
import { chooseTarget, type TargetSettings, targetDefaults } from './target.ts';
import type { TargetInput } from './target-input.ts';

export interface LoadPolicyInput extends TargetInput {
  /** `throttledBefore[i]` is what was rejected in the minutes of `load` before index i, in shard-minutes. */
  readonly throttledBefore: Float64Array;
}

export interface LoadPolicy {
  readonly name: LoadPolicyName;
  /** The wanted open shard count, within one call's reach; the open count itself to hold. The caller bounds it. */
  choose(input: LoadPolicyInput): number;
  /** What `choose` decides now and by which settings, for logs and `explain`. */
  explain(input: LoadPolicyInput): PolicyExplanation;
}

export interface PolicyExplanation {
  readonly wantedShardCount: number;
  /** What the policy goes by, by name. */
  readonly settings: object;
  /** Offered load of the newest minute, throttled records included, in shards. */
  readonly offeredShards: number;
  readonly callsLeft: number;
  /** Of `adaptive`, once it has a day to replay: every candidate with its replayed cost and throttling, best first. */
  readonly choice?: Choice;
}

export function targetPolicy(settings: TargetSettings = targetDefaults): LoadPolicy {
  const choose = (input: LoadPolicyInput) => chooseTarget(settings, input);
  return { name: 'target', choose, explain: (input) => explainWith(settings, input) };
}

/** Use one object a stream. It keeps the last choice and its replay; a new object chooses the same, only later. */
export function adaptivePolicy(
  settings: AdaptiveSettings = adaptiveDefaults,
  limits: StreamLimits = streamLimits,
): LoadPolicy {
  const replay = new Replay(settings, limits);
  let last: { readonly minute: number; readonly choice: Choice } | undefined;
  const choiceFor = (input: LoadPolicyInput): Choice | undefined => {
    const minute = choiceMinute(input);
    if (minute === undefined) return undefined;
    if (last?.minute !== minute) {
      last = { minute, choice: replay.choose(input.load, minute, throttledFraction(input, minute)) };
    }
    return last.choice;
  };
  const settingsFor = (input: LoadPolicyInput, choice: Choice | undefined): TargetSettings => {
    if (choice === undefined) return firstDaySettings;
    const regret = throttledFraction(input, input.minute) - choice.shadowThrottledFraction;
    return regret > settings.regret ? targetDefaults : choice.candidate.settings;
  };
  return {
    name: 'adaptive',
    choose: (input) => chooseTarget(settingsFor(input, choiceFor(input)), input),
    explain: (input) => {
      const choice = choiceFor(input);
      const explained = explainWith(settingsFor(input, choice), input);
      return choice === undefined ? explained : { ...explained, choice };
    },
  };
}

function explainWith(settings: TargetSettings, input: LoadPolicyInput): PolicyExplanation {
  return {
    wantedShardCount: chooseTarget(settings, input),
    settings,
    offeredShards: input.load.at(input.minute),
    callsLeft: input.callsLeft,
  };
}

/** Share of the offered load that was rejected in the days that a choice at this minute replays. */
function throttledFraction({ load, throttledBefore }: LoadPolicyInput, minute: number): number {
  const from = replayStart(load, minute);
  const offered = load.mean(from, minute) * (minute - from + 1);
  const throttled = (throttledBefore[minute + 1] as number) - (throttledBefore[from] as number);
  return offered > 0 ? throttled / offered : 0;
}

/** CloudWatch keeps minutes for 15 days; the first of them must begin at a midnight. */
const HISTORY_DAYS = 14;

/** When a policy's history must begin: a midnight (UTC), 14 to 15 days ago. */
export function historyStart(nowMs: number): number {
  return Math.floor(nowMs / dayMs) * dayMs - HISTORY_DAYS * dayMs;
}

export interface StreamLoadHistory {
  /** As `historyStart` says. */
  readonly startMs: number;
  readonly load: LoadSeries;
  readonly throttledBefore: Float64Array;
}

export interface ScalingPast extends CallsMade {
  readonly openShardCount: number;
  readonly intent: ScalingIntent | undefined;
  readonly dailyQuota: number;
  /** From the shards that there are. */
  readonly resharding: ReshardingTimes;
}

/**
 * The deployed function's side of the seam: turns what it read into a policy's input.
 * @param history up to the newest minute that CloudWatch reports; its last minute is "now" to the policy.
 */
export function policyInput(history: StreamLoadHistory, past: ScalingPast, nowMs: number): LoadPolicyInput {
  const { openShardCount, intent, resharding } = past;
  const wasUp = intent !== undefined && intent.to > intent.from;
  return {
    minute: history.load.length - 1,
    load: history.load,
    throttledBefore: history.throttledBefore,
    openShardCount,
    callsLeft: callsLeft(past, past.dailyQuota),
    minutesSinceScaleUp: wasUp ? (nowMs - intent.atMs) / minuteMs : Number.POSITIVE_INFINITY,
    resharding,
  };
}
