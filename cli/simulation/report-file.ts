/** `--report`: a page, and a picture beside it. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Comparison, ComparisonOptions } from '../../simulator/comparison.ts';
import { UsageError } from '../exit-codes.ts';
import { describeAssumptions } from './comparison-options.ts';

/** Called before the computation, so that a long run does not end in a file that cannot be written. */
export function checkReportFile(file: string | undefined): void {
  if (file === undefined) return;
  if (!file.endsWith('.html')) throw new UsageError(`--report: "${file}" does not end in .html`);
  if (!existsSync(dirname(file)))
    throw new UsageError(`--report: "${file}" lies in no folder that exists; make it first`);
}

/** @returns where they are, one line each */
export async function writeReport(
  file: string,
  load: Float64Array,
  comparison: Comparison,
  options: ComparisonOptions,
  conclusion: string,
): Promise<string> {
  const { renderPage } = await import('../../simulator/report/page.ts');
  const { drawPng } = await import('../../simulator/report/charts.ts');
  const picture = file.replace(/\.html$/, '.png');
  const page = await renderPage(load, comparison, { assumptions: describeAssumptions(options), conclusion });
  const png = await drawPng(load, comparison);
  try {
    writeFileSync(file, page);
    writeFileSync(picture, png);
  } catch (error) {
    throw new UsageError(`--report: ${error instanceof Error ? error.message : String(error)}; give another file`);
  }
  return `report: ${file}\npicture: ${picture}`;
}
