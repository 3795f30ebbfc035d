// Converts the rounds of a screening to the option of a chart with bars and a line.
import type { ScreeningRound } from '../../http/answers.js';
import { formatCorrelation, formatCount, formatDuration } from '../text/format.js';
import type { Colours } from './colours.js';
import type { EChartsCoreOption } from './echarts.js';
import { axis, tooltip } from './options.js';

export function roundsOption(rounds: readonly ScreeningRound[], colours: Colours): EChartsCoreOption {
  const names = rounds.map(
    ({ candidates, draws }, i) =>
      `round ${i + 1}\n${formatCount(candidates)}\n${draws} ${draws === 1 ? 'draw' : 'draws'}`,
  );
  return {
    grid: { left: 64, right: 64, top: 40, bottom: 68 },
    legend: { top: 0, textStyle: { color: colours.text } },
    tooltip: tooltip(colours, ({ dataIndex }: { readonly dataIndex: number }) => {
      const { candidates, failed, seconds, agreement } = rounds[dataIndex]!;
      const tau = agreement === null ? '' : `\nτ with the last round ${formatCorrelation(agreement, 3)}`;
      return `${formatCount(candidates)} candidates, ${formatCount(failed)} set aside\n${formatDuration(seconds)}${tau}`;
    }),
    xAxis: {
      type: 'category',
      data: names,
      axisLabel: { color: colours.quiet, interval: 0, lineHeight: 16 },
      axisLine: { lineStyle: { color: colours.line } },
    },
    yAxis: [
      { ...axis('candidates', colours), min: 0, minInterval: 1, nameGap: 48 },
      {
        ...axis('τ with the last round', colours),
        nameGap: 40,
        min: (range: { readonly min: number }) => Math.min(0, Math.floor(range.min * 10) / 10),
        max: 1,
        splitLine: { show: false },
      },
    ],
    series: [
      {
        name: 'candidates',
        type: 'bar',
        barMaxWidth: 80,
        itemStyle: { color: colours.accent },
        data: rounds.map(({ candidates }) => candidates),
      },
      {
        name: 'τ with the last round',
        type: 'line',
        yAxisIndex: 1,
        symbolSize: 8,
        lineStyle: { color: colours.strong, width: 2 },
        itemStyle: { color: colours.strong },
        data: rounds.map(({ agreement }) => agreement ?? '-'),
      },
    ],
  };
}
