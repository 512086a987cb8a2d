/**
 * Where a command writes, and what it knows of its surroundings. Each run gets one, so that a test runs many commands in one
 * process.
 */
import { stripVTControlCharacters } from 'node:util';

export interface Terminal {
  /** A line on standard output. */
  readonly write: (line: string) => void;
  /** A line on standard error. */
  readonly writeError: (line: string) => void;
  /** Columns of standard output; undefined when it is a file or a pipe: tables then keep their natural width. */
  readonly columns: number | undefined;
  /** Whether standard output shows colours. */
  readonly hasColors: boolean;
  /** Replaces the last line of standard error; undefined when that is no terminal. */
  readonly redraw: ((line: string) => void) | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) stderr.write('\r\u001b[K');
    isDrawn = false;
  };
  const draw = (line: string) => {
    clear();
    stderr.write(line);
    isDrawn = line !== '';
  };
  return {
    write: (line) => {
      clear();
      stdout.write(`${line}\n`);
    },
    writeError: (line) => {
      clear();
      stderr.write(`${line}\n`);
    },
    columns: stdout.isTTY ? stdout.columns : undefined,
    hasColors: showsColors(process),
    redraw: stderr.isTTY ? draw : undefined,
    environment: env,
  };
}

/** NO_COLOR and FORCE_COLOR, as no-color.org and Node.js define them, say it before the terminal does. */
function showsColors({ stdout, env }: Pick<typeof process, 'stdout' | 'env'>): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stdout.isTTY && stdout.hasColors();
}

/** Commands always style their text; this takes the styles out. */
export function withoutColors(terminal: Terminal): Terminal {
  return {
    ...terminal,
    hasColors: false,
    write: (line) => terminal.write(stripVTControlCharacters(line)),
    writeError: (line) => terminal.writeError(stripVTControlCharacters(line)),
  };
}
