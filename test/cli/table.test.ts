import { describe, expect, it } from 'vitest';
import { renderTable, wrapText } from '../../cli/table.ts';

const columns = [
  { title: 'stream', wrapTo: 8 },
  { title: 'shards', align: 'right' as const },
  { title: 'drift', wrapTo: 8 },
];
const rows = [
  ['orders-of-the-whole-world', '128', 'alarm-threshold concurrency-differs'],
  ['clicks', '4', 'none'],
];
const widest = (text: string) => Math.max(...text.split('\n').map(({ length }) => length));
/** The text of a table without frames and line breaks. */
const contentOf = (text: string) => text.replaceAll(/[^\w-]/g, '');

describe('a table', () => {
  it('keeps its natural width where there is no terminal', () => {
    const text = renderTable(columns, rows);
    expect(text).toContain('│ orders-of-the-whole-world │    128 │ alarm-threshold concurrency-differs │');
  });

  it.each([75, 60, 45, 40])('fits a terminal of %i columns by wrapping, and keeps every character', (width) => {
    const text = renderTable(columns, rows, width);
    expect(widest(text)).toBeLessThanOrEqual(width);
    expect(text).toContain('│ clicks');
    for (const word of ['128', 'none']) expect(text).toContain(word);
    expect(contentOf(text)).toHaveLength(contentOf(renderTable(columns, rows)).length);
  });

  it('becomes a block of lines a row where wrapping is not enough', () => {
    const text = renderTable(columns, rows, 30);
    expect(widest(text)).toBeLessThanOrEqual(30);
    expect(text).toContain('shards  128');
    expect(text).toContain('stream  clicks\nshards  4\ndrift   none');
  });
});

it('breaks between words, and within a word that is longer than a line', () => {
  expect(wrapText('one two three', 7)).toBe('one two\nthree');
  expect(wrapText('abcdefghij kl', 4)).toBe('abcd\nefgh\nij\nkl');
});
