import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BREACHING,
  judgeDatapoints,
  MISSING,
  NOT_BREACHING,
  type PointKind,
  type TreatMissingData,
  type Verdict,
} from '../../../../../simulator/models/cloudwatch/alarm/alarm-verdict.ts';

const KINDS: Readonly<Record<string, PointKind>> = { '0': NOT_BREACHING, X: BREACHING, '-': MISSING };
const TREATMENTS: readonly TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** @param points as AWS writes them: the newest on the right */
function judge(
  points: string,
  datapointsToAlarm: number,
  evaluationPeriods: number,
  treatMissingData: TreatMissingData,
) {
  const kinds = points.split(' ').map((sign) => KINDS[sign] ?? MISSING);
  return judgeDatapoints(
    { datapointsToAlarm, evaluationPeriods, treatMissingData },
    (age) => kinds[kinds.length - 1 - age] ?? MISSING,
    kinds.length,
  );
}

// Both tables of "Configuring how CloudWatch alarms treat missing data", row by row: missing, ignore, breaching,
// notBreaching.
const THREE_OF_THREE: readonly (readonly [string, Verdict, Verdict, Verdict, Verdict])[] = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', 'RETAIN', 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'ALARM', 'RETAIN', 'ALARM', 'OK'],
];
const TWO_OF_THREE: typeof THREE_OF_THREE = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'ALARM', 'RETAIN', 'ALARM', 'OK'],
];

describe('the tables of the user guide', () => {
  it.each(THREE_OF_THREE)('3 of 3: %s', (points, ...expected) => {
    expect(TREATMENTS.map((treatment) => judge(points, 3, 3, treatment))).toEqual(expected);
  });

  it.each(TWO_OF_THREE)('2 of 3: %s', (points, ...expected) => {
    expect(TREATMENTS.map((treatment) => judge(points, 2, 3, treatment))).toEqual(expected);
  });

  it.each(['- - - - X', '- - - X -'])('3 of 3: %s is no alarm yet', (points) => {
    expect(judge(points, 3, 3, 'missing')).not.toBe('ALARM');
    expect(judge(points, 3, 3, 'ignore')).toBe('RETAIN');
  });
});

describe('without missing data', () => {
  it('is M of the newest N, whatever the treatment', () => {
    const row = fc.record({
      points: fc.array(fc.constantFrom('0', 'X'), { minLength: 7, maxLength: 12 }),
      n: fc.integer({ min: 1, max: 5 }),
      m: fc.integer({ min: 1, max: 5 }),
      treatment: fc.constantFrom(...TREATMENTS),
    });
    fc.assert(
      fc.property(row, ({ points, n, m, treatment }) => {
        const needed = Math.min(m, n);
        const breaching = points.slice(-n).filter((sign) => sign === 'X').length;
        expect(judge(points.join(' '), needed, n, treatment)).toBe(breaching >= needed ? 'ALARM' : 'OK');
      }),
    );
  });
});
