import { describe, expect, it } from 'vitest';
import { describeFault, type Fault, quote } from '../../../core/result.ts';
import { findCautions } from '../../../core/settings/contradictions.ts';
import { readStreamSettings } from '../../../core/settings/read-stream-settings.ts';
import {
  type StreamSettingName,
  type StreamSettings,
  streamSettingNames,
  streamSettingsTable,
} from '../../../core/settings/stream-settings.ts';
import { sampleSettings } from '../samples.ts';

const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor';

function faultsOf(given: Readonly<Record<string, unknown>>, base: Partial<StreamSettings> = {}): readonly Fault[] {
  const read = readStreamSettings(given, base, (name) => `orders.${name}`);
  return read.ok ? [] : read.faults;
}
const fieldsOf = (given: Readonly<Record<string, unknown>>) => faultsOf(given).map(({ field }) => field);

describe('defaults', () => {
  it('defaults are those of the reference’s templates', () => {
    expect(sampleSettings()).toMatchObject({
      periodMinutes: 5,
      scaleUpThreshold: 0.75,
      scaleUpEvaluationPeriods: 5,
      scaleUpDatapointsToAlarm: 5,
      scaleDownThreshold: 0.25,
      scaleDownEvaluationPeriods: 60,
      scaleDownDatapointsToAlarm: 57,
      iteratorAgeLimitMinutes: 30,
      iteratorAge: 'auto',
      minShards: 1,
      maxShards: 10_000,
      scaleUpCooldownMinutes: 0,
      scaleDownCooldownMinutes: 60,
      dailyQuota: 10,
      dailyQuotaReserve: 3,
      policy: 'doubling',
      concurrencyFallback: 'keep',
      consumers: [],
    });
  });

  it.each([
    [1, [25, 25, 300, 285]],
    [2, [13, 13, 150, 143]],
    [5, [5, 5, 60, 57]],
    [10, [3, 3, 30, 29]],
    [20, [1, 1, 15, 15]],
    [60, [1, 1, 5, 5]],
    [1440, [1, 1, 1, 1]],
  ])(
    'with a period of %i minutes, alarms need 25 of 25 minutes up and 285 of 300 down by default',
    (periodMinutes, expected) => {
      const read = sampleSettings({ periodMinutes });
      expect([
        read.scaleUpEvaluationPeriods,
        read.scaleUpDatapointsToAlarm,
        read.scaleDownEvaluationPeriods,
        read.scaleDownDatapointsToAlarm,
      ]).toEqual(expected);
    },
  );

  it.each(['target', 'adaptive'] as const)(
    'the policy %s has by default an alarm of three minutes, and no cooldown but its own',
    (policy) => {
      expect(sampleSettings({ policy })).toMatchObject({
        periodMinutes: 1,
        scaleUpThreshold: 1,
        scaleUpEvaluationPeriods: 3,
        scaleUpDatapointsToAlarm: 3,
        scaleDownCooldownMinutes: 0,
        dailyQuotaReserve: 2,
      });
      expect(sampleSettings({ policy, periodMinutes: 5 }).scaleUpEvaluationPeriods).toBe(1);
    },
  );

  it('no default contradicts another, whatever the period', () => {
    const periods = Array.from({ length: 1440 }, (_, index) => index + 1);
    expect(periods.filter((periodMinutes) => faultsOf({ periodMinutes }).length > 0)).toEqual([]);
    expect(periods.filter((periodMinutes) => faultsOf({ periodMinutes, policy: 'target' }).length > 0)).toEqual([]);
  });

  it('a derived default follows the setting that it is derived from', () => {
    expect(sampleSettings({ scaleUpEvaluationPeriods: 7 }).scaleUpDatapointsToAlarm).toBe(7);
    expect(sampleSettings({ scaleDownEvaluationPeriods: 40 }).scaleDownDatapointsToAlarm).toBe(38);
    expect(sampleSettings({ scaleUpDatapointsToAlarm: 2 }).scaleDownDatapointsToAlarm).toBe(59);
  });

  it('a value of the base replaces the default of the setting', () => {
    const read = readStreamSettings(
      { minShards: 2 },
      { minShards: 3, maxShards: 9, consumers: [{ functionArn: arn, lambdasPerShard: 2 }] },
    );
    expect(read).toMatchObject({
      ok: true,
      value: { minShards: 2, maxShards: 9, consumers: [{ lambdasPerShard: 2 }] },
    });
  });
});

