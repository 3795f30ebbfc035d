// Maps values to positions, and draws the axes of a chart with round values.
import { formatNumber } from '../text/display-numbers.js';
import { COLOURS, drawLine, drawText } from './svg.js';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The plot area of a picture in pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export type Scale = (value: number) => number;

/** Maps a range linearly to positions; a range of one value to the middle. */
export function createScale({ low, high }: Range, [start, end]: readonly [number, number]): Scale {
  if (high === low) return () => (start + end) / 2;
  return (value) => start + ((value - low) / (high - low)) * (end - start);
}

/**
 * The range of the finite values, widened by a fraction on both sides. Values below the quantile `below` and
 * above the quantile `above` are left out of it. Undefined if no value is finite.
 */
export function rangeOf(
  values: ArrayLike<number>,
  {
    below = 0,
    above = 1,
    margin = 0.03,
  }: { readonly below?: number; readonly above?: number; readonly margin?: number } = {},
): Range | undefined {
  const sorted = Float64Array.from(values)
    .filter((value) => Number.isFinite(value))
    .sort();
  if (sorted.length === 0) return undefined;
  const low = sorted[Math.floor(below * (sorted.length - 1))]!;
  const high = sorted[Math.ceil(above * (sorted.length - 1))]!;
  const more = (high - low) * margin;
  return { low: low - more, high: high + more };
}

/** Round values within a range, about `count` of them. */
export function roundValues({ low, high }: Range, count: number): readonly number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

export interface AxesInput {
  readonly area: Area;
  readonly x: AxisInput;
  readonly y: AxisInput;
}

export interface AxisInput {
  readonly name: string;
  readonly range: Range;
  readonly scale: Scale;
  readonly values?: readonly number[];
}

/** Grid lines, values and names of both axes. */
export function drawAxes({ area, x, y }: AxesInput): readonly string[] {
  const { left, right, top, bottom } = area;
  const across = x.values ?? roundValues(x.range, Math.max(2, Math.round((right - left) / 90)));
  const up = y.values ?? roundValues(y.range, Math.max(2, Math.round((bottom - top) / 50)));
  return [
    ...up.flatMap((value) => [
      drawLine({ from: [left, y.scale(value)], to: [right, y.scale(value)] }),
      drawText({ x: left - 8, y: y.scale(value) + 4, content: formatNumber(value), anchor: 'end' }),
    ]),
    drawLine({ from: [left, bottom], to: [right, bottom], colour: COLOURS.quiet }),
    ...across.flatMap((value) => [
      drawLine({ from: [x.scale(value), bottom], to: [x.scale(value), bottom + 4], colour: COLOURS.quiet }),
      drawText({ x: x.scale(value), y: bottom + 18, content: formatNumber(value), anchor: 'middle' }),
    ]),
    drawText({ x: (left + right) / 2, y: bottom + 38, content: x.name, anchor: 'middle' }),
    drawText({ x: 14, y: (top + bottom) / 2, content: y.name, anchor: 'middle', turn: -90 }),
  ];
}
