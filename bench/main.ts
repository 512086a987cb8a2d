/**
 * `npm run bench [-- NAME…]`: one benchmark after the other, each in a process of its own so that none warms up another.
 * Standard output is JSON lines alone; what else a benchmark prints goes to standard error. Ends with 1 if one fails or
 * misses its goal. The faults, which take minutes, are `npm run bench:faults`.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const benches = ['bundle', 'scaling', 'alarm-evaluation', 'fleet', 'policies', 'consumer-hot-path', 'consumer-memory'];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !benches.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}: there are ${benches.join(', ')}`);
  process.exit(2);
}
for (const name of chosen.length > 0 ? chosen : benches) if (!(await runBench(name))) process.exitCode = 1;

/** @returns whether it ended well and met its goals. */
async function runBench(name: string): Promise<boolean> {
  const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let met = true;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) {
      console.log(line);
      const { ok }: { readonly ok?: boolean } = JSON.parse(line);
      met &&= ok !== false;
    } else console.error(line);
  }
  const code = await ended;
  if (code !== 0) console.error(`${name} ended with ${code}`);
  return code === 0 && met;
}
