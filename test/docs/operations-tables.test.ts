import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withTables } from '../../core/report/operations-tables.ts';

const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

it('docs/operations.md has hold reasons and findings as the code has them: run `npm run docs:tables`', () => {
  expect(operations).toBe(withTables(operations));
});

it('a document without a place for the tables is refused', () => {
  expect(() => withTables('# Operations')).toThrow(/no place for a table/);
});
