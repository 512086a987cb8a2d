/**
 * A schedule's hour has come: `{"floor": {"stream": "orders", "shards": 16, "minutes": 120}}`. The floor is written as a tag
 * on the stream, and the stream is reconciled at once: the first step up is taken now, the others by the next runs.
 */

import { rejectAlarm } from '../../core/decision/message-rules.ts';
import type { TagStream } from '../../core/plan/effects.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { type Fault, quote, type Result } from '../../core/result.ts';
import type { Deployment } from '../../core/settings/deployment.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import {
  addTemporaryMinimum,
  type TemporaryMinimumRequest,
  temporaryMinimumTag,
} from '../../core/stream/temporary-minimum.ts';
import { formatIsoTime } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer } from '../ports.ts';
import { isEnabled, newAlarmOf } from './fleet.ts';
import type { RunResult } from './reconcile-fleet.ts';
import { reconcileStreams } from './reconcile-stream.ts';

/** A stream takes no tag while it is UPDATING. So long is waited; then Lambda's retries wait on. */
const patienceMs = 5 * 60_000;
const pollMs = 15_000;

export async function raiseTemporaryMinimum(
  request: Result<TemporaryMinimumRequest>,
  remainingMs: () => number,
  context: ScalerContext,
): Promise<RunResult> {
  if (!request.ok) return runOf([refuse(request.faults, undefined, context)]);
  const { stream } = request.value;
  const tags = await context.ports.streams.listTags(stream);
  if (!tags.ok) return { ...runOf([]), failures: [tags.failure] };
  if (!isManaged(stream, tags.value, context.deployment)) {
    return runOf([refuse([notManaged(stream)], stream, context)]);
  }
  const report = await writeTemporaryMinimum(request.value, tags.value, remainingMs, context);
  if (report.outcome !== 'converged') return runOf([report]);
  const fleet = { streamNames: [stream], tags: undefined, making: newAlarmOf(context.deployment), failures: [] };
  const { reports } = await reconcileStreams(fleet, { cause: 'schedule', timeIsUp: () => false }, context);
  return runOf([report, ...reports]);
}

async function writeTemporaryMinimum(
  { stream, shards, minutes }: TemporaryMinimumRequest,
  tags: Tags,
  remainingMs: () => number,
  context: ScalerContext,
): Promise<ScalingReport> {
  const nowMs = context.clock.nowMs();
  const value = addTemporaryMinimum(tags, { shards, untilMs: nowMs + minutes * 60_000 }, nowMs);
  const effect: TagStream = { kind: 'tag-stream', tags: { [temporaryMinimumTag]: value }, onFailure: 'abort' };
  if (context.deployment.dryRun) return reportOf(stream, context, { outcome: 'planned', effects: [{ effect }] });
  const answer = await tagOnceActive(stream, effect.tags, remainingMs, context);
  if (answer.ok) return reportOf(stream, context, { outcome: 'converged', effects: [{ effect }] });
  return reportOf(stream, context, { outcome: 'failed', effects: [{ effect, failure: answer.failure }] });
}

async function tagOnceActive(
  stream: string,
  tags: Tags,
  remainingMs: () => number,
  { ports, clock }: ScalerContext,
): Promise<Answer<void>> {
  const enoughMs = Math.max(pollMs, remainingMs() - patienceMs);
  for (;;) {
    const answer = await ports.streams.addTags(stream, tags);
    if (answer.ok || answer.failure.kind !== 'busy' || remainingMs() - pollMs < enoughMs) return answer;
    await clock.sleep(pollMs);
  }
}

/** As for an alarm: an event never names a stream into being managed. */
function isManaged(stream: string, tags: Tags, { streams, discovery }: Deployment): boolean {
  return !streams || streams.has(stream) || (discovery !== undefined && isEnabled(tags));
}

function notManaged(stream: string): Fault {
  const remedy = 'add the stream to the deployment, or tag it autoscaling/enabled = true where discovery is on';
  return { field: 'floor.stream', value: quote(stream), problem: 'is not managed here', remedy };
}

/** Trying again would not help: no retry. */
function refuse(faults: readonly Fault[], stream: string | undefined, context: ScalerContext): ScalingReport {
  return reportOf(stream, context, { outcome: 'held', decision: rejectAlarm(faults), effects: [] });
}

function reportOf(
  stream: string | undefined,
  { deployment, clock }: ScalerContext,
  result: Pick<ScalingReport, 'outcome' | 'effects'> & Partial<Pick<ScalingReport, 'decision'>>,
): ScalingReport {
  return {
    source: 'schedule',
    at: formatIsoTime(clock.nowMs()),
    ...(stream === undefined ? {} : { streamName: stream }),
    dryRun: deployment.dryRun,
    findings: [],
    failures: [],
    ...result,
    needsRetry: result.outcome === 'failed',
  };
}

function runOf(reports: readonly ScalingReport[]): RunResult {
  return { reports, failures: [], notReached: 0, alarmsRemoved: [] };
}
