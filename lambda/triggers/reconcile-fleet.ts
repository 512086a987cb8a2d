/**
 * One run of the reconciler over the fleet: finds the streams, reconciles as many as there is time for, hands the rest on to
 * the next run by an asynchronous call of itself, and removes those of our alarms that nobody asks for any more.
 */
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { minuteMs } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { Reconcile } from '../events.ts';
import type { CallFailure } from '../ports.ts';
import { findFleet } from './fleet.ts';
import { removeOrphans } from './orphan-alarms.ts';
import { reconcileStreams } from './reconcile-streams.ts';

export interface RunRequest extends Omit<Reconcile, 'kind'> {
  /** The function to invoke with the rest: this one. */
  readonly functionName: string;
  readonly remainingMs: () => number;
}

export interface RunResult {
  readonly reports: readonly ScalingReport[];
  /** Calls that failed and concern no single stream. */
  readonly failures: readonly CallFailure[];
  /** Streams that were handed on. */
  readonly notReached: number;
  readonly alarmsRemoved: readonly string[];
  /** They carry our owner tag and are not ours by their content: somebody else wrote the tag. */
  readonly alarmsOfOthers?: readonly string[];
}

/** Kept for the end of a run: the slowest stream takes so long, with the call that hands the rest on. */
const handOverMs = minuteMs;

export async function reconcileFleet(request: RunRequest, context: ScalerContext): Promise<RunResult> {
  const port = context.ports.fleet;
  const { cause, after, functionName } = request;
  const whole = await findFleet(context.deployment, port);
  const fleet = { ...whole, streamNames: whole.streamNames.filter((name) => name > after) };
  const timeIsUp = () => request.remainingMs() < handOverMs;
  const { reports, notReached } = await reconcileStreams(fleet, { cause, timeIsUp }, context);
  if (notReached.length === 0) {
    const orphans = await removeOrphans(whole, context);
    return {
      reports,
      failures: [...whole.failures, ...orphans.failures],
      notReached: 0,
      alarmsRemoved: orphans.removed,
      alarmsOfOthers: orphans.foreign,
    };
  }
  const last = fleet.streamNames[fleet.streamNames.length - notReached.length - 1] ?? after;
  const handedOn = await port.invokeLater(functionName, { cause, after: last });
  const failures = handedOn.ok ? whole.failures : [...whole.failures, handedOn.failure];
  return { reports, failures, notReached: notReached.length, alarmsRemoved: [] };
}
