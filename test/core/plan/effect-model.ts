/** What AWS does with our effects, in ten lines each: enough to ask a plan whether it would plan anything more. */
import type { ScalingEffect, SetConcurrency } from '../../../core/plan/effects.ts';
import { completeState, type StreamState } from '../../../core/stream/stream-state.ts';

/** The state after an effect; throws where AWS would refuse it. */
export function applyEffect(state: StreamState, effect: ScalingEffect, nowMs: number): StreamState {
  switch (effect.kind) {
    case 'tag-stream':
      if (state.status !== 'ACTIVE') throw new Error('ResourceInUseException: tags are refused unless ACTIVE');
      return completeState({ ...state, tags: { ...state.tags, ...effect.tags } }, nowMs);
    case 'update-shard-count':
    case 'split-shard':
    case 'merge-shards':
      if (state.status !== 'ACTIVE') throw new Error('ResourceInUseException: the stream is not ACTIVE');
      return completeState({ ...state, status: 'UPDATING' }, nowMs);
    case 'set-concurrency':
      return reserve(state, effect);
    case 'create-alarm':
    case 'put-alarm':
    case 'rearm-alarm':
    case 'tag-alarm':
      return applyToAlarm(state, effect, nowMs);
  }
}

/**
 * What the account can still reserve is one pool: whatever one consumer takes, no other can have. What one gives back is left
 * to the next state that is read.
 */
function reserve(state: StreamState, effect: SetConcurrency): StreamState {
  const reserved = state.consumers.find(({ functionName }) => functionName === effect.functionName);
  const taken = effect.to - (reserved?.reservedConcurrency ?? 0);
  return {
    ...state,
    consumers: state.consumers.map((consumer) => {
      const { reservableConcurrency: left } = consumer;
      const own = consumer.functionName === effect.functionName;
      if (own && left !== undefined && taken > left && taken > 0) {
        throw new Error('InvalidParameterValueException: floor');
      }
      const reservableConcurrency = left === undefined ? undefined : left - Math.max(0, taken);
      return { ...consumer, ...(own && { reservedConcurrency: effect.to }), reservableConcurrency };
    }),
  };
}

type AlarmEffect = Extract<ScalingEffect, { alarmName: string }>;

function applyToAlarm(state: StreamState, effect: AlarmEffect, nowMs: number): StreamState {
  const direction = state.alarms.up?.alarmName === effect.alarmName ? 'up' : 'down';
  const alarm = state.alarms[direction];
  if (alarm?.alarmName !== effect.alarmName) throw new Error(`ResourceNotFound: ${effect.alarmName}`);
  const changed = (() => {
    switch (effect.kind) {
      case 'create-alarm':
        throw new Error('an alarm that exists is not created');
      case 'put-alarm':
        return { ...alarm, definition: effect.definition, userParts: effect.userParts, configuredAtMs: nowMs };
      case 'rearm-alarm':
        return { ...alarm, state: 'INSUFFICIENT_DATA' as const, stateTransitionedAtMs: nowMs };
      case 'tag-alarm':
        return { ...alarm, tags: { ...alarm.tags, ...effect.tags } };
    }
  })();
  return { ...state, alarms: { ...state.alarms, [direction]: changed } };
}

export function applyAll(state: StreamState, effects: readonly ScalingEffect[], nowMs: number): StreamState {
  return effects.reduce((before, effect) => applyEffect(before, effect, nowMs), state);
}
