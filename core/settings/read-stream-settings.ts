/**
 * Reads the settings of one stream: defaults, ranges and contradictions, all faults at once. The settings themselves stand in
 * stream-settings.ts.
 */
import { awsFacts } from '../aws-facts.ts';
import { type Fault, fail, quote, type Result, succeed } from '../result.ts';
import {
  type ConsumerSettings,
  dayMinutes,
  type StreamSettingName,
  type StreamSettings,
  type StreamSettingValues,
  streamSettingNames,
  streamSettingsTable,
} from './stream-settings.ts';

/**
 * Fills defaults into what was given and checks it all.
 * @param given values by knob name; anything else is a fault, as is a value of another type.
 * @param base what stands in for a knob that is not given (a deployment's defaults); the knob's own default otherwise.
 * @param nameOf how a fault names the field, for example the environment variable.
 */
export function readStreamSettings(
  given: Readonly<Record<string, unknown>>,
  base: Partial<StreamSettings> = {},
  nameOf: (key: string) => string = (key) => key,
): Result<StreamSettings> {
  const faults: Fault[] = [];
  const refused = new Set<StreamSettingName>();
  const values = readSettingValues(given, base, nameOf, refused, faults);
  const consumers = readConsumers(firstGiven(given.consumers, base.consumers, []), nameOf('consumers'), faults);
  for (const key of Object.keys(given)) {
    if (key !== 'consumers' && !Object.hasOwn(streamSettingsTable, key))
      faults.push(unknownKey(nameOf(key), [...streamSettingNames, 'consumers']));
  }
  const settings = { ...values, consumers };
  faults.push(...findContradictions(settings, nameOf, refused));
  return faults.length > 0 ? fail(faults) : succeed(settings);
}

function readSettingValues(
  given: Readonly<Record<string, unknown>>,
  base: Partial<StreamSettings>,
  nameOf: (key: string) => string,
  refused: Set<StreamSettingName>,
  faults: Fault[],
): StreamSettingValues {
  const values: Record<string, unknown> = {};
  for (const name of streamSettingNames) {
    const knob = streamSettingsTable[name];
    const value = firstGiven(given[name], base[name], knob.default(values as Partial<StreamSettingValues>));
    const fault = findSettingFault(name, value, nameOf(name));
    if (fault) {
      faults.push(fault);
      refused.add(name);
    }
    values[name] = fault ? knob.default(values as Partial<StreamSettingValues>) : value;
  }
  // Complete by construction: one value for every name of the table.
  return values as unknown as StreamSettingValues;
}

/** A null is a value that somebody wrote, and a wrong one: it never becomes the default. */
function firstGiven(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined);
}

export function unknownKey(field: string, known: readonly string[]): Fault {
  return { field, value: 'this key', problem: 'is not known', remedy: `known keys: ${known.join(', ')}` };
}

/** What is wrong with a value by itself, apart from what it may contradict. */
export function findSettingFault(name: StreamSettingName, value: unknown, field: string): Fault | undefined {
  const knob = streamSettingsTable[name];
  if (knob.kind === 'choice') {
    if (typeof value === 'string' && knob.choices.includes(value)) return undefined;
    return {
      field,
      value: quote(value),
      problem: 'is not one of its values',
      remedy: `use ${knob.choices.join(', ')}`,
    };
  }
  const low = knob.above ?? knob.from ?? 0;
  const whole = knob.kind === 'integer';
  const inRange =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value <= knob.to &&
    (knob.above === undefined ? value >= low : value > low) &&
    (!whole || Number.isInteger(value));
  if (inRange) return undefined;
  const range = `${knob.above === undefined ? 'from' : 'above'} ${low} ${knob.above === undefined ? 'to' : 'and up to'} ${knob.to}`;
  return {
    field,
    value: quote(value),
    problem: `is not a ${whole ? 'whole ' : ''}number ${range}`,
    remedy: `give ${knob.unit} in that range, or leave it out for the default`,
  };
}

const functionArn = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}(:[\w-]+)?$/;
const lambdasPerShardMax = awsFacts.largestParallelizationFactor.value;

function readConsumers(given: unknown, field: string, faults: Fault[]): readonly ConsumerSettings[] {
  if (!Array.isArray(given)) {
    faults.push({
      field,
      value: quote(given),
      problem: 'is not a list',
      remedy: 'give [{functionArn, lambdasPerShard}]',
    });
    return [];
  }
  const consumers = given.flatMap((item: unknown, index) => readConsumer(item, `${field}[${index}]`, faults));
  const names = consumers.map((consumer) => functionNameOf(consumer.functionArn));
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    faults.push({
      field: `${field}[${index}].functionArn`,
      value: quote(name),
      problem: 'is a consumer already',
      remedy: 'name each function once',
    });
  }
  return consumers;
}

