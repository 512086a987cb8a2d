/** What must hold for inputs that nobody thought of. A failing seed prints its counterexample. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineAlarm } from '../../core/alarm/alarm-definition.ts';
import { parseScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import { decideFromAlarm } from '../../core/decision/decide.ts';
import type { ScaleDecision } from '../../core/decision/decision.ts';
import { isConverged, planConvergence } from '../../core/plan/convergence.ts';
import type { ScalingEffect } from '../../core/plan/effects.ts';
import { planScaling } from '../../core/plan/scaling-plan.ts';
import { describeFault, unprintable } from '../../core/result.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import { completeState, type StreamState } from '../../core/stream/stream-state.ts';
import {
  encodeConcurrency,
  encodeIntent,
  encodeLedger,
  readConcurrency,
  readIntent,
  readLedger,
  tagKeys,
} from '../../core/stream/stream-tags.ts';
import { formatAlarmTime, formatBasicTime, parseBasicTime, parseZonedTime } from '../../core/time.ts';
import { evaluateAlarm } from './alarm/metric-math.ts';
import { alarmOf, direction, firedState, settings, shardCount, streamState } from './arbitraries.ts';
import { applyAll } from './plan/effect-model.ts';
import { day, eventMessage, minute, now, streamName } from './samples.ts';

const many = { numRuns: 200 };
const drawn = streamState.chain((state) => fc.record({ state: fc.constant(state), alarm: alarmOf(state), settings }));

function scaleOf(...given: Parameters<typeof decideFromAlarm>): ScaleDecision | undefined {
  const decision = decideFromAlarm(...given);
  return decision.kind === 'scale' ? decision : undefined;
}

describe('the target of a scaling', () => {
  it('lies within minimum, maximum and the reach of one call, in the alarm’s direction', () => {
    let scaled = 0;
    fc.assert(
      fc.property(fc.oneof(firedState, drawn), ({ state, alarm, settings: given }) => {
        const decision = scaleOf(alarm, { state, settings: given, nowMs: now });
        if (!decision) return;
        scaled += 1;
        const { targetShardCount: target, openShardCount: open } = decision;
        expect(decision.direction).toBe(alarm.direction);
        if (decision.direction === 'up') {
          expect(target).toBeGreaterThan(open);
          expect(target).toBeLessThanOrEqual(Math.min(2 * open, given.maxShards, 10_000));
        } else {
          expect(target).toBeLessThan(open);
          expect(target).toBeGreaterThanOrEqual(Math.max(Math.ceil(open / 2), given.minShards, 1));
        }
      }),
      many,
    );
    // Otherwise the property held because nothing ever scaled.
    expect(scaled).toBeGreaterThan(20);
  });
});

describe('an alarm that is void', () => {
  it('since it judged by another shard count never scales', () => {
    fc.assert(
      fc.property(
        firedState,
        fc.option(shardCount, { nil: undefined }),
        ({ state, alarm, settings: given }, judged) => {
          fc.pre(judged !== state.openShardCount);
          const other = { ...alarm, judgedShardCount: judged };
          expect(scaleOf(other, { state, settings: given, nowMs: now })).toBeUndefined();
        },
      ),
      many,
    );
  });

  it('since it was answered never scales again, at any age and wherever its answer broke off', () => {
    let answered = 0;
    const kept = fc.record({ lanes: fc.tuple(fc.boolean(), fc.boolean()), all: fc.boolean() });
    fc.assert(
      fc.property(
        firedState,
        kept,
        fc.boolean(),
        fc.integer({ min: 0, max: day }),
        fc.integer({ min: 0, max: 5 * minute }),
        ({ state, alarm, settings: given }, { lanes, all }, finished, olderMs, laterMs) => {
          const decision = scaleOf(alarm, { state, settings: given, nowMs: now });
          if (!decision) return;
          answered += 1;
          const [intent = [], call = [], follow = []] = planScaling(decision, {
            state,
            settings: given,
            nowMs: now,
          }).steps;
          // Intent and call happened. Of the rest each alarm's lane got as far as it got.
          const rest = follow.flatMap((lane, index) => lane.slice(0, lanes[index] ? lane.length : 1));
          const survived = [...intent.flat(), ...call.flat(), ...(all ? rest : [])];
          const after = settle(applyAll(state, survived, now), decision.targetShardCount, finished);
          const again = { ...alarm, stateChangedAtMs: alarm.stateChangedAtMs - olderMs };
          expect(scaleOf(again, { state: after, settings: given, nowMs: now + laterMs })).toBeUndefined();
        },
      ),
      many,
    );
    expect(answered).toBeGreaterThan(20);
  });

  it('since it is older than the last scaling never scales, even at the same shard count', () => {
    fc.assert(
      fc.property(firedState, fc.integer({ min: 0, max: day }), ({ state, alarm, settings: given }, olderMs) => {
        const { up, down } = state.alarms;
        const tagged = {
          ...state,
          alarms: { up: up && { ...up, tags: { LastScaledTimestamp: formatAlarmTime(now) } }, down },
        };
        const older = { ...alarm, stateChangedAtMs: now - olderMs };
        expect(scaleOf(older, { state: tagged, settings: given, nowMs: now })).toBeUndefined();
      }),
      many,
    );
  });
});

/** The stream some time after the call: still UPDATING, or there. */
function settle(state: StreamState, target: number, finished: boolean): StreamState {
  return finished ? completeState({ ...state, status: 'ACTIVE', openShardCount: target }, now) : state;
}

