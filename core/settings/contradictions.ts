/** Settings of a stream that are each in range and still cannot stand together, or will surprise. */
import { awsFacts } from '../aws-facts.ts';
import { type Fault, quote } from '../result.ts';
import type { StreamSettingName, StreamSettings, StreamSettingValues } from './stream-settings.ts';

/** Of an alarm. */
const longestWindowMinutes = awsFacts.alarmWindow.value / 60;

/** One fault for each pair that cannot stand together. A setting that was refused itself contradicts nothing. */
export function findContradictions(
  settings: StreamSettingValues,
  nameOf: (key: string) => string,
  refused: ReadonlySet<StreamSettingName>,
): readonly Fault[] {
  return contradictions.flatMap(({ setting, with: others, holds, problem, remedy }) => {
    if ([setting, ...others].some((name) => refused.has(name)) || !holds(settings)) return [];
    const value = quote(settings[setting]);
    return [{ field: nameOf(setting), value, problem: problem(settings, nameOf), remedy: remedy(settings, nameOf) }];
  });
}

interface Contradiction {
  /** The one that the fault names. */
  readonly setting: StreamSettingName;
  /** What else it follows from. */
  readonly with: readonly StreamSettingName[];
  readonly holds: (settings: StreamSettingValues) => boolean;
  readonly problem: (settings: StreamSettingValues, nameOf: (key: string) => string) => string;
  readonly remedy: (settings: StreamSettingValues, nameOf: (key: string) => string) => string;
}

const contradictions: readonly Contradiction[] = [
  {
    setting: 'minShards',
    with: ['maxShards'],
    holds: ({ minShards, maxShards }) => minShards > maxShards,
    problem: ({ maxShards }, nameOf) => `is above ${nameOf('maxShards')} ${maxShards}`,
    remedy: () => 'lower it or raise the maximum',
  },
  {
    setting: 'scaleDownThreshold',
    with: ['scaleUpThreshold'],
    holds: ({ scaleDownThreshold, scaleUpThreshold }) => scaleDownThreshold >= scaleUpThreshold / 2,
    problem: ({ scaleUpThreshold }, nameOf) =>
      `is not below half of ${nameOf('scaleUpThreshold')} ${scaleUpThreshold}, so the stream would flap`,
    remedy: ({ scaleUpThreshold }) => `give less than ${scaleUpThreshold / 2}`,
  },
  moreDatapointsThanPeriods('scaleUpDatapointsToAlarm', 'scaleUpEvaluationPeriods'),
  moreDatapointsThanPeriods('scaleDownDatapointsToAlarm', 'scaleDownEvaluationPeriods'),
  longerThanADay('scaleUpEvaluationPeriods'),
  longerThanADay('scaleDownEvaluationPeriods'),
  {
    setting: 'scaleUpDatapointsToAlarm',
    with: ['scaleDownEvaluationPeriods', 'scaleDownDatapointsToAlarm', 'scaleUpEvaluationPeriods', 'periodMinutes'],
    holds: (settings) => settings.scaleUpDatapointsToAlarm <= slackOf(settings),
    problem: () => 'fits into the slack of the scale-down alarm, so both could hold in one minute',
    remedy: (settings, nameOf) =>
      `give more than ${slackOf(settings)}, or raise ${nameOf('scaleDownDatapointsToAlarm')}`,
  },
  {
    setting: 'dailyQuotaReserve',
    with: ['dailyQuota'],
    holds: ({ dailyQuotaReserve, dailyQuota }) => dailyQuotaReserve >= dailyQuota,
    problem: ({ dailyQuota }, nameOf) => `leaves nothing of ${nameOf('dailyQuota')} ${dailyQuota}`,
    remedy: () => 'keep fewer in reserve',
  },
];

type DatapointsSetting = 'scaleUpDatapointsToAlarm' | 'scaleDownDatapointsToAlarm';
type PeriodsSetting = 'scaleUpEvaluationPeriods' | 'scaleDownEvaluationPeriods';

function moreDatapointsThanPeriods(datapoints: DatapointsSetting, periods: PeriodsSetting): Contradiction {
  return {
    setting: datapoints,
    with: [periods, 'periodMinutes'],
    holds: (settings) => settings[datapoints] > settings[periods],
    problem: (settings, nameOf) => `is more than ${nameOf(periods)} ${settings[periods]}`,
    remedy: () => 'give at most as many',
  };
}

function longerThanADay(periods: PeriodsSetting): Contradiction {
  return {
    setting: periods,
    with: ['periodMinutes'],
    holds: (settings) => settings[periods] * settings.periodMinutes > longestWindowMinutes,
    problem: ({ periodMinutes }) => `x ${periodMinutes} minutes is more than a day`,
    remedy: () => 'CloudWatch looks back a day at most',
  };
}

/** Datapoints of the scale-down alarm that need not lie below its threshold. */
function slackOf(settings: StreamSettingValues): number {
  return settings.scaleDownEvaluationPeriods - settings.scaleDownDatapointsToAlarm;
}

/** Settings that work and will surprise: shown at synth, never refused. */
export function findCautions(settings: StreamSettings): readonly Fault[] {
  if (settings.scaleUpThreshold > 0.5) return [];
  return [
    {
      field: 'scaleUpThreshold',
      value: quote(settings.scaleUpThreshold),
      problem: 'is at or below 0.5: datapoints from before a doubling still stand above it',
      remedy: 'expect a second doubling, or give more than 0.5',
    },
  ];
}
