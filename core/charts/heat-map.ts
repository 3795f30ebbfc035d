// Draws a table of correlations as coloured cells with their numbers.
import { COLOURS, drawPicture, drawText, round, truncate } from './svg.js';

const MOST_WIDTH = 480;
const LONGEST_NAME = 20;
/** The width of a letter in pixels, from which the margins for names are computed. */
const LETTER = 6.8;
/** From -1 through 0 to 1. */
const STOPS = ['#b2182b', '#f4a582', '#f7f7f7', '#92c5de', '#2166ac'] as const;
const EMPTY = '#eef1f6';

export interface HeatMapInput {
  readonly id: string;
  readonly title: string;
  readonly names: readonly string[];
  /** Numbers from -1 to 1; null where one is undefined. */
  readonly values: readonly (readonly (number | null)[])[];
}

export function drawHeatMap({ id, title, names, values }: HeatMapInput): string {
  const cell = Math.min(56, Math.floor(MOST_WIDTH / names.length));
  const longest = Math.min(LONGEST_NAME, Math.max(...names.map((name) => name.length)));
  const margin = {
    left: Math.ceil(20 + longest * LETTER),
    top: 8,
    right: 20,
    bottom: Math.ceil(24 + longest * LETTER * Math.SQRT1_2),
  };
  const side = cell * names.length;
  const fontSize = cell >= 40 ? 12 : cell >= 30 ? 10 : 8;
  const lines = names.flatMap((name, row) => {
    const y = margin.top + row * cell;
    return [
      drawText({
        x: margin.left - 8,
        y: y + cell / 2 + 4,
        content: truncate(name, LONGEST_NAME),
        anchor: 'end',
        fill: COLOURS.text,
      }),
      drawText({
        x: margin.left + row * cell + cell / 2 + 4,
        y: margin.top + side + 14,
        content: truncate(name, LONGEST_NAME),
        anchor: 'end',
        turn: -45,
        fill: COLOURS.text,
      }),
      ...values[row]!.map((value, column) => drawCell({ value, x: margin.left + column * cell, y, cell })),
      ...values[row]!.map((value, column) =>
        drawText({
          x: margin.left + column * cell + cell / 2,
          y: y + cell / 2 + fontSize / 3,
          content: value === null ? '–' : value.toFixed(2).replace('-', '−'),
          anchor: 'middle',
          fill: value !== null && Math.abs(value) > 0.75 ? '#ffffff' : COLOURS.text,
          size: fontSize,
        }),
      ),
    ];
  });
  const most = strongest(names, values);
  return drawPicture({
    id,
    width: margin.left + side + margin.right,
    height: margin.top + side + margin.bottom,
    title,
    description: `Correlations between ${names.length} columns.${most}`,
    lines,
  });
}

interface DrawCellArguments {
  readonly value: number | null;
  readonly x: number;
  readonly y: number;
  readonly cell: number;
}

function drawCell({ value, x, y, cell }: DrawCellArguments): string {
  const fill = value === null ? EMPTY : colourOf(value);
  return `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fill}" stroke="#ffffff"/>`;
}

/** A sentence on the strongest correlation between two columns, for screen readers. */
function strongest(names: readonly string[], values: HeatMapInput['values']): string {
  const pairs = names.flatMap((a, i) =>
    names.slice(i + 1).flatMap((b, j) => {
      const value = values[i]![i + 1 + j];
      return value === null || value === undefined ? [] : [{ a, b, value }];
    }),
  );
  const [first] = pairs.sort((one, two) => Math.abs(two.value) - Math.abs(one.value));
  return first ? ` The strongest is ${first.value.toFixed(2)}, between ${first.a} and ${first.b}.` : '';
}

/** Interpolates between the stops. */
function colourOf(value: number): string {
  const at = ((Math.max(-1, Math.min(1, value)) + 1) / 2) * (STOPS.length - 1);
  const index = Math.min(STOPS.length - 2, Math.floor(at));
  const share = at - index;
  const [from, to] = [channels(STOPS[index]!), channels(STOPS[index + 1]!)];
  const mixed = from.map((low, i) => Math.round(round(low + (to[i]! - low) * share)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
