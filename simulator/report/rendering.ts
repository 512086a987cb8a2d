/**
 * Renders specifications: SVG by vega-lite (the same bytes for the same data), PNG by resvg with a font that ships with
 * it, so that pictures look the same on every machine.
 */
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export const fontFamily = 'DejaVu Sans';
export const pictureWidth = 1000;
export const colors = {
  load: '#2563a8',
  capacity: '#8a8f98',
  throttled: '#c8321f',
  up: '#1a7f4b',
  down: '#b26a00',
} as const;

const fontFile = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));

export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Twice as wide as drawn, for screens that show it so. */
export function renderPng(svg: string): Buffer {
  return new Resvg(svg, {
    background: '#ffffff',
    fitTo: { mode: 'width', value: pictureWidth * 2 },
    font: { loadSystemFonts: false, fontFiles: [fontFile], defaultFontFamily: fontFamily },
  })
    .render()
    .asPng();
}
