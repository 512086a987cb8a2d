/**
 * What the same days would have come to otherwise, from the simulator: fixed at the peak, another policy, on-demand, and the
 * least that is possible. The run is shown beside them as it was, also where it is not the cheapest.
 */
import { monthlyDollars } from '../../simulator/advisor.ts';
import type { CandidatePolicyName } from '../../simulator/candidate-policies.ts';
import { type Comparison, type ComparisonOptions, compare, trafficOf } from '../../simulator/comparison.ts';
import { fixedAtPeak } from '../../simulator/conclusion.ts';
import { provisionedDollars, readPrices } from '../../simulator/prices.ts';
import type { CostRow } from '../../simulator/report/cost-chart.ts';
import { PASS_FRACTION } from '../../simulator/scorecard.ts';
import { type RunMinute, summarize } from './run-record.ts';

export interface DemoRow extends CostRow {
  /** Null for on-demand, which bills no shards. */
  readonly shardHours: number | null;
}

export interface DemoComparison {
  /** The run first, then what it is compared with. */
  readonly rows: readonly DemoRow[];
  readonly sentence: string;
}

const recordBytes = 500;

export function compareRun(policy: CandidatePolicyName, minutes: readonly RunMinute[]): DemoComparison {
  const load = Float64Array.from(minutes, ({ offeredRecordsPerSecond }) => offeredRecordsPerSecond / 1_000);
  const prices = readPrices();
  if (!prices.ok) throw new Error('the price list that ships with the product cannot be read');
  const options: ComparisonOptions = {
    unit: 'records',
    model: 'loss',
    recordBytes,
    consumers: 1,
    sharedCommitment: false,
    prices: prices.value,
  };
  const other = policy === 'adaptive' ? 'doubling' : 'adaptive';
  const comparison = compare('demo', load, [fixedAtPeak, other, 'on-demand'], options);
  const rows = markBest([thisRun(policy, minutes, load, options), ...simulated(comparison, load)]);
  return { rows, sentence: describe(rows, other) };
}

function thisRun(
  policy: CandidatePolicyName,
  minutes: readonly RunMinute[],
  load: Float64Array,
  options: ComparisonOptions,
): DemoRow {
  const { shardHours, throttledRecords, offeredRecords } = summarize(minutes);
  const dollars = provisionedDollars(shardHours, trafficOf(load, options), options.prices);
  return {
    name: 'this run',
    remarks: [`policy ${policy}`],
    shardHours,
    dollars: monthlyDollars(dollars, load.length / 60),
    throttledFraction: offeredRecords > 0 ? throttledRecords / offeredRecords : 0,
    isBest: false,
  };
}

function simulated({ results, optimum, peakShards }: Comparison, load: Float64Array): readonly DemoRow[] {
  const hours = load.length / 60;
  const names: Readonly<Record<string, string>> = {
    [fixedAtPeak]: `fixed at the ${Math.ceil(peakShards - 1e-9)} shards of the peak`,
  };
  const rows = results.map(({ policy, shardHours, dollars, throttledFraction }): DemoRow => {
    const isHindsight = policy === fixedAtPeak;
    const remarks = isHindsight ? ['needs hindsight'] : [];
    const figures = { shardHours, dollars: monthlyDollars(dollars, hours), throttledFraction };
    return { name: names[policy] ?? policy, remarks, ...figures, isBest: false, isHindsight };
  });
  const [first] = results;
  if (first === undefined) return rows;
  const dollars = monthlyDollars(first.dollars / first.dollarRatioToOptimum, hours);
  const remarks = ['the least possible, needs hindsight'];
  const least = { name: 'optimum', remarks, shardHours: optimum.lowerBoundShardHours, dollars, throttledFraction: 0 };
  return [...rows, { ...least, isBest: false, isHindsight: true }];
}

/** The cheapest that is safe and that somebody could have run. */
function markBest(rows: readonly DemoRow[]): readonly DemoRow[] {
  const candidates = rows.filter(
    ({ isHindsight, throttledFraction }) => !isHindsight && throttledFraction <= PASS_FRACTION,
  );
  const best = candidates.toSorted((one, another) => one.dollars - another.dollars)[0];
  return rows.map((row) =>
    row === best
      ? { ...row, isBest: true, remarks: [...row.remarks, `cheapest within ${100 * PASS_FRACTION} %`] }
      : row,
  );
}

function describe([run, fixed, other]: readonly DemoRow[], otherPolicy: string): string {
  if (!run || !fixed || !other) return '';
  const [own, least, rival] = [run, fixed, other].map(({ shardHours }) => Math.round(shardHours ?? 0)) as [
    number,
    number,
    number,
  ];
  const difference = own - least;
  const against =
    difference === 0
      ? 'as many as'
      : `${Math.abs(difference)} (${Math.round((100 * Math.abs(difference)) / least)} %) ${difference > 0 ? 'more' : 'fewer'} than`;
  return [
    `This run used ${own} shard-hours, ${against} a stream ${fixed.name}, which only hindsight knows`,
    `${percent(run.throttledFraction)} of the records were throttled`,
    `\`${otherPolicy}\` would have used ${rival} and throttled ${percent(other.throttledFraction)} on the same days.`,
  ].join('; ');
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(3)} %`;
}
