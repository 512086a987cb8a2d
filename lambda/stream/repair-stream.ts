/**
 * Repairs one stream by all there is to read of it: what drifted, alarms that nothing holds any more, and a shard count outside
 * its bounds. The bound outranks an alarm in ALARM: both would move the stream, and only one of them may in a run.
 */
import { hold } from '../../core/decision/decision.ts';
import { moveIntoBounds } from '../../core/decision/out-of-bounds.ts';
import type { NewAlarm } from '../../core/plan/alarm-repair.ts';
import { isConverged, lanesOf, planConvergence } from '../../core/plan/convergence.ts';
import { unansweredAfterMs } from '../../core/plan/rearming.ts';
import { planRepair, type RepairPlan } from '../../core/plan/repair-plan.ts';
import { describeDryRun } from '../../core/report/dry-run.ts';
import { scalingIsUnderWay } from '../../core/stream/stream-state.ts';
import { notifiedProblemsTag } from '../../core/stream/stream-tags.ts';
import { haveFaultsChanged, isEnabled } from '../../core/stream/tag-settings.ts';
import { hourMs } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { ReconcileCause } from '../events.ts';
import { applyDecision } from './apply-decision.ts';
import { describeEffects, runEffects } from './effect-runner.ts';
import type { CompleteReading } from './state-reader.ts';
import type { StreamOutcome } from './stream-report.ts';

/** A scaling so recent may have died before it tagged its alarms: then their tags are read too. */
const recentScalingMs = hourMs;

/** Nothing to write, no alarm in ALARM, no recent scaling: the cheap reads say all there is to say. */
export function needsNoRepair(reading: CompleteReading): boolean {
  const { state, contradictions, tagFaults, nowMs } = reading;
  if (contradictions.length > 0 || haveFaultsChanged(tagFaults, state.tags)) return false;
  // People know of a problem that is over by now: they are owed the all-clear.
  if (state.tags[notifiedProblemsTag]) return false;
  if (state.alarms.up?.state === 'ALARM' || state.alarms.down?.state === 'ALARM') return false;
  if (state.intent !== undefined && nowMs - state.intent.atMs < recentScalingMs) return false;
  const plan = planConvergence(reading);
  return isConverged(plan) && plan.findings.length === 0 && moveIntoBounds(reading) === undefined;
}

/** @param newAlarm how missing alarms are made; undefined where the stack makes them. */
export async function repairStream(
  reading: CompleteReading,
  cause: ReconcileCause,
  newAlarm: NewAlarm | undefined,
  context: ScalerContext,
): Promise<StreamOutcome> {
  const { state, contradictions, nowMs } = reading;
  // What acts goes by the stream's own word, not by an index that may be behind.
  if (newAlarm && !isEnabled(state.tags)) return { outcome: 'agrees', findings: [{ kind: 'no-longer-asks' }] };
  if (scalingIsUnderWay(state, nowMs)) return { outcome: 'agrees', findings: [{ kind: 'scaling-under-way' }] };
  if (contradictions.length > 0) {
    return { outcome: 'held', decision: hold('contradictory-settings', { faults: contradictions }) };
  }
  // After a deploy nothing is waited for: dry run may just have been turned off, or a reason to hold been changed.
  const plan = planRepair(reading, cause === 'deploy' ? 0 : unansweredAfterMs, newAlarm);
  const move = moveIntoBounds(reading);
  if (move) return await applyDecision(move, reading, context, plan);
  return await carryOut(plan, reading, context);
}

async function carryOut(plan: RepairPlan, reading: CompleteReading, context: ScalerContext): Promise<StreamOutcome> {
  const lanes = lanesOf(plan);
  const { dryRun } = context.deployment;
  const effects = dryRun ? describeEffects(lanes) : await runEffects(lanes, reading.state.streamName, context.ports);
  const isFailed = effects.some(({ failure }) => failure !== undefined);
  const { decision, alarmName } = plan.shown ?? {};
  const result: StreamOutcome = {
    outcome: lanes.length === 0 ? 'agrees' : dryRun ? 'planned' : isFailed ? 'failed' : 'converged',
    findings: plan.findings,
    effects,
    ...(decision && { decision }),
    ...(alarmName !== undefined && { alarmName }),
  };
  if (!dryRun || decision?.kind !== 'scale') return result;
  // The alarm would be re-armed first; its own notification would show this plan.
  const scaling = describeDryRun(decision, reading);
  return { ...result, ...scaling, effects: [...effects, ...scaling.effects] };
}
