// Writes charts as SVG text: sizes, titles for screen readers, texts and lines. Colours are attributes, so
// that any program shows them.
import { escapeMarkup } from '../text/markup.js';

export const COLOURS = {
  text: '#1b2230',
  quiet: '#59637a',
  line: '#d9dee7',
  data: '#2454c7',
  accent: '#c4500c',
  bar: '#7d9be3',
} as const;

export interface Picture {
  /** Distinguishes the picture from others of one document; letters, digits and hyphens. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** What the picture is, for screen readers. */
  readonly title: string;
  /** What it shows, in a sentence, for screen readers. */
  readonly description: string;
  readonly lines: readonly string[];
}

export function drawPicture({ id, width, height, title, description, lines }: Picture): string {
  return [
    `<svg class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-description" font-family="system-ui, sans-serif" font-size="12">`,
    `<title id="${id}-title">${escapeMarkup(title)}</title>`,
    `<desc id="${id}-description">${escapeMarkup(description)}</desc>`,
    ...lines,
    '</svg>',
  ].join('\n');
}

export interface TextLine {
  readonly x: number;
  readonly y: number;
  readonly content: string;
  readonly anchor?: 'middle' | 'end';
  readonly fill?: string;
  readonly size?: number;
  /** White around the letters, which keeps a text readable on top of marks. */
  readonly halo?: 'white';
  /** Degrees clockwise around the position. */
  readonly turn?: number;
}

export function drawText({
  x,
  y,
  content,
  anchor,
  fill = COLOURS.quiet,
  size,
  halo,
  turn,
}: TextLine): string {
  const place = turn
    ? `transform="translate(${round(x)} ${round(y)}) rotate(${turn})"`
    : formatPosition({ x, y });
  const extra = `${anchor ? ` text-anchor="${anchor}"` : ''}${size ? ` font-size="${size}"` : ''}`;
  const around = halo
    ? ` stroke="${halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`
    : '';
  return `<text ${place} fill="${fill}"${extra}${around}>${escapeMarkup(content)}</text>`;
}

function formatPosition({ x, y }: { readonly x: number; readonly y: number }): string {
  return `x="${round(x)}" y="${round(y)}"`;
}

export interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly colour?: string;
  readonly width?: number;
  /** Lengths of dashes and gaps. */
  readonly dashes?: string;
}

export function drawLine({ from, to, colour = COLOURS.line, width = 1, dashes }: Line): string {
  const path = `M${round(from[0])} ${round(from[1])}L${round(to[0])} ${round(to[1])}`;
  const dashed = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  return `<path d="${path}" stroke="${colour}" stroke-width="${width}"${dashed}/>`;
}

/** Cuts a text that does not fit. */
export function truncate(content: string, most: number): string {
  const characters = [...content];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : content;
}

/** Tenths of a pixel are enough, and keep files small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
