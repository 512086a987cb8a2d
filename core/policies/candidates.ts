/**
 * The settings that `adaptive` chooses among: every combination of how bold to be, how long to wait before going down, and
 * whose past to believe; and two that hardly ever go down, for load that nothing predicts.
 */
import type { TargetSettings } from './target.ts';

export interface Candidate {
  /** `bold/15min/week`: boldness, quiet minutes, season. */
  readonly name: string;
  readonly settings: TargetSettings;
}

type Boldness = Pick<TargetSettings, 'scaleUpAt' | 'sustainedMinutes' | 'fillTo' | 'shrinkTo' | 'largestRemainder'>;
type Season = Pick<TargetSettings, 'season' | 'lookAheadMinutes' | 'prewarmMinutes'>;

const boldness: Readonly<Record<string, Boldness>> = {
  cautious: { scaleUpAt: 0.85, sustainedMinutes: 1, fillTo: 0.7, shrinkTo: 0.7, largestRemainder: 0.6 },
  careful: { scaleUpAt: 0.95, sustainedMinutes: 2, fillTo: 0.75, shrinkTo: 0.75, largestRemainder: 0.76 },
  tight: { scaleUpAt: 0.98, sustainedMinutes: 1, fillTo: 0.95, shrinkTo: 0.9, largestRemainder: 0.76 },
  bold: { scaleUpAt: 1, sustainedMinutes: 3, fillTo: 0.95, shrinkTo: 0.95, largestRemainder: 0.76 },
  reckless: { scaleUpAt: 1.02, sustainedMinutes: 5, fillTo: 0.95, shrinkTo: 1, largestRemainder: 0.9 },
};

const quietMinutes = [15, 60] as const;

const seasons: Readonly<Record<string, Season>> = {
  none: { season: 'none', lookAheadMinutes: 0, prewarmMinutes: 0 },
  hour: { season: 'day', lookAheadMinutes: 60, prewarmMinutes: 0 },
  day: { season: 'day', lookAheadMinutes: 180, prewarmMinutes: 10 },
  week: { season: 'week', lookAheadMinutes: 180, prewarmMinutes: 10 },
};

const standing: readonly Candidate[] = [
  { name: 'half-day', settings: stand(720, 0.9, 0.8) },
  { name: 'all-day', settings: stand(1440, 0.8, 0.7) },
];

export const candidates: readonly Candidate[] = [
  ...Object.entries(boldness).flatMap(([bold, how]) =>
    quietMinutes.flatMap((minutes) =>
      Object.entries(seasons).map(([season, whose]) => ({
        name: `${bold}/${minutes}min/${season}`,
        settings: { ...how, ...whose, quietMinutes: minutes },
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
    largestRemainder: 0.76,
    season: 'day',
    lookAheadMinutes: 60,
    prewarmMinutes: 0,
  };
}
