// Converts the generations of an evolution to the options of two charts: their scores, and their variety.
import type { Generation } from '../../http/answers.js';
import { formatPercent, formatValue } from '../text/format.js';
import type { Colours } from './colours.js';
import type { EChartsCoreOption } from './echarts.js';
import { axis, tooltip } from './options.js';

const GRID = { left: 70, right: 20, top: 30, bottom: 54 };

interface Line {
  readonly name: string;
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly type?: 'dashed';
}

export function generationScoresOption(
  generations: readonly Generation[],
  colours: Colours,
): EChartsCoreOption {
  return {
    ...frameOf(generations, colours, formatValue),
    yAxis: { ...axis('score', colours), nameGap: 52 },
    series: [
      { name: 'best so far', color: colours.accent, values: generations.map(({ best }) => best) },
      { name: 'mean of the generation', color: colours.strong, values: generations.map(({ mean }) => mean) },
    ].map(lineOf),
  };
}

export function generationVarietyOption(
  generations: readonly Generation[],
  colours: Colours,
): EChartsCoreOption {
  const share = (of: 'rejected' | 'duplicates') =>
    generations.map(({ drawn }) => (drawn && drawn.proposed > 0 ? drawn[of] / drawn.proposed : null));
  const lines: readonly Line[] = [
    { name: 'diversity', color: colours.strong, values: generations.map(({ diversity }) => diversity) },
    { name: 'duplicates', color: colours.accent, values: share('duplicates') },
    { name: 'rejected', color: colours.quiet, values: share('rejected'), type: 'dashed' },
  ];
  return {
    ...frameOf(generations, colours, formatPercent),
    yAxis: {
      ...axis('share', colours),
      nameGap: 52,
      min: 0,
      max: 1,
      axisLabel: { color: colours.quiet, formatter: (value: number) => formatPercent(value) },
    },
    series: lines.filter(({ values }) => values.some((value) => value !== null)).map(lineOf),
  };
}

interface PointParams {
  readonly value: readonly [number, number];
  readonly seriesName: string;
}

function frameOf(generations: readonly Generation[], colours: Colours, write: (value: number) => string) {
  return {
    grid: GRID,
    legend: { top: 0, textStyle: { color: colours.text } },
    tooltip: tooltip(colours, (params: PointParams) => {
      const [generation, value] = params.value;
      return `generation ${generation}\n${params.seriesName} ${write(value)}`;
    }),
    xAxis: { ...axis('generation', colours), minInterval: 1, min: 1, max: generations.length },
  };
}

function lineOf({ name, color, values, type }: Line) {
  return {
    name,
    type: 'line',
    symbolSize: 6,
    lineStyle: { color, width: 2, ...(type ? { type } : {}) },
    itemStyle: { color },
    data: values.map((value, i) => [i + 1, value ?? '-']),
  };
}