describe('ranges', () => {
  it.each<[StreamSettingName, readonly unknown[], readonly unknown[]]>([
    ['periodMinutes', [1, 1440], [0, 1441, 2.5, '5', null, Number.NaN]],
    ['scaleUpThreshold', [0.51, 1], [0, -1, 1.01, Number.POSITIVE_INFINITY, true]],
    ['scaleUpEvaluationPeriods', [4, 288], [0, 1441, 1.5]],
    ['scaleUpDatapointsToAlarm', [4, 5], [0, 1441, 4.5]],
    ['scaleDownThreshold', [0.0001, 0.37], [0, -0.1, 1.1]],
    ['scaleDownEvaluationPeriods', [1, 288], [0, 1441, 1.5]],
    ['scaleDownDatapointsToAlarm', [56, 60], [0, 1441, 56.5]],
    ['iteratorAgeLimitMinutes', [0.5, 525_600], [0, 525_601]],
    ['iteratorAge', ['auto', 'required', 'ignore'], ['Auto', '', 1, null]],
    ['minShards', [1, 10_000], [0, 10_001, 1.5]],
    ['maxShards', [1, 10_000], [0, 10_001, 1.5]],
    ['scaleUpCooldownMinutes', [0, 0.5, 1440], [-1, 1441]],
    ['scaleDownCooldownMinutes', [0, 0.5, 1440], [-1, 1441]],
    ['dailyQuota', [4, 20], [0, 21, 4.5]],
    ['dailyQuotaReserve', [0, 9], [-1, 20, 0.5]],
    ['policy', ['doubling'], ['tripling']],
    ['concurrencyFallback', ['keep', 'remove'], ['drop']],
  ])('%s accepts %j and refuses %j', (name, good, bad) => {
    for (const value of good) expect(faultsOf({ [name]: value }), String(value)).toEqual([]);
    for (const value of bad) {
      expect(faultsOf({ [name]: value }), String(value)).toEqual([
        expect.objectContaining({ field: `orders.${name}`, value: quote(value) }),
      ]);
    }
  });

  it('a value out of range is reported with its range and the remedy', () => {
    expect(faultsOf({ minShards: 0, scaleUpThreshold: 2, iteratorAgeLimitMinutes: 0, iteratorAge: 'maybe' })).toEqual([
      {
        field: 'orders.scaleUpThreshold',
        value: '2',
        problem: 'is not a number above 0 and up to 1',
        remedy: 'give utilization in that range, or leave it out for the default',
      },
      {
        field: 'orders.iteratorAgeLimitMinutes',
        value: '0',
        problem: 'is not a number above 0 and up to 525600',
        remedy: 'give minutes in that range, or leave it out for the default',
      },
      {
        field: 'orders.iteratorAge',
        value: '"maybe"',
        problem: 'is not one of its values',
        remedy: 'use auto, required, ignore',
      },
      {
        field: 'orders.minShards',
        value: '0',
        problem: 'is not a whole number from 1 to 10000',
        remedy: 'give shards in that range, or leave it out for the default',
      },
    ]);
  });
});

