/**
 * Every policy over every trace at every peak, against the clairvoyant optimum: the tables of docs/benchmark.md, with each
 * gate as a row. Deterministic but for the rows about speed.
 *
 *     npm run bench:policies [-- --traces FOLDER] [--json]
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeFault, type Result } from '../core/result.ts';
import { type CandidatePolicyName, candidatePolicyNames } from '../simulator/candidate-policies.ts';
import { toLoad } from '../simulator/load.ts';
import { doubleFlashCrowd, type SyntheticLoad, syntheticLoads } from '../simulator/synthetic-loads.ts';
import { readTraceFile } from '../simulator/trace-file.ts';
import { Case } from './policies/case.ts';
import { foresightRows } from './policies/foresight.ts';
import { gateRows } from './policies/gates.ts';
import { speedRows } from './policies/speed.ts';
import { type Summary, summarize, summaryHead, summaryRow } from './policies/summary.ts';
import { printTable } from './policies/table.ts';

const { values: options } = parseArgs({
  options: { traces: { type: 'string' }, json: { type: 'boolean', default: false } },
});

const peaks = [8, 64];
/** Too few counts to scale up: its noise grows with it. Shown, never counted. */
const stressOnly = new Set(['nab-tweets-aapl']);
/** Looked at from the start; the others only when policies and candidates stood, and then for a second round of tuning. */
const tunedOn = new Set(['ms-ingress-01', 'ms-mongo-01', 'nab-nyc-taxi', 'wc98-group']);
const ours: readonly CandidatePolicyName[] = ['adaptive', 'target'];

const folder = options.traces ?? fileURLToPath(new URL('../traces', import.meta.url));
const real = readdirSync(folder)
  .filter((file) => file.endsWith('.csv.gz'))
  .sort()
  .map((file) => readTrace(join(folder, file)));
const core = casesOf(
  real.filter(({ name }) => !stressOnly.has(name)),
  peaks,
);

print('Core traces, all policies', summaryHead, [
  ...candidatePolicyNames.map((policy) => summaryRow(summarize(policy, core))),
]);
print('Tuned on from the start, and from the second round', summaryHead, [
  ...ours.flatMap((policy) => [
    summaryRow(
      named(
        summarize(
          policy,
          core.filter(({ name }) => tunedOn.has(name)),
        ),
        'from the start',
      ),
    ),
    summaryRow(
      named(
        summarize(
          policy,
          core.filter(({ name }) => !tunedOn.has(name)),
        ),
        'second round',
      ),
    ),
  ]),
]);
print('Synthetic loads: seed 1 seen while tuning, seed 5 not tuned on', summaryHead, [
  ...ours.flatMap((policy) =>
    [1, 5].map((seed) => summaryRow(named(summarize(policy, casesOf(syntheticLoads(seed), peaks)), `seed ${seed}`))),
  ),
]);
print(
  'Run by run',
  ['trace', 'peak', ...ours.flatMap((policy) => [`${policy}: hours/optimum`, 'throttled', 'calls', 'most in 24 h'])],
  [
    ...core,
    ...casesOf(
      real.filter(({ name }) => stressOnly.has(name)),
      peaks,
    ),
  ].map((each) => each.row(ours)),
);
print(
  'Gates',
  ['gate', 'bound', ...ours.flatMap((policy) => [policy, ''])],
  gateRows(ours, {
    core,
    oddPeaks: casesOf(
      real.filter(({ name }) => !stressOnly.has(name)),
      [5, 23],
    ),
    flash: casesOf([doubleFlashCrowd()], peaks),
  }),
);
print(
  'What a perfect forecast would reach',
  ['forecast', 'hours/optimum, gm', 'worst', 'runs with <= 0.1 % throttled'],
  foresightRows(core),
);
print('Speed', ['what', 'bound', 'measured'], speedRows());

function readTrace(path: string): SyntheticLoad {
  const trace = orThrow(readTraceFile(path));
  return { name: trace.name, values: orThrow(toLoad(trace, 'records', { kind: 'peak', peakShards: 1 })) };
}

function casesOf(loads: readonly SyntheticLoad[], of: readonly number[]): readonly Case[] {
  return loads.flatMap(({ name, values }) => of.map((peak) => new Case(name, values, peak)));
}

function named(summary: Summary, suffix: string): Summary {
  return { ...summary, policy: `${summary.policy}, ${suffix}` };
}

function print(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  if (options.json) console.log(JSON.stringify({ title, head, rows }));
  else printTable(title, head, rows);
}

function orThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(result.faults.map(describeFault).join('\n'));
}
