// Converts the best candidates of several searches to the option of a chart of their ranks from search to search.
import type { Comparison } from '../../http/answers.js';
import { formatCount } from '../text/format.js';
import type { Colours } from './colours.js';
import type { EChartsCoreOption } from './echarts.js';
import { axis, tooltip } from './options.js';

/** The number of first candidates of each search that have a line. */
export const LEADERS = 10;

interface CourseParams {
  readonly seriesName: string;
  readonly value: number;
  readonly dataIndex: number;
}

export function courseOption(searches: Comparison['searches'], colours: Colours): EChartsCoreOption {
  const ranks = searches.map(
    ({ stability }) => new Map(stability.winners.map(({ candidate, rank }) => [candidate, rank])),
  );
  const leaders = new Set(
    ranks.flatMap((known) => [...known].flatMap(([candidate, rank]) => (rank <= LEADERS ? [candidate] : []))),
  );
  const deepest = Math.max(1, ...ranks.flatMap((known) => [...known.values()]));
  return {
    grid: { left: 64, right: 64, top: 16, bottom: 40 },
    tooltip: tooltip(colours, (params: CourseParams) => {
      const { seriesName, value, dataIndex } = params;
      const name = seriesName.length > 60 ? `${seriesName.slice(0, 59)}…` : seriesName;
      return `${name}\nrank ${formatCount(value)} in ${searches[dataIndex]!.id}`;
    }),
    xAxis: {
      type: 'category',
      data: searches.map(({ id }) => (id.length > 16 ? `…${id.slice(-15)}` : id)),
      boundaryGap: false,
      axisLabel: { color: colours.quiet, hideOverlap: true },
      axisLine: { lineStyle: { color: colours.line } },
    },
    yAxis: {
      ...axis('rank', colours),
      inverse: true,
      min: 0,
      max: deepest + 1,
      minInterval: 1,
      nameGap: 36,
      axisLabel: { ...axis('rank', colours).axisLabel, showMinLabel: false, showMaxLabel: false },
    },
    series: [...leaders].map((candidate) => {
      const isLast = (ranks.at(-1)?.get(candidate) ?? Number.POSITIVE_INFINITY) <= LEADERS;
      const color = isLast ? colours.accent : colours.quiet;
      return {
        name: candidate,
        type: 'line',
        symbolSize: 6,
        lineStyle: { color, width: isLast ? 2 : 1, opacity: isLast ? 1 : 0.6 },
        itemStyle: { color },
        data: ranks.map((known) => known.get(candidate) ?? '-'),
      };
    }),
  };
}
