// Converts the intervals in which the ranks of the best candidates lie to the option of a chart.
import type { Comparison } from '../../http/answers.js';
import { formatCount } from '../text/format.js';
import type { Colours } from './colours.js';
import type { EChartsCoreOption } from './echarts.js';
import { axis, tooltip } from './options.js';

export type Winner = Comparison['searches'][number]['stability']['winners'][number];

interface DotParams {
  readonly data: { readonly winner?: Winner };
}

/** The axis of the intervals is logarithmic, because places among the first matter most. */
export function intervalsOption(winners: readonly Winner[], colours: Colours): EChartsCoreOption {
  // One line with gaps draws all intervals.
  const lines = winners.flatMap(({ rank, ranks }) =>
    ranks
      ? [
          [ranks[0], rank],
          [ranks[1], rank],
          ['-', '-'],
        ]
      : [],
  );
  return {
    grid: { left: 60, right: 24, top: 30, bottom: 54 },
    legend: { top: 0, textStyle: { color: colours.text } },
    tooltip: tooltip(colours, ({ data }: DotParams) => {
      const { winner } = data;
      if (!winner?.ranks) return '';
      const [low, high] = winner.ranks;
      return `rank ${winner.rank}\nwith other draws ${formatCount(low)} to ${formatCount(high)}`;
    }),
    xAxis: { ...axis('rank when the draws are resampled (logarithmic)', colours), type: 'log', min: 1 },
    yAxis: {
      ...axis('rank', colours),
      inverse: true,
      // The first and the last dot stand clear of the frame.
      min: 0,
      max: winners.length + 1,
      minInterval: 1,
      nameGap: 36,
      axisLabel: { ...axis('rank', colours).axisLabel, showMinLabel: false, showMaxLabel: false },
    },
    series: [
      {
        name: 'in 95 % of the resamples',
        type: 'line',
        silent: true,
        symbol: 'none',
        lineStyle: { color: colours.strong, width: 4, opacity: 0.5 },
        itemStyle: { color: colours.strong },
        data: lines,
      },
      {
        name: 'rank of this search',
        type: 'scatter',
        symbolSize: 7,
        itemStyle: { color: colours.accent },
        data: winners.map((winner) => ({ value: [winner.rank, winner.rank], winner })),
      },
    ],
  };
}
