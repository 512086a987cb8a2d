import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlarmPlan, planAlarm } from '../../../../../simulator/models/cloudwatch/alarm/alarm-plan.ts';
import {
  BREACHING,
  judgeDatapoints,
  MISSING,
  NOT_BREACHING,
  type Verdict,
} from '../../../../../simulator/models/cloudwatch/alarm/alarm-verdict.ts';
import { AlarmWindows, comparisonWith } from '../../../../../simulator/models/cloudwatch/alarm/alarm-windows.ts';
import { CLOUDWATCH_FACTS, type CloudWatchFacts } from '../../../../../simulator/models/cloudwatch/cloudwatch-facts.ts';
import { MetricSeries } from '../../../../../simulator/models/cloudwatch/metric/metric-series.ts';

const START = 1_000;

/** One minute of a history: values that arrive now, each for this minute or one a little earlier. */
interface Step {
  readonly puts: readonly { readonly metric: number; readonly lateMinutes: number; readonly value: number }[];
}

const EXPRESSIONS = [
  'FILL(m1,0)',
  'm1+m2',
  'MAX([FILL(m1,0)/10,FILL(m2,0)])',
  'MAX([m1,m2])',
  'FILL(m1,REPEAT)',
  'm1-MIN(m2)',
  'IF(m1>5,m2,FILL(m1,3))',
] as const;

const scenario = fc.record({
  expression: fc.constantFrom(...EXPRESSIONS),
  periodMinutes: fc.integer({ min: 1, max: 5 }),
  evaluationPeriods: fc.integer({ min: 1, max: 6 }),
  datapointsToAlarm: fc.integer({ min: 1, max: 6 }),
  threshold: fc.integer({ min: 0, max: 12 }),
  comparisonOperator: fc.constantFrom(
    'GreaterThanOrEqualToThreshold' as const,
    'GreaterThanThreshold' as const,
    'LessThanThreshold' as const,
    'LessThanOrEqualToThreshold' as const,
  ),
  treatMissingData: fc.constantFrom(
    'missing' as const,
    'ignore' as const,
    'breaching' as const,
    'notBreaching' as const,
  ),
  fillOfEmptySeries: fc.constantFrom('zeros' as const, 'nothing' as const),
  extraPeriods: fc.integer({ min: 0, max: 3 }),
  steps: fc.array(
    fc.record({
      puts: fc.array(
        fc.record({
          metric: fc.integer({ min: 0, max: 1 }),
          lateMinutes: fc.integer({ min: 1, max: 4 }),
          value: fc.integer({ min: 0, max: 10 }),
        }),
        { maxLength: 2 },
      ),
    }) satisfies fc.Arbitrary<Step>,
    { minLength: 1, maxLength: 60 },
  ),
  skippedMinutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 10 }),
});

