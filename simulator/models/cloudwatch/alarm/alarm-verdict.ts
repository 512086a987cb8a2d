/**
 * What CloudWatch makes of a row of datapoints. Source: user guide, "Configuring how CloudWatch alarms treat missing
 * data"; both of its tables are test cases.
 */
export const NOT_BREACHING = 0;
export const BREACHING = 1;
export const MISSING = 2;
export type PointKind = typeof NOT_BREACHING | typeof BREACHING | typeof MISSING;

export type TreatMissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

export interface MOfN {
  readonly datapointsToAlarm: number;
  readonly evaluationPeriods: number;
  readonly treatMissingData: TreatMissingData;
}

/** `RETAIN`: nothing is said, the alarm stays what it is. */
export type Verdict = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'RETAIN';

/**
 * @param pointAt the evaluation range, newest first: `pointAt(0)` is the latest period
 * @param rangePeriods how many periods it holds; not less than `evaluationPeriods`
 */
export function judgeDatapoints(rule: MOfN, pointAt: (age: number) => PointKind, rangePeriods: number): Verdict {
  let real = 0;
  let breaching = 0;
  let oldestRealAge = -1;
  for (let age = 0; age < rangePeriods && real < rule.evaluationPeriods; age += 1) {
    const kind = pointAt(age);
    if (kind === MISSING) continue;
    real += 1;
    oldestRealAge = age;
    if (kind === BREACHING) breaching += 1;
  }
  if (real === rule.evaluationPeriods) return breaching >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
  return judgeWithGaps(rule, { real, breaching, oldestRealAge });
}

interface RealDatapoints {
  readonly real: number;
  readonly breaching: number;
  readonly oldestRealAge: number;
}

function judgeWithGaps(rule: MOfN, { real, breaching, oldestRealAge }: RealDatapoints): Verdict {
  const crossed = breaching >= rule.datapointsToAlarm;
  switch (rule.treatMissingData) {
    case 'breaching':
      return breaching + rule.evaluationPeriods - real >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
    case 'notBreaching':
      return crossed ? 'ALARM' : 'OK';
    case 'ignore':
      if (crossed) return 'ALARM';
      // The tables keep the state where only breaching datapoints are left ("- - X - -"), and say OK as soon as one
      // real datapoint is not breaching.
      return breaching === real ? 'RETAIN' : 'OK';
    case 'missing':
      if (real === 0) return 'INSUFFICIENT_DATA';
      // "Premature" rule: nothing but breaching datapoints, the oldest of them old enough to have been M ago.
      return crossed || (breaching === real && oldestRealAge + 1 >= rule.datapointsToAlarm) ? 'ALARM' : 'OK';
  }
}
