/** Carries effects out: the lanes of a step side by side, the effects of a lane in order. */
import type { Lane, ScalingEffect, SetConcurrency } from '../../core/plan/effects.ts';
import type { EffectOutcome } from '../../core/report/scaling-report.ts';
import type { Answer, Ports } from '../ports.ts';

export async function runEffects(
  lanes: readonly Lane[],
  streamName: string,
  ports: Ports,
): Promise<readonly EffectOutcome[]> {
  const outcomes = await Promise.all(lanes.map((lane) => runLane(lane, streamName, ports)));
  return outcomes.flat();
}

/** In dry run: the same effects, none of them carried out. */
export function describeEffects(lanes: readonly Lane[]): readonly EffectOutcome[] {
  return lanes.flat().map((effect) => ({ effect }));
}

/** Whether an effect failed without which nothing after it may run. */
export function aborts(outcomes: readonly EffectOutcome[]): boolean {
  return outcomes.some(({ effect, failure }) => failure !== undefined && effect.onFailure === 'abort');
}

async function runLane(lane: Lane, streamName: string, ports: Ports): Promise<readonly EffectOutcome[]> {
  const outcomes: EffectOutcome[] = [];
  for (const effect of lane) {
    const answer = await perform(effect, streamName, ports);
    outcomes.push(answer.ok ? { effect } : { effect, failure: answer.failure });
    if (!answer.ok && effect.onFailure === 'abort') break;
  }
  return outcomes;
}

function perform(effect: ScalingEffect, streamName: string, ports: Ports): Promise<Answer<void>> {
  switch (effect.kind) {
    case 'tag-stream':
      return ports.streams.addTags(streamName, effect.tags);
    case 'update-shard-count':
      return ports.streams.updateShardCount(streamName, effect.to);
    case 'split-shard':
      return ports.streams.splitShard(streamName, effect.shardId, effect.startingHashKey);
    case 'merge-shards':
      return ports.streams.mergeShards(streamName, effect.shardId, effect.adjacentShardId);
    case 'create-alarm':
      return ports.alarms.create(effect.alarmName, effect.definition, effect.userParts, effect.tags);
    case 'put-alarm':
      return ports.alarms.put(effect.alarmName, effect.definition, effect.userParts);
    case 'rearm-alarm':
      return ports.alarms.rearm(effect.alarmName, effect.why);
    case 'tag-alarm':
      return ports.alarms.tag(effect.alarmArn, effect.tags);
    case 'set-concurrency':
      return setConcurrency(effect, ports);
  }
}

/** The fall-back removes a reservation of ours that is too small for the consumer; the failure is reported all the same. */
async function setConcurrency(effect: SetConcurrency, ports: Ports): Promise<Answer<void>> {
  const answer = await ports.functions.reserve(effect.functionName, effect.to);
  if (answer.ok || effect.onFailure !== 'fall-back' || answer.failure.retryable) return answer;
  const removed = await ports.functions.unreserve(effect.functionName);
  return removed.ok ? answer : removed;
}
