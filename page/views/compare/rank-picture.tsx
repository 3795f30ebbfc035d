// Renders a plot of the ranks of one search against those of another.
import { useMemo } from 'preact/hooks';
import { Chart } from '../../charts/chart.js';
import { useColours } from '../../charts/colours.js';
import { type ScatterPoint, scatterOption } from '../../charts/options.js';
import { formatCount } from '../../text/format.js';

export interface RankPictureProps {
  readonly earlier: string;
  readonly later: string;
  readonly points: readonly ScatterPoint[];
}

export function RankPicture({ earlier, later, points }: RankPictureProps) {
  const colours = useColours();
  const option = useMemo(
    () =>
      scatterOption({
        colours,
        x: `rank in ${earlier}`,
        y: `rank in ${later}`,
        points,
        grid: undefined,
        front: [],
      }),
    [colours, earlier, later, points],
  );
  return (
    <Chart
      title="Rank against rank"
      option={option}
      about={`${formatCount(points.length)} candidates that both ranked, of 5,000 drawn from each: on the diagonal both agree.`}
    />
  );
}
