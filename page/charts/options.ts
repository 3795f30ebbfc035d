// Creates the options with which ECharts draws each chart. Tooltips are drawn on the canvas, so no text in
// them is interpreted as markup.
import type { Grid, Histogram } from '../../http/answers.js';
import { formatCorrelation, formatValue } from '../text/format.js';
import type { Colours } from './colours.js';
import type { EChartsCoreOption } from './echarts.js';

/** A point of a scatter plot, with the rank of the candidate that a click opens. */
export interface ScatterPoint {
  readonly value: readonly [x: number, y: number];
  readonly rank: number;
  readonly candidate: string;
}

export interface ScatterInput {
  readonly colours: Colours;
  readonly x: string;
  readonly y: string;
  /** Every candidate, or undefined if there are so many that a grid counts them. */
  readonly points: readonly ScatterPoint[] | undefined;
  readonly grid: Grid | undefined;
  readonly front: readonly ScatterPoint[];
}

const GRID = { left: 70, right: 20, top: 30, bottom: 54 };
const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

export function axis(name: string, { quiet, line }: Colours) {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: 30,
    scale: true,
    nameTextStyle: { color: quiet },
    axisLabel: { color: quiet, formatter: (value: number) => formatValue(value), hideOverlap: true },
    axisLine: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line, opacity: 0.5 } },
  };
}

export function tooltip({ card, text, line }: Colours, formatter: (params: never) => string) {
  return {
    renderMode: 'richText',
    confine: true,
    backgroundColor: card,
    borderColor: line,
    textStyle: { color: text },
    formatter,
  };
}

export function scatterOption({ colours, x, y, points, grid, front }: ScatterInput): EChartsCoreOption {
  const cells = grid ? cellsOf(grid) : [];
  const most = Math.max(1, ...cells.map(({ value }) => value[2]));
  return {
    grid: GRID,
    legend: { top: 0, textStyle: { color: colours.text } },
    tooltip: tooltip(colours, (params: { readonly data: ScatterPoint & { count?: number } }) => {
      const { value, rank, candidate, count } = params.data;
      const head =
        count === undefined
          ? `rank ${rank}\n${shorten(candidate)}`
          : `${count} candidates, best rank ${rank}`;
      return `${head}\n${x} ${formatValue(value[0])}\n${y} ${formatValue(value[1])}`;
    }),
    brush: {
      xAxisIndex: 0,
      yAxisIndex: 0,
      throttleType: 'debounce',
      brushStyle: { borderWidth: 1, color: `${colours.strong}33`, borderColor: colours.strong },
      outOfBrush: { colorAlpha: 0.35 },
    },
    xAxis: axis(x, colours),
    yAxis: { ...axis(y, colours), nameGap: 52 },
    series: [
      {
        name: points ? 'candidates' : 'candidates (darker: more)',
        type: 'scatter',
        symbolSize: points ? 6 : 5,
        symbol: points ? 'circle' : 'rect',
        itemStyle: { color: colours.strong, opacity: 0.6 },
        data:
          points ??
          cells.map((cell) => ({ ...cell, itemStyle: { opacity: opacityOf(cell.value[2], most) } })),
      },
      ...(front.length > 0 ? [frontSeries(front, colours)] : []),
    ],
  };
}

function frontSeries(front: readonly ScatterPoint[], { accent }: Colours) {
  return {
    name: 'Pareto front',
    type: 'line',
    step: 'end',
    // Thousands of circles would hide the line.
    symbolSize: front.length > 100 ? 4 : 8,
    lineStyle: { color: accent, width: 2 },
    itemStyle: { color: accent },
    data: front,
  };
}

function opacityOf(count: number, most: number): number {
  return 0.15 + 0.85 * (Math.log1p(count) / Math.log1p(most));
}

function cellsOf({ x, y, cells }: Grid) {
  const middle = ({ low, high, steps }: Grid['x'], at: number) => low + ((at + 0.5) * (high - low)) / steps;
  return cells.map((cell) => ({
    value: [middle(x, cell.x), middle(y, cell.y), cell.count] as [number, number, number],
    rank: cell.best,
    candidate: '',
    count: cell.count,
  }));
}

