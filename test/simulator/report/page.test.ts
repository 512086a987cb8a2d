/** The page of a comparison, by its HTML: how it looks is looked at. */
import { beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../../simulator/comparison.ts';
import { readPrices } from '../../../simulator/prices.ts';
import { drawPng } from '../../../simulator/report/charts.ts';
import { renderPage } from '../../../simulator/report/page.ts';
import { palette, withLightColors } from '../../../simulator/report/palette.ts';
import { renderSvg } from '../../../simulator/report/rendering.ts';
import { runPanel } from '../../../simulator/report/run-chart.ts';

const prices = readPrices();
if (!prices.ok) throw new Error('no prices');
const load = Float64Array.from({ length: 2 * 1440 }, (_, minute) => 5 - 4 * Math.cos((2 * Math.PI * minute) / 1440));
const comparison = compare('<b>trace</b>', load, ['target', 'doubling', 'static-peak'], {
  unit: 'records',
  model: 'loss',
  recordBytes: 1000,
  consumers: 1,
  sharedCommitment: false,
  prices: prices.value,
});
const facts = { assumptions: ['assumed & <written>'], conclusion: '`target` is "best" <here>' };
let page: string;
beforeAll(async () => {
  page = await renderPage(load, comparison, facts);
});

describe('the page of a comparison', () => {
  it('needs no script and nothing from the network, and shows text from outside as text', () => {
    expect(page).not.toMatch(/<script|<link|src="|href="|url\(/);
    expect(page).toContain('&lt;b&gt;trace&lt;/b&gt;');
    expect(page).toContain('target is &quot;best&quot; &lt;here&gt;');
    expect(page).toContain('assumed &amp; &lt;written&gt;');
  });

  it('marks the product, the default and the cheapest that is safe, in words', () => {
    const rows = page.split('<tr>');
    const rowOf = (policy: string) => rows.find((row) => row.includes(`>${policy}</span>`)) ?? '';
    expect(rowOf('target')).toMatch(/class="badge best">cheapest within 0\.1 %.*this product/);
    expect(rowOf('doubling')).toContain('class="badge default">the default');
    expect(rowOf('static-peak')).toContain('needs hindsight');
  });

  it('has the cost beside the name of a policy, where a phone shows it', () => {
    const head = [...page.matchAll(/<th scope="col"[^>]*>([^<]*)/g)].map(([, title]) => title);
    expect(head.slice(0, 4)).toEqual(['Policy', 'Dollars a month', 'Throttled', 'Shard-hours']);
  });

  it('has each chart in the width of a screen and in that of a phone', () => {
    for (const width of ['wide', 'narrow'])
      expect(page.match(new RegExp(`<div class="${width}"><svg`, 'g'))).toHaveLength(2);
    expect(page).toMatch(/@media\(max-width:640px\)\{[^}]*\}?[\s\S]*\.wide\{display:none\}\.narrow\{display:block\}/);
    const widths = [...page.matchAll(/viewBox="0 0 (\d+) /g)].map(([, width]) => Number(width));
    expect(widths).toEqual([1000, 350, 1000, 350]);
  });

  it('has a dark mode, in which the charts follow: they name colours by variables of the style sheet', () => {
    expect(page).toContain('@media(prefers-color-scheme:dark)');
    const charts = [...page.matchAll(/<svg.*?<\/svg>/gs)].map(([svg]) => svg).join('');
    expect(charts).not.toMatch(/(?:fill|stroke)="(?!var\(--|transparent|none)[^"]*"/);
    const defined = new Set([...page.matchAll(/--(\w+):/g)].map(([, name]) => name));
    for (const [, name] of charts.matchAll(/var\(--(\w+)\)/g)) expect(defined).toContain(name);
  });
});

describe('a picture', () => {
  it('has no variable of a style sheet that it does not know', async () => {
    expect(withLightColors('<g fill="var(--load)"/>')).toBe(`<g fill="${palette.load.light}"/>`);
    expect((await drawPng(load, comparison)).subarray(1, 4).toString()).toBe('PNG');
  });
});

it('labels of scalings at one moment stand in different rows', async () => {
  const labels = Array.from({ length: 3 }, (_, index) => ({ minute: 700 + index, isUp: true, text: '8 → 16' }));
  const chart = runPanel(
    { load, capacity: new Float64Array(load.length).fill(12), throttled: new Float64Array(load.length), calls: [] },
    {
      title: 'run',
      width: 900,
      height: 100,
      xOf: (minute) => minute,
      x: { field: 'x', type: 'quantitative', scale: { domain: [0, load.length], nice: false } },
      labels,
    },
  );
  const svg = await renderSvg([chart], 'wide');
  const rows = [...svg.matchAll(/translate\([\d.]+,(-[\d.]+)\)[^>]*>▲ 8 → 16/g)].map(([, y]) => y);
  expect(new Set(rows).size).toBe(3);
});

describe('colours', () => {
  const luminance = (hex: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string) => {
    const [dark = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };

  it.each(['light', 'dark'] as const)('are legible on a %s screen: text by 4.5, marks by 3 (WCAG 2.1)', (screen) => {
    for (const paper of ['surface', 'page'] as const) {
      for (const text of ['ink', 'soft', 'up', 'down', 'throttled', 'load'] as const) {
        expect(contrast(palette[text][screen], palette[paper][screen]), `${text} on ${paper}`).toBeGreaterThan(4.5);
      }
      expect(contrast(palette.capacity[screen], palette[paper][screen]), paper).toBeGreaterThan(3);
    }
  });
});
