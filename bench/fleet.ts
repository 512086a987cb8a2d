/**
 * `npm run bench:fleet`: does a fleet keep up with AWS's own call rates? Prints a JSON line a figure, then a table; the exit
 * code is 1 when a goal is missed. About eight minutes: notifications wait up to five
 * in Lambda's queue, in real time as well.
 *
 *     npm run bench:fleet -- 100 10     # another number of streams on the discrete-event clock, and in real time
 */
import { pathToFileURL } from 'node:url';
import Table from 'cli-table3';
import { type FleetFigure, runRealFleet, runVirtualFleet } from './fleet/runs.ts';

const highestRatio = 1.2;

export async function benchFleet(virtualStreams = 1_000, realStreams = 60): Promise<boolean> {
  // Side by side: the one in real time mostly waits.
  const runs = await Promise.all([runVirtualFleet(virtualStreams), runRealFleet(realStreams)]);
  const figures = runs.flat();
  for (const figure of figures) console.log(JSON.stringify({ ...figure, ok: findMisses(figure).length === 0 }));
  console.log(renderFigures(figures));
  return figures.every((figure) => findMisses(figure).length === 0);
}

/** Which goals a figure misses, in words. */
function findMisses({ bench, streams, ratio, writingCalls, agreement }: FleetFigure): readonly string[] {
  const misses: string[] = [];
  if (ratio > highestRatio) misses.push(`slower than ${highestRatio} x the bound`);
  if (bench === 'fleet-reconcile-clean' && writingCalls > 0) misses.push(`${writingCalls} writing calls`);
  if (!agreement) return misses;
  const { scaledOnce, lost, twice, disagreeing, deadLetters } = agreement;
  if (scaledOnce !== streams) misses.push(`${lost} lost, ${twice} scaled twice`);
  if (disagreeing.length > 0) misses.push(`${disagreeing.length} disagree: ${disagreeing.slice(0, 3).join(', ')}`);
  if (deadLetters > 0) misses.push(`${deadLetters} dead letters`);
  return misses;
}

function renderFigures(figures: readonly FleetFigure[]): string {
  const head = ['run', 'clock', 'streams', 'elapsed s', 'bound s', 'ratio', 'writes', 'throttled', 'outcome'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const figure of figures) {
    const { bench, clock, streams, elapsedSeconds, boundSeconds, ratio, writingCalls, throttledCalls, agreement } =
      figure;
    const agreed = agreement
      ? [`${agreement.scaledOnce} scaled once, in agreement; ${agreement.deadLetters} dead letters`]
      : [];
    const outcome = [...findMisses(figure), ...(findMisses(figure).length === 0 ? ['ok', ...agreed] : [])].join('; ');
    table.push([bench, clock, streams, elapsedSeconds, boundSeconds, ratio, writingCalls, throttledCalls, outcome]);
  }
  return table.toString();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [virtualStreams, realStreams] = process.argv.slice(2).map(Number);
  if (!(await benchFleet(virtualStreams, realStreams))) process.exitCode = 1;
}
