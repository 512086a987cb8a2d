import { describe, expect, it } from 'vitest';
import { DemandHistory } from '../../../core/demand.ts';
import { adaptiveDefaults, choiceMinute, Replay, replayStart } from '../../../core/policies/adaptive.ts';
import { candidates } from '../../../core/policies/candidates.ts';

const day = 1440;
const few = { ...adaptiveDefaults, candidates: candidates.filter((_, index) => index % 6 === 0) };

/** A day's wave with a spike at a moving hour, so that settings differ. */
function wave(days: number): number[] {
  return Array.from({ length: days * day }, (_, minute) => {
    const hour = (minute % day) / 60;
    const spike = Math.abs(hour - 14 - (Math.floor(minute / day) % 3)) < 0.2 ? 9 : 0;
    return 6 - 4 * Math.cos((2 * Math.PI * minute) / day) + spike;
  });
}

describe('adaptive', () => {
  it('ranks every candidate, best first, and follows the best', () => {
    const load = wave(3);
    const choice = new Replay(few).choose(DemandHistory.of(load), load.length - 1, 0);
    expect(choice.replayed.map(({ name }) => name).sort()).toEqual(few.candidates.map(({ name }) => name).sort());
    const scores = choice.replayed.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(choice.candidate.name).toBe(choice.replayed[0]?.name);
  });

  it('is the more cautious the more was thrown away', () => {
    const load = wave(3);
    const choose = (throttled: number) => new Replay(few).choose(DemandHistory.of(load), load.length - 1, throttled);
    const [easy, strained] = [choose(0), choose(0.01)];
    expect(strained.price).toBeGreaterThan(easy.price);
    const throttledOf = ({ replayed }: typeof easy) => replayed[0]?.throttledFraction ?? Number.NaN;
    expect(throttledOf(strained)).toBeLessThan(throttledOf(easy));
  });

  it('has no memory: a new one chooses as one that went on, from only the fifteen days that CloudWatch keeps', () => {
    const load = wave(20);
    const whole = DemandHistory.of(load);
    const kept = new Replay(few);
    for (const minute of [18 * day + 360, 18 * day + 720, 19 * day + 360]) {
      const choice = kept.choose(whole, minute, 0);
      const firstKept = (Math.floor(minute / day) - 14) * day;
      const truncated = DemandHistory.of(load.slice(firstKept, minute + 1));
      const anew = new Replay(few).choose(truncated, minute - firstKept, 0);
      expect(anew.candidate.name).toBe(choice.candidate.name);
      anew.replayed.forEach((each, index) => {
        expect(each.shardHours).toBeCloseTo(choice.replayed[index]?.shardHours ?? Number.NaN, 6);
      });
    }
  });

  it('chooses four times a day, once a day is known', () => {
    expect([0, day - 1, day, day + 359, day + 360].map(choiceMinute)).toEqual([
      undefined,
      undefined,
      day,
      day,
      day + 360,
    ]);
    expect(replayStart(9 * day + 100)).toBe(3 * day);
  });
});
