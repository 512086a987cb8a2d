/**
 * How many workers should run. A policy is a pure function; its rules are numbered and code order is precedence. A
 * policy proposes, `capByShards` and the bounds have the last word, and the provisioner's loop acts.
 */
import { isKnown, type Sample } from './sample.ts';

export interface WorkerState {
  readonly running: number;
  /** Since when nothing has waited and nothing has arrived (epoch ms); absent while there is work. */
  readonly idleSinceMs?: number;
}

/** What a policy decides by. Either may be unknown. */
export interface WorkSamples {
  readonly backlog: Sample;
  readonly eventsPerSecond: Sample;
}

export interface WorkerDecision {
  readonly desired: number;
  readonly because: WorkerReason;
}

/** The evidence, so that log, report and test show the same object. */
export type WorkerReason =
  | { readonly rule: 'unknown'; readonly unknown: string }
  | { readonly rule: 'idle'; readonly idleMs: number; readonly idleAfterMs: number }
  | { readonly rule: 'resting' }
  | { readonly rule: 'work-waiting'; readonly backlog: number }
  | { readonly rule: 'rate'; readonly eventsPerSecond: number; readonly wanted: number; readonly backlog: number }
  | { readonly rule: 'enough'; readonly eventsPerSecond: number; readonly wanted: number }
  | { readonly rule: 'capped-by-shards'; readonly usefulWorkers: number; readonly proposed: WorkerDecision };

export type WorkerPolicy = (state: WorkerState, samples: WorkSamples, nowMs: number) => WorkerDecision;

export interface RatePolicySettings {
  /** Events a second that one worker handles. Default 500. */
  readonly eventsPerSecondPerWorker: number;
  /** How long nothing must have happened before a worker is taken away. Default 2,000. */
  readonly idleAfterMs: number;
  /** Default 0: an idle stream needs no worker. */
  readonly minWorkers: number;
  /** Default 100, a guard against a runaway rate. */
  readonly maxWorkers: number;
}

export const ratePolicyDefaults: RatePolicySettings = {
  eventsPerSecondPerWorker: 500,
  idleAfterMs: 2_000,
  minWorkers: 0,
  maxWorkers: 100,
};

/**
 * One step at a time, up by rate and down by idleness:
 *
 * 1. a sample is unknown: hold (an outage must neither add nor take away)
 * 2. idle for `idleAfterMs`: one fewer; before rule 3, so that a stream that has gone quiet comes to rest
 * 3. none running and work waiting: one, whatever the rate, for a single message has none
 * 4. fewer than `ceil(rate / eventsPerSecondPerWorker)`: one more
 * 5. hold
 *
 * @throws RangeError that names every setting out of range.
 */
export function ratePolicy(settings: Partial<RatePolicySettings> = {}): WorkerPolicy {
  const checked = checkSettings({ ...ratePolicyDefaults, ...settings });
  return (state, { backlog, eventsPerSecond }, nowMs) => {
    if (!isKnown(backlog)) return holdUnknown(state, backlog.because);
    if (!isKnown(eventsPerSecond)) return holdUnknown(state, eventsPerSecond.because);
    return decide(state, { backlog: backlog.value, eventsPerSecond: eventsPerSecond.value }, nowMs, checked);
  };
}

function holdUnknown(state: WorkerState, unknown: string): WorkerDecision {
  return { desired: state.running, because: { rule: 'unknown', unknown } };
}

function decide(
  { running, idleSinceMs }: WorkerState,
  { backlog, eventsPerSecond }: { readonly backlog: number; readonly eventsPerSecond: number },
  nowMs: number,
  { eventsPerSecondPerWorker, idleAfterMs, minWorkers, maxWorkers }: RatePolicySettings,
): WorkerDecision {
  const within = (workers: number): number => Math.min(Math.max(workers, minWorkers), maxWorkers);

  if (idleSinceMs !== undefined && nowMs - idleSinceMs >= idleAfterMs) {
    const desired = within(running - 1);
    if (desired >= running) return { desired, because: { rule: 'resting' } };
    return { desired, because: { rule: 'idle', idleMs: nowMs - idleSinceMs, idleAfterMs } };
  }
  if (running === 0 && backlog > 0) return { desired: within(1), because: { rule: 'work-waiting', backlog } };

  const wanted = within(Math.ceil(eventsPerSecond / eventsPerSecondPerWorker));
  if (running < wanted) {
    return { desired: within(running + 1), because: { rule: 'rate', eventsPerSecond, wanted, backlog } };
  }
  return { desired: within(running), because: { rule: 'enough', eventsPerSecond, wanted } };
}

/**
 * A worker beyond `open shards x parallelization factor` has nothing to read. The cap only ever takes away from what
 * is proposed, and an unknown shard count caps nothing: taking running workers away on a guess does harm.
 */
export function capByShards(
  decision: WorkerDecision,
  stream: { readonly openShardCount: number | undefined; readonly parallelizationFactor: number },
): WorkerDecision {
  if (stream.openShardCount === undefined) return decision;
  const usefulWorkers = stream.openShardCount * stream.parallelizationFactor;
  if (decision.desired <= usefulWorkers) return decision;
  return { desired: usefulWorkers, because: { rule: 'capped-by-shards', usefulWorkers, proposed: decision } };
}

/**
 * Since when there has been nothing to do. A reading that shows arrivals and nothing waiting begins a new idle time:
 * what had come is done. Unknown leaves it as it was.
 */
export function trackIdle(
  idleSinceMs: number | undefined,
  reading: { readonly backlog: Sample; readonly arrivedSinceLast: boolean },
  nowMs: number,
): number | undefined {
  if (!isKnown(reading.backlog)) return idleSinceMs;
  if (reading.backlog.value > 0) return undefined;
  return reading.arrivedSinceLast ? nowMs : (idleSinceMs ?? nowMs);
}

function checkSettings(settings: RatePolicySettings): RatePolicySettings {
  const faults: string[] = [];
  if (!(settings.eventsPerSecondPerWorker > 0))
    faults.push(`eventsPerSecondPerWorker must be above 0, got ${settings.eventsPerSecondPerWorker}`);
  if (!(settings.idleAfterMs >= 0)) faults.push(`idleAfterMs must be 0 or more, got ${settings.idleAfterMs}`);
  if (!(Number.isInteger(settings.minWorkers) && settings.minWorkers >= 0))
    faults.push(`minWorkers must be a whole number, 0 or more, got ${settings.minWorkers}`);
  if (!(Number.isInteger(settings.maxWorkers) && settings.maxWorkers >= Math.max(1, settings.minWorkers)))
    faults.push(`maxWorkers must be a whole number, 1 or more and not below minWorkers, got ${settings.maxWorkers}`);
  if (faults.length > 0) throw new RangeError(faults.join('; '));
  return settings;
}