describe('converge', () => {
  const effectsOf = (state: StreamState, given: StreamSettings, at: number): ScalingEffect[] => {
    const { alarmLanes, concurrencyLanes } = planConvergence({ state, settings: given, nowMs: at });
    return [...alarmLanes, ...concurrencyLanes].flat();
  };

  it('changes nothing the second time, whatever the state was', () => {
    let changed = 0;
    fc.assert(
      fc.property(streamState, settings, (state, given) => {
        const effects = effectsOf(state, given, now);
        if (effects.length > 0) changed += 1;
        const after = applyAll(state, effects, now);
        expect(effectsOf(after, given, now)).toEqual([]);
        const later = completeState(after, now + 5 * minute);
        // A time that lay in the future may be in the past by then, and then it counts.
        if (later.intent?.atMs === after.intent?.atMs) {
          expect(planConvergence({ state: later, settings: given, nowMs: now + 5 * minute }).alarmLanes).toEqual([]);
        }
      }),
      { numRuns: 400 },
    );
    expect(changed).toBeGreaterThan(20);
  });

  it('has nothing left to do for alarms after a scaling, while UPDATING and once there', () => {
    fc.assert(
      fc.property(firedState, fc.boolean(), ({ state, alarm, settings: given }, finished) => {
        const decision = scaleOf(alarm, { state, settings: given, nowMs: now });
        fc.pre(decision !== undefined);
        const effects = planScaling(decision, { state, settings: given, nowMs: now }).steps.flat(2);
        const after = settle(applyAll(state, effects, now), decision.targetShardCount, finished);
        expect(planConvergence({ state: after, settings: given, nowMs: now }).alarmLanes).toEqual([]);
      }),
      many,
    );
  });

  it('never resets an alarm that is not in ALARM, and never writes the user’s parts', () => {
    fc.assert(
      fc.property(streamState, settings, (state, given) => {
        const byName = new Map([state.alarms.up, state.alarms.down].map((alarm) => [alarm?.alarmName, alarm]));
        for (const effect of effectsOf(state, given, now)) {
          if (effect.kind === 'rearm-alarm') expect(byName.get(effect.alarmName)?.state).toBe('ALARM');
          if (effect.kind === 'put-alarm') expect(effect.userParts).toEqual(byName.get(effect.alarmName)?.userParts);
        }
      }),
      many,
    );
  });

  it('touches no stream that is on-demand, UPDATING for an unknown reason, CREATING or DELETING', () => {
    fc.assert(
      fc.property(streamState, settings, (state, given) => {
        const untouchable = state.mode === 'ON_DEMAND' || state.status === 'CREATING' || state.status === 'DELETING';
        fc.pre(untouchable);
        expect(isConverged(planConvergence({ state, settings: given, nowMs: now }))).toBe(true);
      }),
      many,
    );
  });

  it('never lowers a consumer while UPDATING, and never touches one that was stopped', () => {
    fc.assert(
      fc.property(streamState, settings, (state, given) => {
        for (const effect of effectsOf(state, given, now)) {
          if (effect.kind !== 'set-concurrency') continue;
          expect(effect.from).not.toBe(0);
          if (state.status === 'UPDATING') expect(effect.to).toBeGreaterThan(effect.from ?? 0);
        }
      }),
      many,
    );
  });
});

