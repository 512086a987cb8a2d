import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/parity.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| theirs'));

it('docs/parity.md has a row for every item, each with its test or the reason why there is none', () => {
  expect(rows.length).toBeGreaterThan(90);
  for (const row of rows) {
    const [, , here = '', test = ''] = row.split(' | ').length === 3 ? ['', ...row.split(' | ')] : [];
    expect([row, /`test\/[\w./-]+`/.test(test) || here.startsWith('no counterpart')]).toEqual([row, true]);
  }
});

it('docs/parity.md names only files that are there, and only tests that they have', () => {
  for (const row of rows) {
    for (const [, path = ''] of row.matchAll(/`((?:core|lambda|consumer|test)\/[\w./-]+)`/g))
      expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    const [, path = '', title] = /`(test\/[\w./-]+)`: _(.+)_ \|$/.exec(row) ?? [];
    if (title === undefined) continue;
    const titles = readFileSync(join(root, path), 'utf8').replaceAll("\\'", "'");
    expect([path, titles.includes(title) ? title : 'no such test']).toEqual([path, title]);
  }
});
