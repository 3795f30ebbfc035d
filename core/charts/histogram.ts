// Draws the distribution of a column, with the values of the best candidates marked below it.
import { type Area, createScale, drawAxes, type Range, rangeOf } from './axes.js';
import { COLOURS, drawLine, drawPicture, drawText, round, truncate } from './svg.js';

const SIZE = { width: 320, height: 214 } as const;
const AREA: Area = { left: 58, right: 308, top: 20, bottom: 158 };
const BINS = 36;
/** The share of the values that is left out at either end, so that outliers do not flatten the rest. */
const LEFT_OUT = 0.005;
/** Values further than so many interquartile ranges from the quartiles are outliers too. */
const FENCE = 6;

export interface HistogramInput {
  readonly id: string;
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** Values that are marked below the bars; the first is named. */
  readonly marked: readonly number[];
  readonly firstMark: string;
}

export interface DrawnHistogram {
  readonly svg: string;
  /** The number of values outside the axis, and of those that are not finite. */
  readonly outside: number;
  readonly notFinite: number;
}

/** Undefined if no value is finite. */
export function drawHistogram(input: HistogramInput): DrawnHistogram | undefined {
  const { id, name, values, marked, firstMark } = input;
  const bulk = bulkOf(values);
  if (!bulk) return undefined;
  const range = withMarked(bulk, marked);
  const { counts, outside, notFinite } = countBins(values, range);
  const most = Math.max(1, ...counts);
  const x = createScale(range, [AREA.left, AREA.right]);
  const yRange = { low: 0, high: most };
  const y = createScale(yRange, [AREA.bottom, AREA.top]);
  const width = (AREA.right - AREA.left) / counts.length;
  const bars = counts.flatMap((count, i) =>
    count === 0
      ? []
      : [
          `M${round(AREA.left + i * width + 0.5)} ${AREA.bottom}V${round(y(count))}h${round(width - 1)}V${AREA.bottom}z`,
        ],
  );
  const isIn = (value: number) => value >= range.low && value <= range.high;
  const lines = [
    ...drawAxes({
      area: AREA,
      x: { name: '', range, scale: x },
      y: { name: 'candidates', range: yRange, scale: y },
    }),
    `<path d="${bars.join('')}" fill="${COLOURS.bar}"/>`,
    ...marked.filter(isIn).map((value) =>
      drawLine({
        from: [x(value), AREA.bottom + 24],
        to: [x(value), AREA.bottom + 32],
        colour: COLOURS.accent,
      }),
    ),
    ...drawFirst({ value: marked[0], isIn, x, name: firstMark }),
    drawText({
      x: (AREA.left + AREA.right) / 2,
      y: AREA.bottom + 49,
      content: truncate(name, 44),
      anchor: 'middle',
      fill: COLOURS.text,
      size: 13,
    }),
  ];
  const description = `Distribution of ${name} over ${values.length} candidates.`;
  return {
    svg: drawPicture({ id, ...SIZE, title: `Distribution of ${name}`, description, lines }),
    outside,
    notFinite,
  };
}

/** The range of nearly all values; of all values where they are few. Undefined if no value is finite. */
function bulkOf(values: ArrayLike<number>): Range | undefined {
  if (values.length < 1 / LEFT_OUT) return rangeOf(values, { margin: 0 });
  const bulk = rangeOf(values, { below: LEFT_OUT, above: 1 - LEFT_OUT, margin: 0 });
  const quartiles = rangeOf(values, { below: 0.25, above: 0.75, margin: 0 });
  if (!bulk || !quartiles || quartiles.low === quartiles.high) return bulk;
  const fence = FENCE * (quartiles.high - quartiles.low);
  return {
    low: Math.max(bulk.low, quartiles.low - fence),
    high: Math.min(bulk.high, quartiles.high + fence),
  };
}

/** The best candidates are on the axis even if they are outliers. */
function withMarked(bulk: Range, marked: readonly number[]): Range {
  return marked
    .filter((value) => Number.isFinite(value))
    .reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), bulk);
}

interface DrawFirstArguments {
  readonly value: number | undefined;
  readonly isIn: (value: number) => boolean;
  readonly x: (value: number) => number;
  readonly name: string;
}

/** A vertical line at the value of the first candidate, with its name at the top. */
function drawFirst({ value, isIn, x, name }: DrawFirstArguments): readonly string[] {
  if (value === undefined || !isIn(value)) return [];
  const at = x(value);
  const middle = (AREA.left + AREA.right) / 2;
  return [
    drawLine({
      from: [at, AREA.top - 4],
      to: [at, AREA.bottom],
      colour: COLOURS.accent,
      width: 1.5,
      dashes: '4 3',
    }),
    drawText({
      x: at > middle ? at - 4 : at + 4,
      y: AREA.top - 7,
      content: name,
      fill: COLOURS.accent,
      ...(at > middle ? { anchor: 'end' as const } : {}),
    }),
  ];
}

function countBins(values: ArrayLike<number>, { low, high }: Range) {
  const bins = high > low ? BINS : 1;
  const counts = new Array<number>(bins).fill(0);
  let outside = 0;
  let notFinite = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    if (!Number.isFinite(value)) notFinite += 1;
    else if (value < low || value > high) outside += 1;
    else {
      const at = bins === 1 ? 0 : Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
      counts[at]! += 1;
    }
  }
  return { counts, outside, notFinite };
}
