/**
 * A lag that is believed only as far as its datapoints support it.
 *
 * A consumer that stands still falls behind by one second a second, and no faster. A lag that jumps further between two
 * datapoints comes from elsewhere: a consumer that was reset or has just started, a shard read from its beginning, a
 * metric gone wrong. One such datapoint of a day must not start a hundred workers; when it is true, the next datapoint
 * says so again, a minute later.
 */

export interface LagDatapoint {
  readonly startedAtMs: number;
  readonly lagMs: number;
}

export interface SteadyLag {
  readonly lagMs: number;
  /** The newest datapoint, where it is not yet believed. */
  readonly unconfirmedLagMs?: number;
}

/**
 * The newest lag, but at most what the one before it can have grown to. With a single datapoint the lag counts as
 * having been 0 at the beginning of the window. Undefined without a datapoint.
 */
export function steadyLag(
  datapoints: readonly LagDatapoint[],
  window: { readonly startedAtMs: number; readonly periodMs: number },
): SteadyLag | undefined {
  const [newest, previous] = [...datapoints].sort((left, right) => right.startedAtMs - left.startedAtMs);
  if (newest === undefined) return undefined;
  const { startedAtMs, lagMs } = previous ?? { startedAtMs: window.startedAtMs, lagMs: 0 };
  // A datapoint is the maximum over its period, so two of them can lie up to one period more apart.
  const mostMs = lagMs + (newest.startedAtMs - startedAtMs) + window.periodMs;
  return newest.lagMs <= mostMs ? { lagMs: newest.lagMs } : { lagMs: mostMs, unconfirmedLagMs: newest.lagMs };
}