function readConsumer(item: unknown, field: string, faults: Fault[]): readonly ConsumerSettings[] {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    faults.push({
      field,
      value: quote(item),
      problem: 'is not an object',
      remedy: 'give {functionArn, lambdasPerShard}',
    });
    return [];
  }
  const { functionArn: arn, lambdasPerShard = 1, ...rest } = item as Record<string, unknown>;
  for (const key of Object.keys(rest)) faults.push(unknownKey(`${field}.${key}`, ['functionArn', 'lambdasPerShard']));
  const isArn = typeof arn === 'string' && functionArn.test(arn);
  if (!isArn) {
    faults.push({
      field: `${field}.functionArn`,
      value: quote(arn),
      problem: 'is not the ARN of a Lambda function',
      remedy: 'give arn:aws:lambda:REGION:ACCOUNT:function:NAME',
    });
  }
  const isCount =
    typeof lambdasPerShard === 'number' &&
    Number.isInteger(lambdasPerShard) &&
    lambdasPerShard >= 1 &&
    lambdasPerShard <= lambdasPerShardMax;
  if (!isCount) {
    faults.push({
      field: `${field}.lambdasPerShard`,
      value: quote(lambdasPerShard),
      problem: `is not a whole number from 1 to ${lambdasPerShardMax}`,
      remedy: 'give the parallelization factor of its event source',
    });
  }
  return isArn && isCount ? [{ functionArn: arn, lambdasPerShard }] : [];
}

/** The name in a function's ARN, without version or alias: concurrency is reserved for the function as a whole. */
export function functionNameOf(arn: string): string {
  return arn.split(':')[6] ?? arn;
}

/** Knobs that are each in range and still cannot stand together. One that was refused itself contradicts nothing. */
function findContradictions(
  settings: StreamSettingValues,
  nameOf: (key: string) => string,
  refused: ReadonlySet<StreamSettingName>,
): readonly Fault[] {
  return contradictions.flatMap(({ knob, with: others, holds, problem, remedy }) => {
    if ([knob, ...others].some((name) => refused.has(name)) || !holds(settings)) return [];
    const value = quote(settings[knob]);
    return [{ field: nameOf(knob), value, problem: problem(settings, nameOf), remedy: remedy(settings, nameOf) }];
  });
}

interface Contradiction {
  /** The knob that the fault names. */
  readonly knob: StreamSettingName;
  /** What else it follows from. */
  readonly with: readonly StreamSettingName[];
  readonly holds: (settings: StreamSettingValues) => boolean;
  readonly problem: (settings: StreamSettingValues, nameOf: (key: string) => string) => string;
  readonly remedy: (settings: StreamSettingValues, nameOf: (key: string) => string) => string;
}

const contradictions: readonly Contradiction[] = [
  {
    knob: 'minShards',
    with: ['maxShards'],
    holds: ({ minShards, maxShards }) => minShards > maxShards,
    problem: ({ maxShards }, nameOf) => `is above ${nameOf('maxShards')} ${maxShards}`,
    remedy: () => 'lower it or raise the maximum',
  },
  {
    knob: 'scaleDownThreshold',
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
    knob: 'scaleUpDatapointsToAlarm',
    with: ['scaleDownEvaluationPeriods', 'scaleDownDatapointsToAlarm', 'scaleUpEvaluationPeriods', 'periodMinutes'],
    holds: (settings) => settings.scaleUpDatapointsToAlarm <= slackOf(settings),
    problem: () => 'fits into the slack of the scale-down alarm, so both could hold in one minute',
    remedy: (settings, nameOf) =>
      `give more than ${slackOf(settings)}, or raise ${nameOf('scaleDownDatapointsToAlarm')}`,
  },
  {
    knob: 'dailyQuotaReserve',
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
    knob: datapoints,
    with: [periods, 'periodMinutes'],
    holds: (settings) => settings[datapoints] > settings[periods],
    problem: (settings, nameOf) => `is more than ${nameOf(periods)} ${settings[periods]}`,
    remedy: () => 'give at most as many',
  };
}

function longerThanADay(periods: PeriodsSetting): Contradiction {
  return {
    knob: periods,
    with: ['periodMinutes'],
    holds: (settings) => settings[periods] * settings.periodMinutes > dayMinutes,
    problem: ({ periodMinutes }) => `x ${periodMinutes} minutes is more than a day`,
    remedy: () => 'CloudWatch looks back a day at most',
  };
}

/** Datapoints of the scale-down alarm that need not lie below its threshold. */
function slackOf(settings: StreamSettingValues): number {
  return settings.scaleDownEvaluationPeriods - settings.scaleDownDatapointsToAlarm;
}

/** Settings that work and will surprise: told at synth and once at start, never refused. */
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
