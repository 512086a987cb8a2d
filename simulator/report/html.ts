/** Self-contained HTML: one page, no script, no network. */
import { styleSheet } from './style-sheet.ts';

/** Makes text from outside safe within an element and within a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** @param body HTML */
export function renderDocument(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${styleSheet}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** A chart twice: as it is on a screen, and as it is on a phone. */
export interface Drawing {
  readonly wide: string;
  readonly narrow: string;
}

/** @param caption HTML */
export function figure({ wide, narrow }: Drawing, label: string, caption = ''): string {
  const drawn = (svg: string, width: keyof Drawing) =>
    `<div class="${width}">${svg.replace(/ width="[\d.]+" height="[\d.]+"/, ` role="img" aria-label="${escapeHtml(label)}"`)}</div>`;
  const below = caption === '' ? '' : `<figcaption>${caption}</figcaption>`;
  return `<figure>${drawn(wide, 'wide')}${drawn(narrow, 'narrow')}${below}</figure>`;
}

export interface HtmlColumn {
  readonly title: string;
  readonly isNumber?: boolean;
}

/** @param rows HTML of each cell; the first names the row */
export function htmlTable(columns: readonly HtmlColumn[], rows: readonly (readonly string[])[]): string {
  const classOf = (column: number) => (columns[column]?.isNumber ? ' class="number"' : '');
  const head = columns
    .map(({ title }, column) => `<th scope="col"${classOf(column)}>${escapeHtml(title)}</th>`)
    .join('');
  const body = rows.map(([name = '', ...cells]) => {
    const rest = cells.map((cell, index) => `<td${classOf(index + 1)}>${cell}</td>`).join('');
    return `<tr><th scope="row">${name}</th>${rest}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}
