import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { outermostNpmIn } from '../../local/starter.ts';

const STARTER = fileURLToPath(new URL('../../local/starter.ts', import.meta.url));

test('the starter of an npm script is the npm that a person called, not the shells and npms below it', () => {
  const processes = [
    '    1     0 /sbin/init',
    '   90     1 npm exec vitest run',
    '  100    90 -bash',
    '  200   100 npm run local --json',
    '  210   200 sh -c npm run --silent cli -- local --json',
    '  220   210 node /usr/lib/node_modules/npm/bin/npm-cli.js run --silent cli -- local --json',
    '  230   220 sh -c tsx cli/main.ts local --json',
    '  240   230 node node_modules/.bin/tsx cli/main.ts local --json',
    '  250   240 node cli/main.ts local --json',
    '  300   100 npm exec vitest',
  ].join('\n');
  expect(outermostNpmIn(processes, 250)).toBe(200);
  expect(outermostNpmIn(processes, 100)).toBeUndefined();
});

test('a process ends when what started it was killed, though between the two a shell lives on', async () => {
  const watching = `import(${JSON.stringify(STARTER)}).then(async ({ starterEnds }) => {
    const ended = starterEnds();
    setInterval(() => {}, 1000);
    console.log(process.pid);
    await ended;
    process.exit();
  });`;
  const starter = spawn('sh', ['-c', `"${process.execPath}" --experimental-strip-types -e '${watching}' & wait`], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface({ input: starter.stdout }), 'line');
  const watcher = Number(line);
  onTestFinished(() => {
    if (isRunning(watcher)) process.kill(watcher, 'SIGKILL');
  });
  starter.kill('SIGKILL');
  // Its output closes only with the last process that writes to it, which is the one that watches.
  const closed = once(starter, 'close').then(() => 'ended');
  const late = new Promise((resolve) => setTimeout(() => resolve('still running'), 15_000));
  expect(await Promise.race([closed, late])).toBe('ended');
});

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
