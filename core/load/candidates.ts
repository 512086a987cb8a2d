/**
 * The settings that `adaptive` chooses among: every combination of when to move, how full to be after a scale-up, how
 * long to wait before going down, and whose past to believe. Two more hardly ever go down, for load that nothing predicts.
 */
import { dayMinutes } from '../time.ts';
import { type TargetSettings, targetDefaults } from './target.ts';

export interface Candidate {
  /** `bold/45min/week`: when to move, quiet minutes, season. */
  readonly name: string;
  readonly settings: TargetSettings;
  /** Whole days that must have been replayed before it may be followed. */
  readonly leastDays: number;
}

/** In force until there is a day to replay: careful, patient, and without a season. */
export const firstDaySettings: TargetSettings = {
  scaleUpAt: 0.95,
  sustainedMinutes: 1,
  fillTo: 0.75,
  quietMinutes: 60,
  shrinkTo: 0.85,
  season: 'none',
  lookAheadMinutes: 0,
  prewarmMinutes: 0,
};

/** When to move. The bolder ones sit out a burst of some minutes, at the price of what it throws away. */
const temper: Readonly<Record<string, Pick<TargetSettings, 'scaleUpAt' | 'sustainedMinutes' | 'shrinkTo'>>> = {
  cautious: { scaleUpAt: 0.85, sustainedMinutes: 1, shrinkTo: 0.75 },
  careful: { scaleUpAt: 0.95, sustainedMinutes: 1, shrinkTo: 0.85 },
  bold: { scaleUpAt: 1, sustainedMinutes: 2, shrinkTo: 0.9 },
  reckless: { scaleUpAt: 1.02, sustainedMinutes: 5, shrinkTo: 1 },
};

/** One quiet day does not show that recklessness is harmless. */
const leastDaysOf = (temper: string) => (temper === 'reckless' ? 3 : 0);

const FILL_TO = 0.95;
const quietMinutes = [10, 45, 240] as const;

const seasons: Readonly<Record<string, Pick<TargetSettings, 'season' | 'lookAheadMinutes' | 'prewarmMinutes'>>> = {
  none: { season: 'none', lookAheadMinutes: 0, prewarmMinutes: 0 },
  day: { season: 'day', lookAheadMinutes: 60, prewarmMinutes: 10 },
  week: { season: 'week', lookAheadMinutes: 180, prewarmMinutes: 10 },
};

const standing: readonly Candidate[] = [
  { name: 'half-day', settings: stand(720, 0.9, 0.8), leastDays: 0 },
  { name: 'all-day', settings: stand(dayMinutes, 0.8, 0.7), leastDays: 0 },
];

/** The fixed policy. It is also the shadow that `adaptive` measures its regret by. */
export const shadow: Candidate = { name: 'target', settings: targetDefaults, leastDays: 0 };

export const candidates: readonly Candidate[] = [
  shadow,
  ...Object.entries(temper).flatMap(([name, when]) =>
    quietMinutes.flatMap((minutes) =>
      Object.entries(seasons).map(([season, whose]) => ({
        name: `${name}/${minutes}min/${season}`,
        settings: { ...when, ...whose, fillTo: FILL_TO, quietMinutes: minutes },
        leastDays: leastDaysOf(name),
      })),
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
    season: 'day',
    lookAheadMinutes: 60,
    prewarmMinutes: 0,
  };
}
