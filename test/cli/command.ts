/** Runs the command line within the test's own process, or as a user does, in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../cli/command-line.ts';
import type { Terminal } from '../../cli/terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** Beside it, nothing of the machine's own AWS settings is seen. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Columns of the terminal; without it standard output is no terminal. */
  readonly columns?: number;
  readonly hasColors?: boolean;
  /** Called with each line that progress draws. */
  readonly redraw?: (line: string) => void;
}

/** Variables that the AWS SDK reads by itself. */
const sdkVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_PROFILE',
  'AWS_ENDPOINT_URL',
  'AWS_REGION',
  'HOME',
];

let running = 0;
let before: Readonly<Record<string, string | undefined>> = {};

/** In this process. Runs that overlap must share their environment, and the last of them gives back the process's own. */
export async function runCommand(
  words: readonly string[],
  { environment = {}, columns, hasColors = false, redraw }: Surroundings = {},
): Promise<CommandResult> {
  if (running === 0) before = { ...process.env };
  running += 1;
  setVariable('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of sdkVariables) if (name !== 'HOME' || environment.HOME) setVariable(name, environment[name]);
  const stdout: string[] = [];
  const stderr: string[] = [];
  const terminal: Terminal = {
    write: (line) => stdout.push(`${line}\n`),
    writeError: (line) => stderr.push(`${line}\n`),
    columns,
    hasColors,
    redraw,
    environment,
  };
  try {
    const exitCode = await runCommandLine(words, terminal);
    return { exitCode, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    running -= 1;
    if (running === 0)
      for (const name of ['AWS_EC2_METADATA_DISABLED', ...sdkVariables]) setVariable(name, before[name]);
  }
}

function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** In a process of its own, which a few tests need: exit code and standard streams of the real thing. */
export function runProcess(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const env = { PATH: process.env.PATH ?? '', AWS_EC2_METADATA_DISABLED: 'true', ...environment };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'cli/main.ts', ...words],
      { cwd: root, env },
      (error, stdout, stderr) =>
        resolve({ exitCode: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    );
  });
}
