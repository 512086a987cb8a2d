/**
 * `npm run histories -- --count 10000`: as many random histories, each held against the invariants. A history that breaks
 * one is made smaller, printed step by step, and can be played again with the --seed and --path that are printed with it.
 */
import { parseArgs, styleText } from 'node:util';
import fc from 'fast-check';
import { type History, histories } from './history.ts';
import { playHistory } from './run-history.ts';
import { smallerHistory } from './smaller-history.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    path: { type: 'string' },
  },
});
const count = wholeNumber('count', values.count);
const seed = wholeNumber('seed', values.seed);
const startedMs = performance.now();
let played = 0;
let scalings = 0;

const result = await fc.check(
  fc.asyncProperty(histories, async (history) => {
    const outcome = await playHistory(history);
    played += 1;
    scalings += outcome.scalings;
    return outcome.violations.length === 0;
  }),
  // fast-check would make a history smaller number by number, and seconds pass with each try: see smallerHistory.
  { seed, numRuns: count, endOnFailure: true, ...(values.path === undefined ? {} : { path: values.path, numRuns: 1 }) },
);
const elapsed = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
if (result.failed) {
  const [history] = result.counterexample ?? [];
  console.error(`history ${result.numRuns} breaks an invariant; making it smaller`);
  if (history) await printHistory(await smallerHistory(history));
  console.error(`play it again: npm run histories -- --seed ${seed} --path ${result.counterexamplePath}`);
  console.error(styleText('red', `✗ history ${result.numRuns} of seed ${seed}, ${elapsed}`));
  process.exitCode = 1;
} else {
  console.log(styleText('green', `✓ ${played} histories, ${scalings} scalings, seed ${seed}, ${elapsed}`));
}

async function printHistory(history: History): Promise<void> {
  const { steps: _, ...rest } = history;
  console.error(JSON.stringify(rest, null, 2));
  const { lines } = await playHistory(history, true);
  const last = lines.findLastIndex((line) => line.includes('!!!'));
  for (const line of lines.slice(0, last + 1)) console.error(line.includes('!!!') ? styleText('red', line) : line);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  console.error(`--${name} ${text}: give a whole number`);
  process.exit(2);
}
