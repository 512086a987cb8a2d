/**
 * Renders specifications: SVG by vega-lite (the same bytes for the same data), PNG by resvg with a font that ships with
 * it, so that pictures look the same on every machine.
 */
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { color, palette, withLightColors } from './palette.ts';

/** One chart of several that stand one below the other. */
export type Panel = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number];

/** Whole pictures, axes included. */
export const widths = { wide: 1000, narrow: 350 } as const;
export type Width = keyof typeof widths;

/** Of every vertical axis, so that plots stand exactly below one another. */
const axisWidth = 40;
const padding = 10;
/** Half of a mark at the end of an axis. */
const rightEdge = 6;

export function plotWidth(width: Width): number {
  return widths[width] - axisWidth - 2 * padding - rightEdge;
}

const fontFamily = 'DejaVu Sans';
const fontFile = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));

/** Panels one below the other. Colours are CSS variables of the style sheet. */
export async function renderSvg(panels: readonly Panel[], width: Width, title?: string): Promise<string> {
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(title === undefined ? {} : { title: { text: title, anchor: 'start', fontSize: 15 } }),
    padding,
    spacing: 18,
    background: 'transparent',
    config: {
      // The figure has one label; one for each mark would be most of a page.
      aria: false,
      font: fontFamily,
      view: { stroke: null },
      axis: {
        gridColor: color('line'),
        domainColor: color('line'),
        tickColor: color('line'),
        labelColor: color('soft'),
        titleColor: color('soft'),
        titleFontWeight: 'normal',
        labelFontSize: 11,
        titleFontSize: 11,
        labelFlush: true,
      },
      axisY: { minExtent: axisWidth, maxExtent: axisWidth, domain: false, ticks: false, labelPadding: 6 },
      axisX: { grid: false },
      title: {
        fontSize: 12.5,
        fontWeight: 'normal',
        color: color('ink'),
        subtitleFontSize: 11,
        subtitleColor: color('soft'),
        subtitlePadding: 2,
      },
    },
    vconcat: [...panels],
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
  const view = new View(parse(compile(spec as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return shorten(withWidth(await view.toSVG(), widths[width]));
  } finally {
    view.finalize();
  }
}

/** Vega guesses the widths of texts, generously, and would make room for the longest guess. */
function withWidth(svg: string, width: number): string {
  return svg.replace(/ width="[\d.]+"/, ` width="${width}"`).replace(/viewBox="0 0 [\d.]+ /, `viewBox="0 0 ${width} `);
}

/** A tenth of a pixel is as fine as a screen shows; more digits would be most of a page. */
function shorten(svg: string): string {
  const round = (number: string) => String(Math.round(Number(number) * 10) / 10);
  return svg.replaceAll(/ (?:d|transform|[xy][12]?)="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/-?\d+\.\d{2,}/g, round),
  );
}

/** Twice as wide as drawn, for screens that show it so. */
export function renderPng(svg: string): Buffer {
  return new Resvg(withLightColors(svg), {
    background: palette.surface.light,
    fitTo: { mode: 'width', value: widths.wide * 2 },
    font: { loadSystemFonts: false, fontFiles: [fontFile], defaultFontFamily: fontFamily },
  })
    .render()
    .asPng();
}
