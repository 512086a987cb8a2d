/** Tables that fit the terminal: texts wrap, and where that is not enough, each row becomes a block of lines. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The narrowest width that its texts may be wrapped to; without it they are never wrapped. */
  readonly wrapTo?: number;
}

/** Blanks beside a cell, and the border to its left. */
const cellFrame = 3;

/** @param width columns of the terminal; undefined: as wide as the texts are */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const texts = [columns.map(({ title }) => title), ...rows];
  const natural = columns.map((_, index) => Math.max(...texts.map((cells) => widthOf(cells[index] ?? ''))));
  const widths = width === undefined ? natural : fitWidths(columns, natural, width);
  if (widths === undefined) return renderBlocks(columns, rows, width ?? 0);
  const table = new Table({
    head: columns.map(({ title }, index) => wrapText(title, widths[index])),
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [] },
  });
  for (const cells of rows) table.push(cells.map((text, index) => wrapText(text, widths[index])));
  return table.toString();
}

/** Breaks between words where it can, and within a word that is longer than a line. */
export function wrapText(text: string, width = Number.POSITIVE_INFINITY): string {
  return text
    .split('\n')
    .flatMap((line) => (line.length <= width ? [line] : wrapLine(line, width)))
    .join('\n');
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const together = current === '' ? word : `${current} ${word}`;
    if (together.length <= width) {
      current = together;
      continue;
    }
    if (current !== '') lines.push(current);
    current = word;
    while (current.length > width) {
      lines.push(current.slice(0, width));
      current = current.slice(width);
    }
  }
  return [...lines, current];
}

/** Takes from the widest wrappable column first. Undefined when wrapping alone cannot make the table fit. */
function fitWidths(
  columns: readonly Column[],
  natural: readonly number[],
  width: number,
): readonly number[] | undefined {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each + cellFrame, 1) - width;
  for (; excess > 0; excess -= 1) {
    const candidates = columns.map(({ wrapTo = Number.POSITIVE_INFINITY }, index) => {
      const each = widths[index] ?? 0;
      return each > wrapTo ? each : 0;
    });
    const widest = Math.max(...candidates);
    if (widest === 0) return undefined;
    widths[candidates.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function renderBlocks(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const titleWidth = Math.max(...columns.map(({ title }) => title.length)) + 2;
  const valueWidth = Math.max(8, width - titleWidth);
  const blocks = rows.map((cells) =>
    columns
      .map(({ title }, index) => {
        const value = wrapText(cells[index] ?? '', valueWidth).replaceAll('\n', `\n${' '.repeat(titleWidth)}`);
        return title.padEnd(titleWidth) + value;
      })
      .join('\n'),
  );
  return blocks.join('\n\n');
}

function widthOf(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map(({ length }) => length),
  );
}
