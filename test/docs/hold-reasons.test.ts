import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withHoldReasons } from '../../core/report/hold-reason-table.ts';

const operations = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

it('docs/operations.md has the table of hold reasons as the rules have it: run `npm run docs:holds`', () => {
  expect(operations).toBe(withHoldReasons(operations));
});

it('a document without a place for the table of hold reasons is refused', () => {
  expect(() => withHoldReasons('# Operations')).toThrow(/no place for the table/);
});
