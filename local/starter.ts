/**
 * Watches the process that started this one; with npm, the `npm run local` that a person or a script started. Between
 * it and this process are shells and another npm that outlive it, so that a signal to it never arrives here.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const POLL_MS = 500;
const run = promisify(execFile);

/** Resolves when the starter has ended; never if this process has none (a service of the system). */
export async function starterEnds(): Promise<void> {
  const starter = process.env.npm_lifecycle_event === undefined ? process.ppid : await outermostNpm();
  if (starter <= 1) return new Promise(() => {});
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isRunning(starter)) return;
      clearInterval(timer);
      resolve();
    }, POLL_MS).unref();
  });
}

/** The topmost npm that runs this command; the parent where there is none, or no `ps`. */
/** The scripts of package.json by which this command is run; an npm above them runs something else, such as a test. */
const OUR_NPM = /(^|\/)npm(-cli\.js)?\s+(run|run-script)\s+(--?\S+\s+)*(local|cli)\b/;

async function outermostNpm(): Promise<number> {
  try {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,command=']);
    return outermostNpmIn(stdout, process.pid) ?? process.ppid;
  } catch {
    return process.ppid;
  }
}

/** @param processes lines of pid, parent's pid and command. */
export function outermostNpmIn(processes: string, from: number): number | undefined {
  const byId = new Map(
    [...processes.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, id, parent, command = '']) => [
      Number(id),
      { parent: Number(parent), command },
    ]),
  );
  let found: number | undefined;
  for (let id = byId.get(from)?.parent; id !== undefined && id > 1; id = byId.get(id)?.parent) {
    if (OUR_NPM.test(byId.get(id)?.command ?? '')) found = id;
  }
  return found;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process is running, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
