/** Load against capacity over time: one panel a run. */
import { color } from './palette.ts';
import { type ChartedRun, type Pixel, thinOut } from './pixels.ts';
import type { Panel } from './rendering.ts';

export interface RunChartOptions {
  readonly title: string;
  /** A line each. */
  readonly subtitle?: readonly string[];
  /** Of the plot, without its axes. */
  readonly width: number;
  readonly height: number;
  /** Where on the axis a minute stands. */
  readonly xOf: (minute: number) => number;
  /** Vega-lite's channel for it. */
  readonly x: object;
  /** Marks above the plot: each scaling with its counts, for a run of a few days. */
  readonly labels?: readonly ChartLabel[];
  /** Of the values on the axis, as an expression of Vega. */
  readonly labelExpr?: string;
}

export interface ChartLabel {
  readonly minute: number;
  readonly isUp: boolean;
  readonly text: string;
}

/** Minutes that one pixel stands for. */
const densePixelMinutes = 60;
/** Room above the highest value, for the marks of calls. */
const headroom = 1.12;
const labelHeight = 13;
const labelRows = 4;
/** Of 11 px text, with a gap behind it. */
const characterWidth = 7.2;

export function runPanel(run: ChartedRun, options: RunChartOptions): Panel {
  const { title, subtitle = [], width, height, xOf, x, labels = [], labelExpr } = options;
  const placed = placeLabels(labels, run.load.length, width);
  // Of a month and more, marks of single calls and minutes would run together into bands.
  const isDense = run.load.length / width > densePixelMinutes;
  const points = thinOut(run, width).map((pixel) => ({ x: xOf(pixel.minute), ...flatten(pixel) }));
  const last = points.at(-1);
  // The last step has to end somewhere.
  const values = last ? [...points, { ...last, x: xOf(run.load.length), call: undefined, offered: undefined }] : [];
  const steps = {
    values: values.filter((point, index) => !isSameCapacity(point, values[index - 1]) || index === values.length - 1),
  };
  const most = values.reduce((max, { loadMost, capacityMost }) => Math.max(max, loadMost, capacityMost), 0);
  const quantity = (field: string) => ({ field, type: 'quantitative' }) as const;
  const y = {
    ...quantity('capacityLeast'),
    scale: { domain: [0, most * headroom], nice: false },
    axis: { title: null, tickCount: 5, labelExpr },
  };
  const area = (fill: string, opacity: number, interpolate = 'step-after') => ({
    type: 'area',
    interpolate,
    color: fill,
    opacity,
    line: false,
  });
  const chart = {
    title: { text: title, subtitle, anchor: 'start', offset: 8 },
    width,
    height,
    data: { values },
    layer: [
      { data: steps, mark: area(color('capacity'), 0.22), encoding: { x, y } },
      { data: steps, mark: area(color('capacity'), 0.45), encoding: { x, y, y2: { field: 'capacityMost' } } },
      {
        data: steps,
        mark: { type: 'line', interpolate: 'step-after', color: color('capacity'), strokeWidth: 1 },
        encoding: { x, y: quantity('capacityMost') },
      },
      {
        mark: area(color('load'), 0.8, 'linear'),
        encoding: { x, y: quantity('loadLeast'), y2: { field: 'loadMost' } },
      },
      { mark: { type: 'line', color: color('load'), strokeWidth: 1.2 }, encoding: { x, y: quantity('loadMost') } },
      ...throttledLayers(x, isDense),
      ...(labels.length > 0 ? labelLayers(placed, options) : isDense ? [] : callLayers(x)),
    ],
  };
  return chart as unknown as Panel;
}

type Capacity = Pick<Pixel, 'capacityLeast' | 'capacityMost'>;

function isSameCapacity(one: Capacity, other: Capacity | undefined): boolean {
  return one.capacityLeast === other?.capacityLeast && one.capacityMost === other.capacityMost;
}

function flatten({ loadLeast, loadMost, capacityLeast, capacityMost, throttled, calls }: Pixel) {
  return {
    loadLeast,
    loadMost,
    capacityLeast,
    capacityMost,
    ...throttled,
    call: calls && (calls.up > 0 && calls.down > 0 ? 'both' : calls.up > 0 ? 'up' : 'down'),
  };
}

/** The part of the load that was rejected. Over a few weeks a dot on it as well, for a small part is thinner than a pixel. */
function throttledLayers(x: object, isDense: boolean): readonly object[] {
  const transform = [{ filter: 'isValid(datum.offered)' }];
  const y = { field: 'offered', type: 'quantitative' };
  const rule = { type: 'rule', color: color('throttled'), strokeWidth: isDense ? 1 : 2 };
  const dot = { type: 'point', filled: true, size: 16, opacity: 1, color: color('throttled') };
  return [
    { transform, mark: rule, encoding: { x, y, y2: { field: 'served' } } },
    ...(isDense ? [] : [{ transform, mark: dot, encoding: { x, y } }]),
  ];
}

/** Scalings at the upper edge: up in the upper row, down in the lower one. */
function callLayers(x: object): readonly object[] {
  return (['up', 'down'] as const).map((direction, row) => ({
    transform: [{ filter: `datum.call === '${direction}' || datum.call === 'both'` }],
    mark: {
      type: 'point',
      filled: true,
      opacity: 1,
      size: 22,
      shape: `triangle-${direction}`,
      color: color(direction),
    },
    encoding: { x, y: { value: 4 + row * 7 } },
  }));
}

interface PlacedLabel {
  readonly at: number;
  readonly row: number;
  readonly label: ChartLabel;
  readonly isAtEnd: boolean;
}

/**
 * Each label in the lowest row above the plot where it does not run into another; those at the right edge stand to the left of
 * their line. Without a free row a scaling has its line alone.
 */
function placeLabels(labels: readonly ChartLabel[], minutes: number, width: number): readonly PlacedLabel[] {
  const taken: { readonly from: number; readonly to: number }[][] = Array.from({ length: labelRows }, () => []);
  return labels.map((label) => {
    const at = (label.minute / minutes) * width;
    const length = (label.text.length + 2) * characterWidth;
    const isAtEnd = at + length > width;
    const from = isAtEnd ? at - length : at;
    const row = taken.findIndex((spans) => spans.every((span) => span.to <= from || span.from >= from + length));
    taken[row]?.push({ from, to: from + length });
    return { at: label.minute, row, label, isAtEnd };
  });
}

function labelLayers(placed: readonly PlacedLabel[], { xOf, x }: RunChartOptions): readonly object[] {
  return placed.flatMap(({ at, row, label: { isUp, text }, isAtEnd }) => {
    const shown = row < 0 ? '' : `${isUp ? '▲' : '▼'} ${text}`;
    const data = { values: [{ x: xOf(at), text: shown }] };
    const paint = color(isUp ? 'up' : 'down');
    const top = -6 - Math.max(0, row) * labelHeight;
    const line = { type: 'rule', strokeDash: [3, 3], color: paint, strokeWidth: 1 };
    const align = isAtEnd ? { align: 'right', dx: -2 } : { align: 'left', dx: 2 };
    return [
      { data, mark: line, encoding: { x, y: { value: 0 }, y2: { value: 'height' } } },
      {
        data,
        mark: { type: 'text', ...align, fontSize: 11, color: paint },
        encoding: { x, y: { value: top }, text: { field: 'text' } },
      },
    ];
  });
}
