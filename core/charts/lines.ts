// Draws one or two series of values over whole numbers, such as generations.
import { type Area, createScale, drawAxes, rangeOf } from './axes.js';
import { COLOURS, drawPicture, drawText, round } from './svg.js';

const SIZE = { width: 720, height: 330 } as const;
const AREA: Area = { left: 70, right: 700, top: 34, bottom: 274 };
const SERIES_COLOURS = [COLOURS.accent, COLOURS.data] as const;

export interface Series {
  readonly name: string;
  /** The values at 1, 2, 3, ...; those that are not finite are left out. */
  readonly values: readonly number[];
}

export interface LinesInput {
  readonly id: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly [Series, ...Series[]];
}

/** Undefined if no value is finite. */
export function drawLines({ id, title, x, y, series }: LinesInput): string | undefined {
  const range = rangeOf(
    series.flatMap(({ values }) => values),
    { below: 0.02 },
  );
  if (!range) return undefined;
  const count = Math.max(...series.map(({ values }) => values.length));
  const xRange = { low: 1, high: Math.max(2, count) };
  const xScale = createScale(xRange, [AREA.left, AREA.right]);
  const yScale = createScale(range, [AREA.bottom, AREA.top]);
  const step = Math.max(1, Math.ceil(count / 12));
  const values = Array.from({ length: Math.ceil(count / step) }, (_, i) => 1 + i * step);
  const lines = [
    ...drawAxes({
      area: AREA,
      x: { name: x, range: xRange, scale: xScale, values },
      y: { name: y, range, scale: yScale },
    }),
    ...series.flatMap((each, i) => {
      const points = each.values
        .map((value, at) => [xScale(at + 1), value] as const)
        .filter(([, value]) => Number.isFinite(value) && value >= range.low)
        .map(([at, value]) => `${round(at)} ${round(yScale(value))}`);
      const colour = SERIES_COLOURS[i % SERIES_COLOURS.length]!;
      const left = AREA.left + i * 240;
      return [
        `<path d="M${points.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        `<path d="${points.map((point) => `M${point}h0`).join('')}" stroke="${colour}" stroke-width="5" stroke-linecap="round"/>`,
        `<rect x="${left}" y="8" width="14" height="4" fill="${colour}"/>`,
        drawText({ x: left + 20, y: 14, content: each.name, fill: COLOURS.text }),
      ];
    }),
  ];
  const description = `${series.map(({ name }) => name).join(' and ')} over ${count} ${x}s.`;
  return drawPicture({ id, ...SIZE, title, description, lines });
}
