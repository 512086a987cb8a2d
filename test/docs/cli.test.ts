import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProgram } from '../../cli/command-line.ts';

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const terminal = {
  write: () => {},
  writeError: () => {},
  columns: undefined,
  hasColors: false,
  redraw: undefined,
  environment: {},
};
const program = createProgram(terminal, () => {});

it('docs/cli.md names every command', () => {
  for (const command of program.commands) expect(text).toMatch(new RegExp(`^\\|.*\`${command.name()}\``, 'm'));
});

it('docs/cli.md names every global option', () => {
  for (const { long } of program.options) expect(text).toContain(`\`${long}`);
});
