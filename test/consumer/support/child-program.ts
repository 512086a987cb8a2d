/** A program under test's control: started, waited for by what it prints, ended by its own id. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Program {
  readonly pid: number;
  /** Writes to its standard input; for a program that was started with `stdin`. */
  readonly write: (text: string) => void;
  /** Everything it has printed so far. */
  readonly output: () => string;
  /** Resolves with the match when the output has one; rejects when the program ends first, with all that it printed. */
  readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the exit code when it has ended by itself. */
  readonly ended: Promise<number | null>;
  /** Sends the signal and resolves with the exit code when it has ended. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

export function startProgram(
  path: string,
  args: readonly string[],
  { stdin = false, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; stdin?: boolean } = {},
): Program {
  const child = spawn(path, args, { stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  const listeners = new Set<() => void>();
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = exitOf(child);

  return {
    pid: child.pid ?? -1,
    write: (text) => child.stdin?.write(text),
    output: () => output,
    ended: exited,
    waitFor: async (pattern) => {
      const found = new Promise<RegExpExecArray>((resolve) => {
        const check = (): void => {
          const match = pattern.exec(output);
          if (match === null) return;
          listeners.delete(check);
          resolve(match);
        };
        listeners.add(check);
        check();
      });
      const ended = exited.then((code) => {
        throw new Error(`${path} ended with ${code} before it printed ${pattern}:\n${output}`);
      });
      return Promise.race([found, ended]);
    },
    end: (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
  };
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
}
