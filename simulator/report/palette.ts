/**
 * The colours of pages and pictures, for a light and a dark screen. Charts name them as CSS variables, which the style sheet
 * defines; a PNG, which knows no style sheet, gets the light ones. Up and down, and load and throttled, differ in brightness
 * as well as in hue, and always in shape or text too.
 */

interface Color {
  readonly light: string;
  readonly dark: string;
}

export const palette = {
  page: { light: '#f6f7f9', dark: '#14171c' },
  surface: { light: '#ffffff', dark: '#1d2128' },
  line: { light: '#e2e5ea', dark: '#343a45' },
  ink: { light: '#1c2024', dark: '#e8eaed' },
  soft: { light: '#565d68', dark: '#a3abb8' },
  load: { light: '#1f5fa8', dark: '#7ab8f5' },
  capacity: { light: '#7d838d', dark: '#8d95a3' },
  throttled: { light: '#c8321f', dark: '#ff7b66' },
  up: { light: '#147a5c', dark: '#46c79b' },
  down: { light: '#a65a00', dark: '#e9a54b' },
} as const satisfies Record<string, Color>;

export type ColorName = keyof typeof palette;

/** For a chart or a style sheet. */
export function color(name: ColorName): string {
  return `var(--${name})`;
}

/** An SVG for a program that knows no CSS variables. */
export function withLightColors(svg: string): string {
  return svg.replaceAll(/var\(--(\w+)\)/g, (variable, name: string) => lightOf(name) ?? variable);
}

/** The declarations of all variables for one kind of screen. */
export function colorVariables(screen: keyof Color): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value[screen]}`)
    .join(';');
}

function lightOf(name: string): string | undefined {
  return Object.hasOwn(palette, name) ? palette[name as ColorName].light : undefined;
}
