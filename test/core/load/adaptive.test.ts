import { describe, expect, it } from 'vitest';
import {
  type AdaptiveSettings,
  adaptiveDefaults,
  choiceMinute,
  Replay,
  replayStart,
} from '../../../core/load/adaptive.ts';
import { type Candidate, candidates } from '../../../core/load/candidates.ts';
import { LoadHistory } from '../../../core/load/load-history.ts';
import { targetDefaults } from '../../../core/load/target.ts';

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

const steady = (shards: number, minutes: number) => Array.from({ length: minutes }, () => shards);

describe('a candidate’s replay', () => {
  /** Neither up nor down, unless the load is far above the shards. */
  const sitting: Candidate = {
    name: 'sitting',
    settings: { ...targetDefaults, scaleUpAt: 2, shrinkTo: 0.1, season: 'none' },
    leastDays: 0,
  };
  const minute = 8 * day + 99;
  /** Begins at midnight six days before, and ends with the minute of the choice. */
  const [first, minutes] = [2 * day, 6 * day + 100];

  function replay(candidate: Candidate, load: readonly number[], at = minute) {
    const { replayed } = new Replay({ ...few, candidates: [candidate] }).choose(LoadHistory.of(load), at, 0);
    return replayed[0];
  }

  it('a candidate’s replay begins half full and bills every minute', () => {
    expect(replay(sitting, steady(4, minute + 1))).toEqual({
      name: 'sitting',
      shardHours: (8 * minutes) / 60,
      throttledFraction: 0,
      score: (8 * minutes) / 60,
    });
    expect(replay(sitting, steady(4.1, minute + 1))?.shardHours).toBe((9 * minutes) / 60);
  });

  it('a candidate’s replay throws away what does not fit, and pays for it', () => {
    const load = steady(4, minute + 1);
    for (const at of [first - 1, first + 100, minute]) load[at] = 9.5;
    const told = replay(sitting, load);
    expect(told?.throttledFraction).toBeCloseTo(3 / (4 * minutes + 11), 12);
    expect(told?.score).toBeCloseTo((8 * minutes + (50 / 3) * 3) / 60, 6);
  });

  it('a candidate’s replay bills the larger count while it reshards, at a third of the usual speed', () => {
    const shrinking = { ...sitting, settings: { ...sitting.settings, quietMinutes: 1, shrinkTo: 0.9 } };
    // From 8 to 6 in 1 + 8/32 minutes, three times, rounded up: four minutes after that of the call.
    expect(replay(shrinking, steady(4, minute + 1))?.shardHours).toBe((8 * 5 + 6 * (minutes - 5)) / 60);
  });

  it('a candidate’s replay of an idle stream has one shard and throws nothing away', () => {
    expect(replay(sitting, steady(0, minute + 1))).toMatchObject({
      shardHours: minutes / 60,
      throttledFraction: 0,
    });
  });
});

describe('adaptive', () => {
  it('adaptive ranks every candidate, best first, and follows the best', () => {
    const load = wave(3);
    const choice = new Replay(few).choose(LoadHistory.of(load), load.length - 1, 0);
    expect(choice.replayed.map(({ name }) => name).sort()).toEqual(few.candidates.map(({ name }) => name).sort());
    const scores = choice.replayed.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(choice.candidate.name).toBe(choice.replayed[0]?.name);
  });

  it('adaptive is more cautious when more was thrown away', () => {
    const load = wave(3);
    const choose = (throttled: number) => new Replay(few).choose(LoadHistory.of(load), load.length - 1, throttled);
    const [easy, strained] = [choose(0), choose(0.01)];
    expect(strained.price).toBeGreaterThan(easy.price);
    const throttledOf = ({ replayed }: typeof easy) => replayed[0]?.throttledFraction ?? Number.NaN;
    expect(throttledOf(strained)).toBeLessThan(throttledOf(easy));
  });

  it.each([
    ['nothing: no less than a third is paid', 0, 50 / 3],
    ['half of the budget', 0.00015, 50 / Math.exp(0.625)],
    ['just what the budget allows', 0.0003, 50],
    ['much more: no more than fifteen times as much is paid', 0.01, 750],
  ])('adaptive prices a shard-minute thrown away by the error budget: %s', (_what, throttled, price) => {
    const choose = (settings: AdaptiveSettings) =>
      new Replay(settings).choose(LoadHistory.of(steady(4, day)), day - 1, throttled);
    expect(choose(few).price).toBeCloseTo(price, 10);
    expect(choose({ ...few, lowestPrice: 2 }).price).toBeCloseTo(Math.max(100, price), 10);
  });

  it('adaptive follows no reckless candidate before three days are replayed', () => {
    const tempers = (days: number) => {
      const { replayed } = new Replay(few).choose(LoadHistory.of(wave(days)), days * day - 1, 0);
      return new Set(replayed.map(({ name }) => name.split('/')[0]));
    };
    expect(tempers(2)).not.toContain('reckless');
    expect(tempers(2)).toContain('bold');
    expect(tempers(3)).toContain('reckless');
  });

  it('adaptive without a candidate throws', () => {
    const none = new Replay({ ...few, candidates: [] });
    expect(() => none.choose(LoadHistory.of([1]), 0, 0)).toThrow(
      new RangeError('adaptive needs at least one candidate'),
    );
  });

  it('a new replay of fifteen days chooses as one that has run for longer', () => {
    const load = wave(20);
    const whole = LoadHistory.of(load);
    const kept = new Replay(few);
    for (const minute of [18 * day + 360, 18 * day + 720, 19 * day + 360]) {
      const choice = kept.choose(whole, minute, 0);
      const firstKept = (Math.floor(minute / day) - 14) * day;
      const truncated = LoadHistory.of(load.slice(firstKept, minute + 1));
      const anew = new Replay(few).choose(truncated, minute - firstKept, 0);
      expect(anew.candidate.name).toBe(choice.candidate.name);
      anew.replayed.forEach((each, index) => {
        expect(each.shardHours).toBeCloseTo(choice.replayed[index]?.shardHours ?? Number.NaN, 6);
      });
    }
  });

  it('adaptive chooses four times a day, once a day is known', () => {
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
