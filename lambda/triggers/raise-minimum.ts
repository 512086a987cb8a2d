/**
 * A stream's schedule asks for at least so many shards for some time: `{"floor": {"stream": "orders", "shards": 16, "minutes":
 * 120}}`. The temporary minimum is written as a tag on the stream, and the stream is reconciled at once: this run takes the
 * first step up, the next runs take the others.
 */
import { rejectAlarm } from '../../core/decision/message-rules.ts';
import type { TagStream } from '../../core/plan/effects.ts';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { type Fault, quote, type Result } from '../../core/result.ts';
import type { Deployment } from '../../core/settings/deployment.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { isEnabled } from '../../core/stream/tag-settings.ts';
import {
  addTemporaryMinimum,
  type TemporaryMinimumRequest,
  temporaryMinimumTag,
} from '../../core/stream/temporary-minimum.ts';
import { minuteMs } from '../../core/time.ts';
import type { ScalerContext } from '../context.ts';
import type { Answer } from '../ports.ts';
import { type StreamOutcome, toReport } from '../stream/stream-report.ts';
import { fleetOf } from './fleet.ts';
import type { RunResult } from './reconcile-fleet.ts';
import { reconcileStreams } from './reconcile-streams.ts';

/** A stream takes no tag while it is UPDATING. This run waits for so long, and Lambda's retries wait on. */
const patienceMs = 5 * minuteMs;
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
  const fleet = fleetOf([stream], context.deployment);
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
  const value = addTemporaryMinimum(tags, { shards, untilMs: nowMs + minutes * minuteMs }, nowMs);
  const effect: TagStream = { kind: 'tag-stream', tags: { [temporaryMinimumTag]: value }, onFailure: 'abort' };
  if (context.deployment.dryRun) return reportOf(stream, { outcome: 'planned', effects: [{ effect }] }, context);
  const answer = await tagOnceActive(stream, effect.tags, remainingMs, context);
  if (answer.ok) return reportOf(stream, { outcome: 'converged', effects: [{ effect }] }, context);
  return reportOf(stream, { outcome: 'failed', effects: [{ effect, failure: answer.failure }] }, context);
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
  return reportOf(stream, { outcome: 'held', decision: rejectAlarm(faults) }, context);
}

function reportOf(stream: string | undefined, result: StreamOutcome, context: ScalerContext): ScalingReport {
  return toReport('schedule', stream, result, context);
}

function runOf(reports: readonly ScalingReport[]): RunResult {
  return { reports, failures: [], notReached: 0, alarmsRemoved: [] };
}
