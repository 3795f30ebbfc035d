// Draws one value of each candidate against another: points, or counted cells where there are thousands.
import { type Area, createScale, drawAxes, type Range, rangeOf } from './axes.js';
import { COLOURS, drawPicture, drawText, round } from './svg.js';

/** More points than this are counted in cells. */
export const MOST_POINTS = 3_000;
/** The side of a cell in pixels. */
const CELL = 5;
const SHADES = 6;
const SIZE = { width: 720, height: 404 } as const;
const AREA: Area = { left: 70, right: 700, top: 30, bottom: 354 };

export interface ScatterInput {
  readonly id: string;
  readonly title: string;
  readonly x: { readonly name: string; readonly values: ArrayLike<number>; readonly range?: Range };
  /** Values below the quantile `below` lie under the axis and are not drawn. */
  readonly y: {
    readonly name: string;
    readonly values: ArrayLike<number>;
    readonly below?: number;
    /** Whether the least value is at the top, as the first rank is. */
    readonly order?: 'least at the top';
  };
  /** Indices of the points of a line of steps, with ascending x. */
  readonly steps?: readonly number[];
  /** The index of a point that is named. */
  readonly named?: { readonly index: number; readonly name: string };
}

export interface Scatter {
  readonly svg: string;
  readonly drawn: number;
  /** The number of candidates outside the axes or without one of the values. */
  readonly outside: number;
  readonly form: 'points' | 'cells';
}

/** Undefined if there is no candidate that has both values. */
export function drawScatter(input: ScatterInput): Scatter | undefined {
  const { id, title, x, y, steps = [], named } = input;
  const xRange = x.range ?? rangeOf(x.values);
  const yRange = rangeOf(y.values, { below: y.below ?? 0 });
  if (!xRange || !yRange) return undefined;
  const xScale = createScale(xRange, [AREA.left, AREA.right]);
  const yScale = createScale(
    yRange,
    y.order === undefined ? [AREA.bottom, AREA.top] : [AREA.top, AREA.bottom],
  );
  const inside = insideOf({ x: x.values, y: y.values, xRange, yRange });
  if (inside.length === 0) return undefined;
  const place = (i: number): [number, number] => [xScale(x.values[i]!), yScale(y.values[i]!)];
  const form = inside.length > MOST_POINTS ? 'cells' : 'points';
  const description = `${y.name} against ${x.name} of ${inside.length} candidates.`;
  const lines = [
    ...drawAxes({
      area: AREA,
      x: { name: x.name, range: xRange, scale: xScale },
      y: { name: y.name, range: yRange, scale: yScale },
    }),
    ...(form === 'points' ? drawPoints(inside, place) : drawCells(inside, place)),
    ...drawSteps({ steps: steps.filter((i) => y.values[i]! >= yRange.low), place }),
    ...(named && inside.includes(named.index) ? drawName(named.name, place(named.index)) : []),
  ];
  return {
    svg: drawPicture({ id, ...SIZE, title, description, lines }),
    drawn: inside.length,
    outside: x.values.length - inside.length,
    form,
  };
}

interface InsideOfArguments {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly xRange: Range;
  readonly yRange: Range;
}

function insideOf({ x, y, xRange, yRange }: InsideOfArguments): readonly number[] {
  const isIn = (value: number, { low, high }: Range) => value >= low && value <= high;
  const inside: number[] = [];
  for (let i = 0; i < x.length; i += 1) if (isIn(x[i]!, xRange) && isIn(y[i]!, yRange)) inside.push(i);
  return inside;
}

type Place = (i: number) => readonly [number, number];

/** Points are dots of one path; equal places are drawn once. */
function drawPoints(indices: readonly number[], place: Place): readonly string[] {
  const dots = new Set(indices.map((i) => `M${place(i).map(round).join(' ')}h0`));
  return [
    `<path d="${[...dots].join('')}" stroke="${COLOURS.data}" stroke-width="5" stroke-linecap="round" stroke-opacity="0.45"/>`,
  ];
}

/** A cell is darker the more candidates it holds, by the logarithm of their number. */
function drawCells(indices: readonly number[], place: Place): readonly string[] {
  const counts = new Map<string, number>();
  for (const i of indices) {
    const key = place(i)
      .map((value) => Math.floor(value / CELL) * CELL)
      .join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = [...counts.values()].reduce((high, count) => Math.max(high, count), 1);
  const shades = Array.from({ length: SHADES }, (): string[] => []);
  for (const [key, count] of counts) {
    const share = Math.log1p(count) / Math.log1p(most);
    shades[Math.min(SHADES - 1, Math.floor(share * SHADES))]!.push(`M${key}h${CELL}v${CELL}h-${CELL}z`);
  }
  return shades.flatMap((cells, i) =>
    cells.length === 0
      ? []
      : [`<path d="${cells.join('')}" fill="${COLOURS.data}" fill-opacity="${round((i + 1) / SHADES)}"/>`],
  );
}

function drawSteps({ steps, place }: { readonly steps: readonly number[]; readonly place: Place }) {
  if (steps.length === 0) return [];
  const path = steps.map((i, at) => {
    const [x, y] = place(i).map(round);
    return at === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  const dots = steps.map((i) => `M${place(i).map(round).join(' ')}h0`);
  return [
    `<path d="${path.join('')}" fill="none" stroke="${COLOURS.accent}" stroke-width="1.5"/>`,
    `<path d="${dots.join('')}" stroke="${COLOURS.accent}" stroke-width="7" stroke-linecap="round"/>`,
  ];
}

/** The name stands above the point, towards the middle of the picture. */
function drawName(name: string, [x, y]: readonly [number, number]): readonly string[] {
  const isRight = x > (AREA.left + AREA.right) / 2;
  return [
    `<circle cx="${round(x)}" cy="${round(y)}" r="6" fill="none" stroke="${COLOURS.text}" stroke-width="2"/>`,
    drawText({
      x: x + (isRight ? 6 : -6),
      y: y - 12,
      content: name,
      fill: COLOURS.text,
      size: 13,
      halo: 'white',
      ...(isRight ? { anchor: 'end' as const } : {}),
    }),
  ];
}