export function histogramOption({ column, bins }: Histogram, colours: Colours): EChartsCoreOption {
  return {
    grid: { ...GRID, left: 56, bottom: 48, top: 12 },
    tooltip: tooltip(colours, (params: { readonly dataIndex: number }) => {
      const { low, high, count } = bins[params.dataIndex]!;
      return `${count} candidates\n${formatValue(low)} to ${formatValue(high)}`;
    }),
    xAxis: {
      ...axis(column, colours),
      min: bins[0]?.low,
      max: bins.at(-1)?.high,
      // The ends are no round numbers, and would stand close to those beside them.
      axisLabel: { ...axis(column, colours).axisLabel, showMinLabel: false, showMaxLabel: false },
      splitLine: { show: false },
    },
    yAxis: { ...axis('', colours), scale: false, minInterval: 1 },
    series: [
      {
        type: 'bar',
        barWidth: '90%',
        itemStyle: { color: colours.strong },
        data: bins.map(({ low, high, count }) => [(low + high) / 2, count]),
      },
    ],
  };
}

export interface CorrelationTable {
  readonly columns: readonly string[];
  /** Spearman's rho; null where a column is constant. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Cells of stronger correlations are so dark that their numbers are white. */
const DARK = 0.8;

export function correlationOption(
  { columns, values }: CorrelationTable,
  colours: Colours,
): EChartsCoreOption {
  const cells = values.flatMap((row, y) =>
    row.map((value, x) => ({
      value: [x, y, value ?? '-'],
      label: { color: Math.abs(value ?? 0) > DARK ? '#ffffff' : '#1b2230' },
    })),
  );
  const names = {
    type: 'category',
    data: columns,
    axisLabel: { color: colours.text, interval: 0 },
    axisLine: { lineStyle: { color: colours.line } },
    splitArea: { show: false },
  };
  return {
    // The legend is above, because the names below take as much height as the longest of them needs.
    grid: { left: 110, right: 12, top: 40, bottom: 110 },
    tooltip: tooltip(colours, (params: { readonly value: readonly [number, number, number | '-'] }) => {
      const [x, y, value] = params.value;
      return `${columns[x]} and ${columns[y]}\nρ = ${value === '-' ? 'undefined' : formatCorrelation(value, 3)}`;
    }),
    xAxis: { ...names, axisLabel: { ...names.axisLabel, rotate: 45 } },
    yAxis: { ...names, inverse: true },
    visualMap: {
      min: -1,
      max: 1,
      calculable: false,
      orient: 'horizontal',
      left: 'center',
      top: 0,
      itemHeight: 120,
      text: ['1', '−1'],
      textStyle: { color: colours.quiet },
      inRange: { color: ['#b2182b', '#f4a582', '#f7f7f7', '#92c5de', '#2166ac'] },
    },
    series: [
      {
        type: 'heatmap',
        data: cells,
        label: {
          show: columns.length <= 12,
          formatter: ({ value }: { readonly value: readonly [number, number, number | '-'] }) =>
            value[2] === '-' ? '–' : formatCorrelation(value[2], 2),
        },
        itemStyle: { borderColor: colours.card, borderWidth: 1 },
      },
    ],
  };
}

export interface ParallelInput {
  readonly colours: Colours;
  readonly columns: readonly string[];
  readonly top: readonly (readonly (number | null)[])[];
  readonly others: readonly (readonly (number | null)[])[];
}

export function parallelOption({ colours, columns, top, others }: ParallelInput): EChartsCoreOption {
  const lines = (name: string, data: ParallelInput['top'], style: object) => ({
    name,
    type: 'parallel',
    lineStyle: style,
    data: data.map((row) => row.map((value) => value ?? '-')),
    progressive: 0,
  });
  return {
    // On narrow screens only the left part is visible at first.
    legend: { top: 0, left: 0, textStyle: { color: colours.text } },
    parallel: { left: 60, right: 60, top: 64, bottom: 24 },
    parallelAxis: columns.map((name, dim) => ({
      dim,
      name,
      inverse: name === 'rank',
      scale: true,
      nameTextStyle: { color: colours.text, align: 'center' },
      axisLine: { lineStyle: { color: colours.quiet } },
      // Lines pass behind the numbers.
      z: 10,
      axisLabel: {
        color: colours.text,
        textBorderColor: colours.card,
        textBorderWidth: 3,
        formatter: (value: number) => formatValue(value),
      },
    })),
    color: [colours.quiet, colours.accent],
    series: [
      lines('a sample of all', others, { width: 1, opacity: 0.15, color: colours.quiet }),
      lines('the first 50', top, { width: 1.5, opacity: 0.6, color: colours.accent }),
    ],
  };
}
