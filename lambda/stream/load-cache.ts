/**
 * The load of streams: their whole history is read once, and what is new after that. A warm process keeps what CloudWatch would
 * say again: two weeks of minutes a stream, and the policy's replay of them. Nothing in it decides; a cold process reads more
 * and chooses the same. The cache spares CloudWatch, which gives an account 90,000 old datapoints a second: a stream's two
 * weeks are 60,000.
 */
import { loadPolicyNamed } from '../../core/load/load-policies.ts';
import { historyStart, type LoadPolicy, type StreamLoadHistory } from '../../core/load/load-policy.ts';
import { type StreamLimits, streamLimits } from '../../core/load/stream-replay.ts';
import { joinSums, loadHistoryOf, type MinuteSums } from '../../core/load/traffic-minutes.ts';
import type { LoadPolicyName } from '../../core/settings/stream-settings.ts';
import { minuteMs } from '../../core/time.ts';
import type { Answer, MetricPort } from '../ports.ts';

/**
 * So much is read again each time, for minutes that were late. With the newest minutes, and those of a load check that was
 * missed, this stays below three hours: CloudWatch gives twice as many datapoints a second of those (service quotas,
 * GetMetricData).
 */
const readAgainMs = 170 * minuteMs;

export interface LoadReading {
  /** Undefined: CloudWatch knows nothing of the stream's traffic. */
  readonly history: StreamLoadHistory | undefined;
  readonly policy: LoadPolicy;
}

interface Cached {
  readonly sums: MinuteSums;
  readonly policyName: LoadPolicyName;
  /** Those by which the policy replays. */
  readonly limits: StreamLimits;
  readonly policy: LoadPolicy;
  /** Start of the history that the policy has replayed: the policy counts its minutes from there. */
  readonly startMs: number | undefined;
}

export class LoadCache {
  readonly #streams = new Map<string, Cached>();

  async read(
    streamName: string,
    policyName: LoadPolicyName,
    nowMs: number,
    metrics: Pick<MetricPort, 'minuteSums'>,
    limits: StreamLimits = streamLimits,
  ): Promise<Answer<LoadReading>> {
    const startMs = historyStart(nowMs);
    const endMs = Math.floor(nowMs / minuteMs) * minuteMs;
    const known = this.#streams.get(streamName);
    const fromMs = known === undefined ? startMs : Math.max(startMs, endOf(known.sums) - readAgainMs);
    const answer = await metrics.minuteSums(streamName, fromMs, endMs);
    if (!answer.ok) return answer;
    const sums = known === undefined ? answer.value : joinSums(known.sums, answer.value, startMs);
    const history = loadHistoryOf(sums, nowMs);
    const isSame = known?.policyName === policyName && known.limits === limits && known.startMs === history?.startMs;
    const policy = isSame ? known.policy : loadPolicyNamed(policyName, limits);
    this.#streams.set(streamName, { sums, policyName, limits, policy, startMs: history?.startMs });
    return { ok: true, value: { history, policy } };
  }
}

function endOf({ startMs, records }: MinuteSums): number {
  return startMs + records.length * minuteMs;
}
