/**
 * Reads the settings of one stream: defaults, ranges and contradictions, all faults at once. The knobs themselves stand in
 * knobs.ts.
 */
import { awsFacts } from './aws-facts.ts';
import {
  type ConsumerSettings,
  dayMinutes,
  type Knob,
  type KnobName,
  type KnobValues,
  knobNames,
  knobs,
  type StreamSettings,
} from './knobs.ts';
import { type Fault, fail, quote, type Result, succeed } from './result.ts';

/**
 * Fills defaults into what was given and checks it all.
 * @param given values by knob name; anything else is a fault, as is a value of another type.
 * @param base what stands in for a knob that is not given (a deployment's defaults); the knob's own default otherwise.
 * @param nameOf how a fault names the field, for example the environment variable.
 */
export function readSettings(
  given: Readonly<Record<string, unknown>>,
  base: Partial<StreamSettings> = {},
  nameOf: (knob: KnobName | 'consumers') => string = (knob) => knob,
): Result<StreamSettings> {
  const faults: Fault[] = [];
  const values = readKnobs(given, base, nameOf, faults);
  const consumers = readConsumers(firstGiven(given.consumers, base.consumers, []), nameOf('consumers'), faults);
  for (const key of Object.keys(given)) {
    if (key !== 'consumers' && !Object.hasOwn(knobs, key)) faults.push(unknownKey(key, [...knobNames, 'consumers']));
  }
  if (faults.length > 0) return fail(faults);
  const settings = { ...values, consumers };
  const contradictions = findContradictions(settings, nameOf);
  return contradictions.length > 0 ? fail(contradictions) : succeed(settings);
}

function readKnobs(
  given: Readonly<Record<string, unknown>>,
  base: Partial<StreamSettings>,
  nameOf: (knob: KnobName) => string,
  faults: Fault[],
): KnobValues {
  const values: Record<string, unknown> = {};
  for (const name of knobNames) {
    const knob = knobs[name];
    const value = firstGiven(given[name], base[name], knob.default(values as Partial<KnobValues>));
    const fault = checkKnob(knob, nameOf(name), value);
    if (fault) faults.push(fault);
    values[name] = fault ? knob.default(values as Partial<KnobValues>) : value;
  }
  // Complete by construction: one value for every name of the table.
  return values as unknown as KnobValues;
}

/** A null is a value that somebody wrote, and a wrong one: it never becomes the default. */
function firstGiven(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined);
}

export function unknownKey(field: string, known: readonly string[]): Fault {
  return { field, value: 'this key', problem: 'is not known', remedy: `known keys: ${known.join(', ')}` };
}

function checkKnob(knob: Knob, field: string, value: unknown): Fault | undefined {
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
  return given.map((item: unknown, index) => readConsumer(item, `${field}[${index}]`, faults));
}

function readConsumer(item: unknown, field: string, faults: Fault[]): ConsumerSettings {
  // Anything but an object has no function ARN, and that is the one fault to tell.
  const fields = typeof item === 'object' && item !== null && !Array.isArray(item) ? item : {};
  const {
    functionArn: arn = fields === item ? undefined : item,
    lambdasPerShard = 1,
    ...rest
  } = fields as Record<string, unknown>;
  for (const key of Object.keys(rest)) faults.push(unknownKey(`${field}.${key}`, ['functionArn', 'lambdasPerShard']));
  if (typeof arn !== 'string' || !functionArn.test(arn)) {
    faults.push({
      field: `${field}.functionArn`,
      value: quote(arn),
      problem: 'is not the ARN of a Lambda function',
      remedy: 'give arn:aws:lambda:REGION:ACCOUNT:function:NAME',
    });
  }
  const perShard = Number(lambdasPerShard);
  if (
    typeof lambdasPerShard !== 'number' ||
    !Number.isInteger(perShard) ||
    perShard < 1 ||
    perShard > lambdasPerShardMax
  ) {
    faults.push({
      field: `${field}.lambdasPerShard`,
      value: quote(lambdasPerShard),
      problem: `is not a whole number from 1 to ${lambdasPerShardMax}`,
      remedy: 'give the parallelization factor of its event source',
    });
  }
  return { functionArn: String(arn), lambdasPerShard: perShard };
}

/** Knobs that are each in range and still cannot stand together. */
function findContradictions(settings: StreamSettings, nameOf: (knob: KnobName) => string): readonly Fault[] {
  const { periodMinutes } = settings;
  const fault = (knob: KnobName, problem: string, remedy: string): Fault => ({
    field: nameOf(knob),
    value: quote(settings[knob]),
    problem,
    remedy,
  });
  const contradictions: (Fault | false)[] = [
    settings.minShards > settings.maxShards &&
      fault('minShards', `is above ${nameOf('maxShards')} ${settings.maxShards}`, 'lower it or raise the maximum'),
    settings.scaleDownThreshold >= settings.scaleUpThreshold / 2 &&
      fault(
        'scaleDownThreshold',
        `is not below half of ${nameOf('scaleUpThreshold')} ${settings.scaleUpThreshold}, so the stream would flap`,
        `give less than ${settings.scaleUpThreshold / 2}`,
      ),
    settings.scaleUpDatapointsToAlarm > settings.scaleUpEvaluationPeriods &&
      fault(
        'scaleUpDatapointsToAlarm',
        `is more than ${nameOf('scaleUpEvaluationPeriods')} ${settings.scaleUpEvaluationPeriods}`,
        'give at most as many',
      ),
    settings.scaleDownDatapointsToAlarm > settings.scaleDownEvaluationPeriods &&
      fault(
        'scaleDownDatapointsToAlarm',
        `is more than ${nameOf('scaleDownEvaluationPeriods')} ${settings.scaleDownEvaluationPeriods}`,
        'give at most as many',
      ),
    settings.scaleUpEvaluationPeriods * periodMinutes > dayMinutes &&
      fault(
        'scaleUpEvaluationPeriods',
        `x ${periodMinutes} minutes is more than a day`,
        'CloudWatch looks back a day at most',
      ),
    settings.scaleDownEvaluationPeriods * periodMinutes > dayMinutes &&
      fault(
        'scaleDownEvaluationPeriods',
        `x ${periodMinutes} minutes is more than a day`,
        'CloudWatch looks back a day at most',
      ),
    settings.scaleUpDatapointsToAlarm <= settings.scaleDownEvaluationPeriods - settings.scaleDownDatapointsToAlarm &&
      fault(
        'scaleUpDatapointsToAlarm',
        'fits into the slack of the scale-down alarm, so both could hold in one minute',
        `give more than ${settings.scaleDownEvaluationPeriods - settings.scaleDownDatapointsToAlarm}, or raise ${nameOf('scaleDownDatapointsToAlarm')}`,
      ),
    settings.dailyQuotaReserve >= settings.dailyQuota &&
      fault(
        'dailyQuotaReserve',
        `leaves nothing of ${nameOf('dailyQuota')} ${settings.dailyQuota}`,
        'keep fewer in reserve',
      ),
  ];
  return contradictions.filter((found) => found !== false);
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
