/** Dollars and throttling of what was compared: a row each, so that no label meets another. */
import { PASS_FRACTION } from '../scorecard.ts';
import { color } from './palette.ts';
import type { Panel } from './rendering.ts';

export interface CostRow {
  readonly name: string;
  /** What to say of it: `the default`, `cheapest within 0.1 %`. */
  readonly remarks: readonly string[];
  readonly dollars: number;
  readonly throttledFraction: number;
  readonly isBest: boolean;
  /** A bound or a baseline that nobody can run. */
  readonly isHindsight?: boolean;
}

export interface CostChartOptions {
  readonly width: number;
  /** What a dollar figure is of: `a month`, `in 5 days`. */
  readonly per: string;
}

const rowHeight = 36;
/** Room to the right of a dot for its figure. */
const figureRoom = 1.6;

export function costPanels(rows: readonly CostRow[], { width, per }: CostChartOptions): readonly Panel[] {
  const isWide = width > 600;
  const shared = { values: rows.map((row, order) => ({ ...pointOf(row), order })), height: rows.length * rowHeight };
  const dollars = dollarPanel(shared, isWide ? width * 0.6 : width, per, rows);
  const throttled = throttledPanel(shared, isWide ? width * 0.4 - 40 : width, rows, !isWide);
  return isWide ? [{ hconcat: [dollars, throttled], spacing: 40 } as unknown as Panel] : [dollars, throttled];
}

interface Shared {
  readonly values: readonly object[];
  readonly height: number;
}

function pointOf({ name, remarks, dollars, throttledFraction, isBest, isHindsight = false }: CostRow) {
  const percent = 100 * throttledFraction;
  return {
    label: [name, ...remarks].join(' · '),
    name,
    dollars,
    dollarText: dollars >= 100 ? dollars.toFixed(0) : dollars.toFixed(2),
    percent,
    percentText: `${percent.toFixed(3)} %`,
    kind: isBest ? 'best' : isHindsight ? 'hindsight' : 'other',
  };
}

function dollarPanel({ values, height }: Shared, width: number, per: string, rows: readonly CostRow[]): Panel {
  const all = rows.map(({ dollars }) => dollars);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  // From 100 to 1,100 dollars a linear axis would show one dot and a heap.
  const isWideSpread = most > 4 * least;
  const scale = isWideSpread
    ? { type: 'log', domain: [least / 1.1, most * figureRoom], nice: false }
    : { domain: [0, most * 1.25], nice: false };
  const title = `dollars ${per}${isWideSpread ? ' (logarithmic)' : ''}`;
  const x = { field: 'dollars', type: 'quantitative', title, scale, axis: { orient: 'top', tickCount: 5, grid: true } };
  return rowsPanel({ values, height, width, x, text: 'dollarText', showsLabels: true });
}

/** @param showsLabels not where the panel beside it has them */
function throttledPanel(
  { values, height }: Shared,
  width: number,
  rows: readonly CostRow[],
  showsLabels: boolean,
): Panel {
  const limit = 100 * PASS_FRACTION;
  const most = Math.max(limit, ...rows.map(({ throttledFraction }) => 100 * throttledFraction));
  // Linear up to the limit, then logarithmic: a policy that throttles 20 % must not hide what differs below 0.1 %.
  const scale = { type: 'symlog', constant: limit, domain: [0, most * 2.2], nice: false };
  const ticks = [0, limit, 1, 10, 100].filter((tick) => tick <= most * 2.2);
  const title = `throttled, % of the records (limit ${limit} %)`;
  const x = {
    field: 'percent',
    type: 'quantitative',
    title,
    scale,
    axis: { orient: 'top', values: ticks, grid: true },
  };
  const mark = { type: 'rule', color: color('throttled'), strokeDash: [4, 4] };
  const limitLine = {
    data: { values: [{ percent: limit }] },
    mark,
    encoding: { x: { field: 'percent', type: 'quantitative' } },
  };
  return rowsPanel({ values, height, width, x, text: 'percentText', showsLabels, before: [limitLine] });
}

interface RowsPanel extends Shared {
  readonly width: number;
  readonly x: object;
  readonly text: string;
  readonly showsLabels: boolean;
  readonly before?: readonly object[];
}

function rowsPanel({ values, height, width, x, text, showsLabels, before = [] }: RowsPanel): Panel {
  const y = { field: 'order', type: 'ordinal', axis: null, scale: { paddingInner: 0, paddingOuter: 0 } };
  const kind = { field: 'kind', type: 'nominal', legend: null } as const;
  const fill = {
    ...kind,
    scale: { domain: ['best', 'hindsight', 'other'], range: [color('up'), color('capacity'), color('load')] },
  };
  const shape = { ...kind, scale: { domain: ['best', 'hindsight', 'other'], range: ['diamond', 'square', 'circle'] } };
  const label = { type: 'text', align: 'left', baseline: 'bottom', dy: -1, fontSize: 12, color: color('ink') };
  const panel = {
    width,
    height,
    data: { values },
    layer: [
      ...before,
      ...(showsLabels ? [{ mark: label, encoding: { x: { value: 0 }, y, text: { field: 'label' } } }] : []),
      {
        mark: { type: 'rule', color: color('line'), yOffset: 9 },
        encoding: { x: { value: 0 }, x2: { value: 'width' }, y },
      },
      {
        mark: { type: 'point', filled: true, size: 80, opacity: 1, yOffset: 9 },
        encoding: { x, y, color: fill, shape },
      },
      {
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          dx: 9,
          yOffset: 9,
          fontSize: 11,
          color: color('soft'),
        },
        encoding: { x, y, text: { field: text } },
      },
    ],
  };
  return panel as unknown as Panel;
}
