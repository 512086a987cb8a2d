/**
 * The settings that `adaptive` chooses among: every combination of when to move, how full to be after a scale-up, how
 * long to wait before going down, and whose past to believe. Two more hardly ever go down, for load that nothing predicts.
 */
import { dayMinutes } from '../time.ts';
import type { TargetSettings } from './target.ts';

export interface Candidate {
  /** `bold/75%/30min/week`: when to move, filled to, quiet minutes, season. */
  readonly name: string;
  readonly settings: TargetSettings;
  /** Whole days that must have been replayed before it may be followed. */
  readonly leastDays: number;
}

/** In force until there is a day to replay: careful, patient, and without a season. */
export const firstDaySettings: TargetSettings = {
  scaleUpAt: 0.95,
  sustainedMinutes: 2,
  fillTo: 0.75,
  quietMinutes: 240,
  shrinkTo: 0.85,
  largestRemainder: 0.76,
  season: 'none',
  lookAheadMinutes: 0,
  prewarmMinutes: 0,
};

/** When to move. The bolder ones sit out a burst of some minutes, at the price of what it throws away. */
const temper: Readonly<
  Record<string, Pick<TargetSettings, 'scaleUpAt' | 'sustainedMinutes' | 'shrinkTo' | 'largestRemainder'>>
> = {
  cautious: { scaleUpAt: 0.85, sustainedMinutes: 1, shrinkTo: 0.75, largestRemainder: 0.6 },
  careful: { scaleUpAt: 0.95, sustainedMinutes: 2, shrinkTo: 0.85, largestRemainder: 0.76 },
  bold: { scaleUpAt: 1, sustainedMinutes: 2, shrinkTo: 0.9, largestRemainder: 0.76 },
  reckless: { scaleUpAt: 1.02, sustainedMinutes: 8, shrinkTo: 1, largestRemainder: 0.9 },
};

/** One quiet day does not show that recklessness is harmless. */
const leastDaysOf = (temper: string) => (temper === 'reckless' ? 3 : 0);

/** Spare room for a load that keeps rising, or none for one that falls back. */
const fillTo = [0.6, 0.75, 0.95] as const;

const quietMinutes = [10, 45, 240] as const;

const seasons: Readonly<Record<string, Pick<TargetSettings, 'season' | 'lookAheadMinutes' | 'prewarmMinutes'>>> = {
  none: { season: 'none', lookAheadMinutes: 0, prewarmMinutes: 0 },
  week: { season: 'week', lookAheadMinutes: 180, prewarmMinutes: 10 },
};

const standing: readonly Candidate[] = [
  { name: 'half-day', settings: stand(720, 0.9, 0.8), leastDays: 0 },
  { name: 'all-day', settings: stand(dayMinutes, 0.8, 0.7), leastDays: 0 },
];

export const candidates: readonly Candidate[] = [
  ...Object.entries(temper).flatMap(([name, when]) =>
    fillTo.flatMap((share) =>
      quietMinutes.flatMap((minutes) =>
        Object.entries(seasons).map(([season, whose]) => ({
          name: `${name}/${100 * share}%/${minutes}min/${season}`,
          settings: { ...when, ...whose, fillTo: share, quietMinutes: minutes },
          leastDays: leastDaysOf(name),
        })),
      ),
    ),
  ),
  ...standing,
];

function stand(minutes: number, scaleUpAt: number, fillTo: number): TargetSettings {
  return {
    scaleUpAt,
    sustainedMinutes: 1,
    fillTo,
    quietMinutes: minutes,
    shrinkTo: fillTo,
    largestRemainder: 0.76,
    season: 'day',
    lookAheadMinutes: 60,
    prewarmMinutes: 0,
  };
}
