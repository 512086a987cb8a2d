/**
 * Every single fault: each AWS call of a scaling and of a reconcile fails once in every way, in the deployed bundle on local
 * AWS. Prints a table of the cases that agree again after the function's own retries and one reconcile, and one JSON line;
 * ends with 1 if a case does not. Stories can be chosen: `npm run bench:faults -- "scale up"`.
 */
import { FaultRun, faults, type StoryName, storyNames } from '../test/scenarios/support/fault-run.ts';

const chosen = process.argv.slice(2);
const faultNames = Object.keys(faults);
const started = performance.now();
const unhealed: string[] = [];
let cases = 0;

for (const [index, name] of faultNames.entries()) console.log(`${letterOf(index)}  ${name}`);
await runStories(
  'of alarms',
  storyNames.filter((story) => story !== 'look'),
);
await runStories('of looks', ['look']);
for (const text of unhealed) console.log(`✗ ${text}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(JSON.stringify({ bench: 'faults', cases, unhealed: unhealed.length, seconds }));
process.exitCode = unhealed.length === 0 ? 0 : 1;

async function runStories(kind: 'of alarms' | 'of looks', stories: readonly StoryName[]): Promise<void> {
  const wanted = stories.filter((story) => chosen.length === 0 || chosen.includes(story));
  if (wanted.length === 0) return;
  const run = await FaultRun.start(kind);
  try {
    for (const story of wanted) await runStory(story, run);
  } finally {
    await run.stop();
  }
}

async function runStory(story: StoryName, run: FaultRun): Promise<void> {
  const calls = await run.listCalls(story);
  const titles = calls.map(
    ({ key, occurrence }) => `${key.replaceAll(/arn:\S+:/g, '')}${occurrence > 0 ? ` (again)` : ''}`,
  );
  const width = Math.max(...titles.map(({ length }) => length)) + 2;
  console.log(`\n${story.padEnd(width)}${faultNames.map((_, index) => letterOf(index)).join(' ')}`);
  for (const [index, call] of calls.entries()) {
    const cells: string[] = [];
    for (const fault of faultNames) {
      const wrong = await run.play(story, call, fault);
      cases += 1;
      cells.push(wrong.length === 0 ? '✓' : '✗');
      unhealed.push(...wrong.map((text) => `${story}, ${titles[index]}, ${fault}: ${text}`));
    }
    console.log(`${titles[index]?.padEnd(width)}${cells.join(' ')}`);
  }
}

function letterOf(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