describe('the alarm math', () => {
  const load = fc.record({
    IncomingBytes: fc.integer({ min: 0, max: 2 ** 40 }),
    IncomingRecords: fc.integer({ min: 0, max: 2 ** 32 }),
    'GetRecords.IteratorAgeMilliseconds': fc.integer({ min: 0, max: day }),
  });

  it('is the incoming traffic divided by what the shards take', () => {
    fc.assert(
      fc.property(load, shardCount, settings, (datapoints, shards, given) => {
        const seconds = given.periodMinutes * 60;
        const bytes = datapoints.IncomingBytes / (1_048_576 * seconds * shards);
        const records = datapoints.IncomingRecords / (1_000 * seconds * shards);
        const definition = defineAlarm('up', { streamName, shardCount: shards, settings: given });
        expect(evaluateAlarm(definition, datapoints)).toBeCloseTo(Math.max(bytes, records), 9);
      }),
      many,
    );
  });

  it('never falls with more load or an older iterator, and never rises with more shards', () => {
    fc.assert(
      fc.property(direction, load, load, shardCount, shardCount, settings, (which, one, other, few, more, given) => {
        const least = Object.fromEntries(
          Object.entries(one).map(([name, value]) => [name, Math.min(value, other[name as keyof typeof other])]),
        );
        const at = (shards: number) => defineAlarm(which, { streamName, shardCount: shards, settings: given });
        expect(evaluateAlarm(at(few), least)).toBeLessThanOrEqual(evaluateAlarm(at(few), one));
        const [low, high] = [Math.min(few, more), Math.max(few, more)];
        expect(evaluateAlarm(at(high), one)).toBeLessThanOrEqual(evaluateAlarm(at(low), one));
      }),
      many,
    );
  });

  it('never scales down while a consumer is at its limit, nor where a required iterator age is missing', () => {
    fc.assert(
      fc.property(
        load,
        shardCount,
        settings,
        fc.double({ min: 0.0001, max: 0.9, noNaN: true }),
        (datapoints, shards, given, scaleDownThreshold) => {
          const fine = { ...given, scaleDownThreshold };
          const definition = defineAlarm('down', { streamName, shardCount: shards, settings: fine });
          const behind = { ...datapoints, 'GetRecords.IteratorAgeMilliseconds': fine.iteratorAgeLimitMinutes * minute };
          const value = evaluateAlarm(definition, behind);
          expect(value < definition.threshold && value < scaleDownThreshold * (1 - 1e-12)).toBe(false);
          const required = defineAlarm('down', {
            streamName,
            shardCount: shards,
            settings: { ...fine, iteratorAge: 'required' },
          });
          const silent = evaluateAlarm(required, { IncomingBytes: 0, IncomingRecords: 0 });
          expect(silent).toBeGreaterThanOrEqual(scaleDownThreshold * (1 - 1e-12));
        },
      ),
      many,
    );
  });

  it('does not oscillate: on a constant load no scaling makes the opposite alarm fire', () => {
    let scaled = 0;
    fc.assert(
      fc.property(
        firedState,
        fc.double({ min: 0, max: 2, noNaN: true }),
        ({ state, alarm, settings: given }, utilization) => {
          const { openShardCount: open } = state;
          const capacity = 1_000 * 60 * given.periodMinutes;
          const datapoints = {
            IncomingBytes: 0,
            IncomingRecords: utilization * capacity * open,
            'GetRecords.IteratorAgeMilliseconds': 0,
          };
          const breaches = (which: 'up' | 'down', shards: number) => {
            const definition = defineAlarm(which, { streamName, shardCount: shards, settings: given });
            const value = evaluateAlarm(definition, datapoints);
            return which === 'up' ? value >= definition.threshold : value < definition.threshold;
          };
          fc.pre(breaches(alarm.direction, open));
          const decision = scaleOf(alarm, { state, settings: given, nowMs: now });
          fc.pre(decision !== undefined);
          scaled += 1;
          expect(breaches(alarm.direction === 'up' ? 'down' : 'up', decision.targetShardCount)).toBe(false);
        },
      ),
      many,
    );
    expect(scaled).toBeGreaterThan(20);
  });
});