describe('AlarmWindows', () => {
  it('judges as if every window were computed anew at every minute', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        const facts = {
          ...CLOUDWATCH_FACTS,
          fillOfEmptySeries: given.fillOfEmptySeries,
          extraPeriods: given.extraPeriods,
        };
        const plan = planOf(given, facts);
        const series = plan.metrics.map(({ identity }) => new MetricSeries(identity, 10_000));
        const windows = new AlarmWindows(plan, series, facts);
        const raw: Map<number, number[]>[] = series.map(() => new Map());
        given.steps.forEach(({ puts }, step) => {
          const now = START + step;
          for (const put of puts) {
            const index = plan.metrics.findIndex(({ identity }) => identity.metricName === `metric${put.metric}`);
            if (index === -1) continue;
            const minute = now - put.lateMinutes;
            const { value } = put;
            series[index]?.add(minute, { sum: value, minimum: value, maximum: value, sampleCount: 1 });
            raw[index]?.set(minute, [...(raw[index]?.get(minute) ?? []), value]);
          }
          if (given.skippedMinutes.includes(step)) return;
          expect({ step, verdict: windows.evaluate(now) }).toEqual({ step, verdict: judgeAnew(plan, facts, raw, now) });
        });
      }),
      { numRuns: 400 },
    );
  });

  it('reads a window that ends at minute t as the minutes before t', () => {
    const plan = planOf({ ...BARE, periodMinutes: 5, evaluationPeriods: 1, datapointsToAlarm: 1, threshold: 10 });
    const series = new MetricSeries({ namespace: 'n', metricName: 'metric0', dimensions: [] }, 10_000);
    const windows = new AlarmWindows(plan, [series], CLOUDWATCH_FACTS);
    series.add(START, { sum: 10, minimum: 10, maximum: 10, sampleCount: 1 });
    const verdicts = [0, 1, 5, 6].map((minutes) => windows.evaluate(START + minutes));
    expect(verdicts).toEqual(['OK', 'ALARM', 'ALARM', 'OK']);
    expect([...windows.evaluated(START + 6).values]).toEqual([0]);
  });

  it('stops listening when it is closed', () => {
    const plan = planOf(BARE);
    const series = new MetricSeries({ namespace: 'n', metricName: 'metric0', dimensions: [] }, 10_000);
    const windows = new AlarmWindows(plan, [series], CLOUDWATCH_FACTS);
    windows.evaluate(START);
    windows.evaluate(START + 1);
    windows.close();
    series.add(START, { sum: 99, minimum: 99, maximum: 99, sampleCount: 1 });
    expect([...windows.evaluated(START + 1).values]).toEqual([0]);
  });
});

interface Rule extends Omit<AlarmPlan, 'metrics' | 'program'> {
  readonly expression: string;
}

const BARE: Rule = {
  expression: 'FILL(m1,0)',
  periodMinutes: 1,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 1,
  comparisonOperator: 'GreaterThanOrEqualToThreshold',
  treatMissingData: 'missing',
};

function planOf(rule: Rule, facts: CloudWatchFacts = CLOUDWATCH_FACTS): AlarmPlan {
  const metric = (id: string, index: number) => ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: 'n', MetricName: `metric${index}` },
      Period: rule.periodMinutes * 60,
      Stat: index === 0 ? 'Sum' : 'Maximum',
    },
    ReturnData: false,
  });
  const expression = { Id: 'e1', Expression: rule.expression, ReturnData: true };
  return planAlarm(
    {
      AlarmName: 'a',
      EvaluationPeriods: rule.evaluationPeriods,
      DatapointsToAlarm: Math.min(rule.datapointsToAlarm, rule.evaluationPeriods),
      ComparisonOperator: rule.comparisonOperator,
      Threshold: rule.threshold,
      TreatMissingData: rule.treatMissingData,
      Metrics: [metric('m1', 0), ...(rule.expression.includes('m2') ? [metric('m2', 1)] : []), expression],
    },
    facts,
  );
}

function judgeAnew(
  plan: AlarmPlan,
  facts: CloudWatchFacts,
  raw: readonly ReadonlyMap<number, readonly number[]>[],
  now: number,
): Verdict {
  const length = plan.evaluationPeriods + facts.extraPeriods;
  const breaches = comparisonWith(plan.comparisonOperator, plan.threshold);
  const values = plan.metrics.map(({ statistic }, index) =>
    Float64Array.from({ length }, (_, period) => {
      const end = now - (length - 1 - period) * plan.periodMinutes;
      const minutes = Array.from(
        { length: plan.periodMinutes },
        (_unused, offset) => end - plan.periodMinutes + offset,
      );
      const found = minutes.flatMap((minute) => raw[index]?.get(minute) ?? []);
      if (found.length === 0) return Number.NaN;
      return statistic === 'Sum' ? found.reduce((sum, value) => sum + value, 0) : Math.max(...found);
    }),
  );
  const empty = values.map((column) => facts.fillOfEmptySeries === 'nothing' && column.every(Number.isNaN));
  const frame = { length, values, empty };
  const kinds = Array.from({ length }, (_, age) => {
    const value = plan.program.at(frame, length - 1 - age);
    if (!Number.isFinite(value)) return MISSING;
    return breaches(value) ? BREACHING : NOT_BREACHING;
  });
  return judgeDatapoints(plan, (age) => kinds[age] ?? MISSING, length);
}
