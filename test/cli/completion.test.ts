/** Completions, asked of the shells themselves where the machine has them; bash is there wherever this runs. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';

const run = promisify(execFile);
const scriptFor = async (shell: string) => {
  const { exitCode, stdout, stderr } = await runCommand(['completion', shell]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
};

async function inBash(line: string): Promise<readonly string[]> {
  const words = line.split(' ');
  const ask = [
    await scriptFor('bash'),
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
    '_kinesis_autoscaler; printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n');
  const { stdout } = await run('bash', ['--norc', '-c', ask]);
  return stdout.trim().split('\n').filter(Boolean);
}

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const asked = (shell: string) =>
  has(shell) ? `, and ${shell} answers with them` : ` (no ${shell} on this machine: not asked)`;

describe('completions of bash', () => {
  it.each<[string, readonly string[]]>([
    ['kinesis-autoscaler sta', ['status']],
    ['kinesis-autoscaler --region eu-west-1 expl', ['explain']],
    ['kinesis-autoscaler --for', ['--format']],
    ['kinesis-autoscaler status --format ', ['table', 'json']],
    ['kinesis-autoscaler history --ho', ['--hours']],
    ['kinesis-autoscaler demo --policy do', ['doubling']],
    ['kinesis-autoscaler completion z', ['zsh']],
    ['kinesis-autoscaler history --hours ', []],
    ['kinesis-autoscaler simulate --trace package.j', ['package.json']],
  ])('%s is completed', async (line, expected) => {
    expect(await inBash(line)).toEqual(expected);
  });

  it('offer every command and every global option at the start', async () => {
    const { stdout: help } = await runCommand(['--help']);
    const offered = await inBash('kinesis-autoscaler ');
    const named = [...help.matchAll(/^ {2}([a-z-]+)(?: \[| <| )/gm)].map(([, name]) => name);
    expect(offered).toEqual(expect.arrayContaining(named.filter((name) => name !== 'help')));
    expect(offered).toEqual(
      expect.arrayContaining(['--region', '--profile', '--endpoint-url', '--stack', '--no-color']),
    );
  });
});

describe('completions of fish', () => {
  it(`are lines of \`complete\`${asked('fish')}`, async () => {
    const script = await scriptFor('fish');
    for (const line of script.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^complete -c kinesis-autoscaler /);
    if (!has('fish')) return;
    const ask = async (line: string) =>
      (await run('fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}'`])).stdout
        .trim()
        .split('\n')
        .map((offer) => offer.split('\t')[0]);
    expect(await ask('kinesis-autoscaler sta')).toEqual(['status']);
    expect(await ask('kinesis-autoscaler status --format ')).toEqual(['json', 'table']);
    expect(await ask('kinesis-autoscaler history --ho')).toEqual(['--hours']);
  });
});

describe('completions of zsh', () => {
  it(`name every command${asked('zsh')}`, async () => {
    const script = await scriptFor('zsh');
    expect(script).toMatch(/^#compdef kinesis-autoscaler\n/);
    for (const name of ['status', 'simulate', 'completion']) expect(script).toContain(`        ${name})\n`);
    if (!has('zsh')) return;
    const { stderr } = await run('zsh', ['-f', '-c', `autoload -Uz compinit && compinit -u -d /dev/null\n${script}`]);
    expect(stderr).toBe('');
  });
});

it('an unknown shell is refused with those that there are', async () => {
  const { exitCode, stderr } = await runCommand(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Allowed choices are bash, zsh, fish');
});