describe('a hostile message', () => {
  const texts = [eventMessage('scale-up'), eventMessage('scale-down')];
  const hostile = fc.oneof(
    fc.constantFrom<unknown>('__proto__', 'constructor', '\u202eevil', '../../etc', null, -0, 1e308, [], {}),
    fc.jsonValue(),
    fc.string({ unit: 'binary', maxLength: 300 }),
  );

  it('never throws, is complete where it is accepted, and has printable faults where it is refused', () => {
    let accepted = 0;
    const mutated = fc
      .tuple(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'repeat'), hostile), { maxLength: 4 }),
      )
      .map(([text, changes]) => {
        const message: unknown = JSON.parse(text);
        for (const [where, how, value] of changes) mutate(message, where, how, value);
        return JSON.stringify(message);
      });
    const anything = fc.oneof(
      { weight: 4, arbitrary: mutated },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...texts).chain((text) => fc.nat(text.length).map((end) => text.slice(0, end))),
      },
    );
    fc.assert(
      fc.property(anything, (text) => {
        const read = parseScalingAlarm(text);
        if (read.ok) {
          accepted += 1;
          expect(read.value.streamName).toMatch(/^[\w.-]{1,128}$/);
          expect(Number.isFinite(read.value.stateChangedAtMs)).toBe(true);
          expect(unprintable.test(JSON.stringify(read.value))).toBe(false);
        } else {
          expect(read.faults.length).toBeGreaterThan(0);
          expect(read.faults.length).toBeLessThanOrEqual(10);
          for (const fault of read.faults) {
            const line = describeFault(fault);
            expect(unprintable.test(line)).toBe(false);
            expect(line.length).toBeLessThan(400);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(10);
  });

  it('is refused without a crash where it is nested as deeply as SNS can carry', () => {
    for (const text of ['['.repeat(131_000) + ']'.repeat(131_000), `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`]) {
      expect(parseScalingAlarm(text).ok).toBe(false);
    }
  });
});

/** Changes the n-th value of a JSON tree in place. */
function mutate(root: unknown, where: number, how: string, value: unknown): void {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    const holder = node as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      walk(holder[key]);
    }
  };
  walk(root);
  const place = places[where % places.length];
  if (!place) return;
  const { holder, key } = place;
  if (how === 'remove') Reflect.deleteProperty(holder, key);
  else if (how === 'repeat' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
  else holder[key] = value;
}

describe('the product’s memory in tags', () => {
  const time = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) });
  const allowed = /^[\p{L}\p{N}\p{Z}_./=+\-@]*$/u;
  const fits = (key: string, value: string) => {
    expect(key).toMatch(allowed);
    expect(value).toMatch(allowed);
    expect(key.length).toBeLessThanOrEqual(128);
    expect(value.length).toBeLessThanOrEqual(255);
  };

  it('reads back as it was written, in the characters that Kinesis allows', () => {
    fc.assert(
      fc.property(time, shardCount, shardCount, (atMs, from, to) => {
        const value = encodeIntent({ atMs, from, to });
        fits(tagKeys.intent, value);
        expect(readIntent({ [tagKeys.intent]: value })).toEqual({ atMs, from, to });
        expect(parseBasicTime(formatBasicTime(atMs))).toBe(atMs);
        expect(parseZonedTime(formatAlarmTime(atMs))).toBe(atMs);
      }),
    );
    const secondsAgo = fc.integer({ min: 0, max: 86_399 });
    fc.assert(
      fc.property(fc.array(secondsAgo, { maxLength: 21 }), (ages) => {
        const ledger = ages.map((age) => now - age * 1000).toSorted((a, b) => a - b);
        const value = encodeLedger(ledger);
        fits(tagKeys.ledger, value);
        expect(readLedger({ [tagKeys.ledger]: value }, now)).toEqual(ledger);
      }),
    );
    const functionName = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
    const reserved = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(functionName, reserved, (name, values) => {
        const key = tagKeys.concurrency + name;
        const value = encodeConcurrency(values);
        fits(key, value);
        expect(readConcurrency({ [key]: value }, name)).toEqual(values);
      }),
    );
  });

  it('never throws on tags that somebody else wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 255 }), (text) => {
        const tags = { [tagKeys.intent]: text, [tagKeys.ledger]: text, [`${tagKeys.concurrency}f`]: text };
        readIntent(tags);
        expect(readLedger(tags, now).every(Number.isFinite)).toBe(true);
        expect(readConcurrency(tags, 'f').every(Number.isInteger)).toBe(true);
      }),
      many,
    );
  });
});
