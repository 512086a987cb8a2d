import { expect, it } from 'vitest';
import { decideFromAlarm } from '../../../core/decision/decide.ts';
import { firing, freshAge, minute, now, sampleAlarm, sampleSettings, sampleState } from '../samples.ts';

function decide(direction: 'up' | 'down', warnedAtMs: number | undefined) {
  const iteratorAge = { ...freshAge(0), ...(warnedAtMs === undefined ? {} : { warnedAtMs }) };
  const alarms = { up: undefined, down: undefined, [direction]: firing(direction) };
  const state = sampleState({ openShardCount: 4, alarms, iteratorAge });
  return decideFromAlarm(sampleAlarm(direction), { state, settings: sampleSettings(), nowMs: now });
}

it('holds a scale-down while the consumer side says that it would hurt, although the iterator age is low', () => {
  expect(decide('down', undefined)).toMatchObject({ kind: 'scale', targetShardCount: 2 });
  expect(decide('down', now - minute)).toMatchObject({
    kind: 'hold',
    reason: 'consumer-behind',
  });
});

it('no longer holds a scale-down when the consumer side has not repeated its warning for a quarter of an hour', () => {
  expect(decide('down', now - 16 * minute)).toMatchObject({ kind: 'scale' });
});

it('does not hold a scale-up while the consumer side warns of a scale-down', () => {
  expect(decide('up', now - minute)).toMatchObject({ kind: 'scale', targetShardCount: 8 });
});