describe('contradictions', () => {
  it.each<[string, Readonly<Record<string, unknown>>, Partial<Fault>]>([
    [
      'a minimum above the maximum',
      { minShards: 5, maxShards: 4 },
      { field: 'orders.minShards', problem: 'is above orders.maxShards 4', remedy: 'lower it or raise the maximum' },
    ],
    [
      'thresholds that would flap: down is exactly half of up',
      { scaleUpThreshold: 0.8, scaleDownThreshold: 0.4 },
      {
        field: 'orders.scaleDownThreshold',
        problem: 'is not below half of orders.scaleUpThreshold 0.8, so the stream would flap',
        remedy: 'give less than 0.4',
      },
    ],
    [
      'more datapoints up than periods',
      { scaleUpEvaluationPeriods: 5, scaleUpDatapointsToAlarm: 6 },
      {
        field: 'orders.scaleUpDatapointsToAlarm',
        problem: 'is more than orders.scaleUpEvaluationPeriods 5',
        remedy: 'give at most as many',
      },
    ],
    [
      'more datapoints down than periods',
      { scaleDownEvaluationPeriods: 5, scaleDownDatapointsToAlarm: 6 },
      {
        field: 'orders.scaleDownDatapointsToAlarm',
        problem: 'is more than orders.scaleDownEvaluationPeriods 5',
        remedy: 'give at most as many',
      },
    ],
    [
      'a scale-up window of more than a day',
      { periodMinutes: 60, scaleUpEvaluationPeriods: 25 },
      {
        field: 'orders.scaleUpEvaluationPeriods',
        value: '25',
        problem: 'x 60 minutes is more than a day',
        remedy: 'CloudWatch looks back a day at most',
      },
    ],
    [
      'a scale-down window of more than a day',
      { scaleDownEvaluationPeriods: 289 },
      {
        field: 'orders.scaleDownEvaluationPeriods',
        value: '289',
        problem: 'x 5 minutes is more than a day',
        remedy: 'CloudWatch looks back a day at most',
      },
    ],
    [
      'slack that as many datapoints as scale-up needs fit into',
      { scaleDownDatapointsToAlarm: 55 },
      {
        field: 'orders.scaleUpDatapointsToAlarm',
        value: '5',
        problem: 'fits into the slack of the scale-down alarm, so both could hold in one minute',
        remedy: 'give more than 5, or raise orders.scaleDownDatapointsToAlarm',
      },
    ],
    [
      'a reserve that leaves nothing',
      { dailyQuota: 3 },
      {
        field: 'orders.dailyQuotaReserve',
        value: '3',
        problem: 'leaves nothing of orders.dailyQuota 3',
        remedy: 'keep fewer in reserve',
      },
    ],
  ])('refuses %s', (_what, given, expected) => {
    expect(faultsOf(given)).toEqual([expect.objectContaining(expected)]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['minimum equal to maximum', { minShards: 4, maxShards: 4 }],
    ['down just below half of up', { scaleUpThreshold: 0.8, scaleDownThreshold: 0.3999 }],
    ['a window of exactly a day', { scaleUpEvaluationPeriods: 288, scaleDownEvaluationPeriods: 288 }],
    ['slack of one datapoint less', { scaleDownDatapointsToAlarm: 56 }],
    ['one call left for scale-down', { dailyQuota: 4 }],
  ])('accepts %s', (_what, given) => {
    expect(faultsOf(given)).toEqual([]);
  });
});

describe('every fault at once', () => {
  it('reports values out of range, contradictions, unknown keys and faulty consumers together', () => {
    expect(
      fieldsOf({
        minShards: 5,
        maxShards: 4,
        dailyQuota: 0,
        iteratorAge: 'maybe',
        maxShard: 4,
        consumers: [{ functionArn: 'orders-processor', lambdasPerShard: 11 }],
      }).toSorted(),
    ).toEqual([
      'orders.consumers[0].functionArn',
      'orders.consumers[0].lambdasPerShard',
      'orders.dailyQuota',
      'orders.iteratorAge',
      'orders.maxShard',
      'orders.minShards',
    ]);
  });

  it('reports no contradiction with a value that is refused itself', () => {
    expect(fieldsOf({ scaleDownThreshold: 0.3, scaleUpThreshold: 'x' })).toEqual(['orders.scaleUpThreshold']);
    expect(fieldsOf({ periodMinutes: 0, scaleUpEvaluationPeriods: 1000 })).toEqual(['orders.periodMinutes']);
  });
});

describe('unknown keys', () => {
  it.each(['minShard', 'MinShards', 'constructor', 'toString', '__proto__'])(
    'the unknown key %s is refused by its name',
    (key) => {
      const given = JSON.parse(`{${JSON.stringify(key)}: 1}`) as Record<string, unknown>;
      const [fault, ...others] = faultsOf(given);
      expect(others).toEqual([]);
      expect(fault).toMatchObject({ field: `orders.${key}`, value: 'this key', problem: 'is not known' });
      expect(fault?.remedy).toContain('minShards, maxShards');
      expect(fault?.remedy).toContain('consumers');
    },
  );
});

describe('consumers', () => {
  it('a consumer without lambdasPerShard leaves it to its event source mapping', () => {
    expect(sampleSettings({ consumers: [{ functionArn: arn }] as never }).consumers).toEqual([{ functionArn: arn }]);
    expect(sampleSettings({ consumers: [{ functionArn: `${arn}:live`, lambdasPerShard: 10 }] }).consumers).toHaveLength(
      1,
    );
  });

  it.each<[string, unknown, string]>([
    ['no list', { functionArn: arn }, 'orders.consumers'],
    ['null', null, 'orders.consumers'],
    ['an ARN in place of the object', [arn], 'orders.consumers[0]'],
    ['null in the list', [null], 'orders.consumers[0]'],
    ['a list in the list', [[arn]], 'orders.consumers[0]'],
    ['a name in place of the ARN', [{ functionArn: 'orders-processor' }], 'orders.consumers[0].functionArn'],
    ['no ARN', [{}], 'orders.consumers[0].functionArn'],
    ['an ARN with something before it', [{ functionArn: `x${arn}` }], 'orders.consumers[0].functionArn'],
    ['an ARN with something after it', [{ functionArn: `${arn}:a:b` }], 'orders.consumers[0].functionArn'],
    ['no concurrency', [{ functionArn: arn, lambdasPerShard: 0 }], 'orders.consumers[0].lambdasPerShard'],
    ['too much', [{ functionArn: arn, lambdasPerShard: 11 }], 'orders.consumers[0].lambdasPerShard'],
    ['a fraction', [{ functionArn: arn, lambdasPerShard: 1.5 }], 'orders.consumers[0].lambdasPerShard'],
    ['text', [{ functionArn: arn, lambdasPerShard: '2' }], 'orders.consumers[0].lambdasPerShard'],
    ['an unknown key', [{ functionArn: arn, perShard: 2 }], 'orders.consumers[0].perShard'],
    [
      'one function twice, which would be resized to and fro',
      [{ functionArn: arn }, { functionArn: `${arn}:live`, lambdasPerShard: 2 }],
      'orders.consumers[1].functionArn',
    ],
  ])('refuses a list of consumers with %s', (_what, consumers, field) => {
    expect(fieldsOf({ consumers })).toEqual([field]);
  });

  it('a fault of a consumer names the remedy', () => {
    expect(faultsOf({ consumers: 'x' })).toEqual([
      {
        field: 'orders.consumers',
        value: '"x"',
        problem: 'is not a list',
        remedy: 'give [{functionArn, lambdasPerShard}]',
      },
    ]);
    expect(faultsOf({ consumers: ['x'] }).map(describeFault)).toEqual([
      'orders.consumers[0]: "x" is not an object; give {functionArn, lambdasPerShard}',
    ]);
    expect(faultsOf({ consumers: [{ functionArn: arn }, { functionArn: arn }] }).map(describeFault)).toEqual([
      'orders.consumers[1].functionArn: "orders-processor" is a consumer already; name each function once',
    ]);
    expect(faultsOf({ consumers: [{ functionArn: 'x', lambdasPerShard: 0, more: 1 }] })).toEqual([
      {
        field: 'orders.consumers[0].more',
        value: 'this key',
        problem: 'is not known',
        remedy: 'known keys: functionArn, lambdasPerShard',
      },
      {
        field: 'orders.consumers[0].functionArn',
        value: '"x"',
        problem: 'is not the ARN of a Lambda function',
        remedy: 'give arn:aws:lambda:REGION:ACCOUNT:function:NAME',
      },
      {
        field: 'orders.consumers[0].lambdasPerShard',
        value: '0',
        problem: 'is not a whole number from 1 to 10',
        remedy: 'give a number, or leave it out for the parallelization factor of its event source',
      },
    ]);
  });
});

describe('cautions', () => {
  it.each([
    [0.5, 1],
    [0.49, 1],
    [0.51, 0],
  ])('a scale-up threshold of %d gives %i cautions', (scaleUpThreshold, count) => {
    const cautions = findCautions(sampleSettings({ scaleUpThreshold, scaleDownThreshold: 0.2 }));
    expect(cautions).toHaveLength(count);
    for (const caution of cautions) {
      expect(describeFault(caution)).toBe(
        `scaleUpThreshold: ${scaleUpThreshold} is at or below 0.5: datapoints from before a doubling still stand above it; expect a second doubling, or give more than 0.5`,
      );
    }
  });
});

describe('the table of stream settings', () => {
  it('every setting has a variable of its own', () => {
    const variables = streamSettingNames.map((name) => streamSettingsTable[name].variable);
    expect(new Set(variables).size).toBe(streamSettingNames.length);
    for (const variable of variables) expect(variable).toMatch(/^[A-Z_]+$/);
  });

  it('the variables are those of the reference autoscaler', () => {
    expect(
      Object.fromEntries(
        (
          [
            'periodMinutes',
            'scaleUpEvaluationPeriods',
            'scaleUpDatapointsToAlarm',
            'scaleDownEvaluationPeriods',
            'scaleDownDatapointsToAlarm',
            'scaleUpThreshold',
            'scaleDownThreshold',
            'iteratorAgeLimitMinutes',
          ] as const
        ).map((name) => [name, streamSettingsTable[name].variable]),
      ),
    ).toEqual({
      periodMinutes: 'SCALE_PERIOD_MINS',
      scaleUpEvaluationPeriods: 'SCALE_UP_EVALUATION_PERIOD',
      scaleUpDatapointsToAlarm: 'SCALE_UP_DATAPOINTS_REQUIRED',
      scaleDownEvaluationPeriods: 'SCALE_DOWN_EVALUATION_PERIOD',
      scaleDownDatapointsToAlarm: 'SCALE_DOWN_DATAPOINTS_REQUIRED',
      scaleUpThreshold: 'SCALE_UP_THRESHOLD',
      scaleDownThreshold: 'SCALE_DOWN_THRESHOLD',
      iteratorAgeLimitMinutes: 'SCALE_DOWN_MIN_ITER_AGE_MINS',
    });
  });
});
