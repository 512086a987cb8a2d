import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCommand } from './command.ts';

it('demo --json ends with a summary in JSON', { timeout: 240_000 }, async () => {
  const out = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-test-'));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  const { stdout, stderr, exitCode } = await runCommand([
    'demo',
    '--json',
    '--start-day',
    '1.3',
    '--days',
    '0.04',
    '--out',
    out,
  ]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(Object.keys(summary).sort()).toEqual(['agree', 'finalShardCount', 'holds', 'ok', 'report', 'scalings']);
  expect(summary).toMatchObject({ ok: true, agree: { stream: true, alarms: true, tags: true, concurrency: true } });
  expect(summary.scalings.length).toBeGreaterThan(0);
  expect(Object.keys(summary.scalings[0]).sort()).toEqual(['at', 'direction', 'from', 'reason', 'to']);
  const page = await readFile(summary.report, 'utf8');
  for (const rival of ['fixed at the', 'adaptive', 'on-demand', 'optimum', 'This run used']) {
    expect(page).toContain(rival);
    expect(stdout).toContain(rival);
  }
  expect(page).toContain('<svg');
  expect(page, 'findings are sentences').not.toContain('concurrency-differs');
});

it('demo --policy target scales by load checks', { timeout: 240_000 }, async () => {
  const out = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-test-'));
  onTestFinished(() => rm(out, { recursive: true, force: true }));
  const { stdout } = await runCommand([
    'demo',
    '--policy',
    'target',
    '--format',
    'json',
    '--start-day',
    '1.33',
    '--days',
    '0.03',
    '--out',
    out,
  ]);
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(summary).toMatchObject({ ok: true, agree: { stream: true, alarms: true, tags: true, concurrency: true } });
  expect(summary.scalings[0].reason).toMatch(/^target: [\d.]+ shards' worth is offered; call 1 of 10 in 24 h$/);
});

it.each<[string, readonly string[], string]>([
  ['an unknown policy', ['--policy', 'halving'], 'Allowed choices are doubling, target, adaptive'],
  [
    'days that are not a number',
    ['--days', 'many'],
    "option '--days <number>' argument 'many' is invalid. Give a number of days above 0.",
  ],
  [
    'a day that the trace does not have',
    ['--start-day', '900', '--days', '1'],
    '--start-day 900: the trace ends after',
  ],
  ['a trace that does not exist', ['--trace', '/nonexistent.csv'], '/nonexistent.csv'],
])('demo refuses %s in one line', async (_what, words, message) => {
  const { exitCode, stderr } = await runCommand(['demo', ...words]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
});
