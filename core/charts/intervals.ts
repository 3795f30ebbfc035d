// Draws intervals of ranks, one line for each of the best candidates.
import { type Area, createScale } from './axes.js';
import { COLOURS, drawLine, drawPicture, drawText, round } from './svg.js';

const WIDTH = 720;
const ROW = 10;
/** The least height of the plot area, for rankings of few candidates. */
const LEAST = 120;
const MARGIN = { left: 56, right: 24, top: 12, bottom: 48 } as const;
/** The number of rows from one written rank to the next. */
const LABELLED = 5;

export interface RankInterval {
  readonly rank: number;
  readonly low: number;
  readonly high: number;
}

export interface IntervalsInput {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly RankInterval[];
}

/** The axis of ranks is logarithmic, because places among the first matter most. */
export function drawIntervals({ id, title, rows }: IntervalsInput): string {
  const row = Math.max(ROW, LEAST / rows.length);
  const height = MARGIN.top + rows.length * row + MARGIN.bottom;
  const area: Area = {
    left: MARGIN.left,
    right: WIDTH - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  const most = rows.reduce((high, row) => Math.max(high, row.high, row.rank), 2);
  const scale = createScale({ low: 0, high: Math.log10(most) }, [area.left, area.right]);
  const x = (rank: number) => scale(Math.log10(Math.max(1, rank)));
  const lines = [
    ...drawRankAxis({ area, most, x }),
    ...rows.flatMap(({ rank, low, high }, i) => {
      const y = area.top + (i + 0.5) * row;
      return [
        drawLine({ from: [x(low), y], to: [x(high), y], colour: COLOURS.bar, width: 4 }),
        `<circle cx="${round(x(rank))}" cy="${round(y)}" r="3" fill="${COLOURS.accent}"/>`,
        ...(i === 0 || rank % LABELLED === 0
          ? [drawText({ x: area.left - 12, y: y + 4, content: String(rank), anchor: 'end', size: 11 })]
          : []),
      ];
    }),
    drawText({ x: 14, y: (area.top + area.bottom) / 2, content: 'rank', anchor: 'middle', turn: -90 }),
  ];
  const widest = rows.reduce(
    (wide, row) => (row.high - row.low > wide.high - wide.low ? row : wide),
    rows[0]!,
  );
  const description = `For each of the first ${rows.length}, the interval of its rank. The widest goes from ${Math.round(widest.low)} to ${Math.round(widest.high)}, at rank ${widest.rank}.`;
  return drawPicture({ id, width: WIDTH, height, title, description, lines });
}

function drawRankAxis({
  area: { left, right, top, bottom },
  most,
  x,
}: {
  readonly area: Area;
  readonly most: number;
  readonly x: (rank: number) => number;
}): readonly string[] {
  const powers = Array.from({ length: Math.ceil(Math.log10(most)) + 1 }, (_, i) => 10 ** i);
  const values = powers.flatMap((power) => [1, 2, 5].map((part) => part * power)).filter((n) => n <= most);
  return [
    ...values.flatMap((value) => [
      drawLine({ from: [x(value), top], to: [x(value), bottom] }),
      drawText({ x: x(value), y: bottom + 18, content: String(value), anchor: 'middle' }),
    ]),
    drawLine({ from: [left, bottom], to: [right, bottom], colour: COLOURS.quiet }),
    drawText({
      x: (left + right) / 2,
      y: bottom + 38,
      content: 'rank when the draws are resampled (logarithmic)',
      anchor: 'middle',
    }),
  ];
}
