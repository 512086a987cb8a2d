/**
 * The end of the flow: what was decided about one stream, and what came of it. Logs, metrics, notices, `--json` and tests
 * all show this one object.
 */
import type { ScalingDecision } from '../decision/decision.ts';
import type { ScalingEffect } from '../plan/effects.ts';
import type { Finding } from '../plan/findings.ts';

/** What started the run. `look` is the load check of every minute; `schedule` is the schedule of a temporary minimum. */
export type ReportSource = 'alarm' | 'look' | 'reconcile' | 'schedule';

/**
 * `scaled`: AWS accepted the call. `held`: nothing was scaled; converge may still have repaired something. `agrees`: there
 * was nothing to do. `converged`: converge repaired what differed. `failed`: something needs another attempt. `planned`: dry
 * run, the listed effects were not carried out.
 */
export type Outcome = 'scaled' | 'held' | 'agrees' | 'converged' | 'failed' | 'planned';

/**
 * What a failed call means for whoever made it. `unanswered`: nobody knows whether AWS carried it out. `busy`: another change
 * of the same resource is under way. `limit`: a quota, or a rate that AWS reports as one. `gone`: there is no such resource.
 */
export type FailureKind = 'unanswered' | 'busy' | 'limit' | 'gone' | 'throttled' | 'denied' | 'other';

export interface AwsFailure {
  readonly kind: FailureKind;
  /** AWS's error code, or `Timeout` / `ConnectionReset` when there was no answer. */
  readonly code: string;
  readonly message: string;
  /** Whether the same call may work later without anybody changing anything. */
  readonly retryable: boolean;
}

export interface EffectOutcome {
  readonly effect: ScalingEffect;
  readonly failure?: AwsFailure;
}

export interface ScalingReport {
  readonly source: ReportSource;
  readonly at: string;
  readonly streamName?: string;
  readonly alarmName?: string;
  readonly messageId?: string;
  readonly dryRun: boolean;
  /** As it was read, before any effect. A reconcile reports it. */
  readonly openShardCount?: number;
  readonly outcome: Outcome;
  /** Undefined for a reconciled stream without an alarm in ALARM, and when the state could not be read. */
  readonly decision?: ScalingDecision;
  readonly findings: readonly Finding[];
  readonly effects: readonly EffectOutcome[];
  /** Reads that failed. A failed effect has its failure in `effects`. */
  readonly failures: readonly (AwsFailure & { readonly call: string })[];
  /** The invocation must fail, so that Lambda delivers the event again. */
  readonly needsRetry: boolean;
}
