// Renders score against a cost with the Pareto front; dragging over it selects candidates for the ranking.
import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { Front, Grid } from '../../../http/answers.js';
import { searchPath, withQuery } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart, type ChartArea } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { type ScatterPoint, scatterOption } from '../../charts/options.js';
import { ProblemNote } from '../../parts/notes.js';
import type { RankingCells } from '../../table/use-ranking-pages.js';
import { formatCount } from '../../text/format.js';

/** The most candidates that are drawn as points; a grid counts more than these. */
const POINTS = 5_000;
const COSTS = ['complexity', 'flops', 'parameters', 'latency'];
const NAMES: Readonly<Record<string, string>> = {
  complexity: 'FLOPs (complexity)',
  flops: 'FLOPs',
  latency: 'latency in ms',
};

export interface ScatterPictureProps {
  readonly id: string;
  readonly columns: readonly string[];
  readonly total: number;
  readonly colours: Colours;
}

export function ScatterPicture({ id, columns, total, colours }: ScatterPictureProps) {
  const costs = COSTS.filter((name) => columns.includes(name));
  const [x, setX] = useState(costs[0] ?? 'score');
  const [y, setY] = useState('score');
  const [area, setArea] = useState<ChartArea>();
  const [, open] = useLocation();
  const isSmall = total <= POINTS;
  const path = (rest: string, query: Readonly<Record<string, string | number>>) =>
    withQuery(searchPath(id, rest), query);
  const sample = useAnswer<readonly RankingCells[]>(
    isSmall ? path('/ranking/sample', { size: POINTS }) : undefined,
  );
  const grid = useAnswer<Grid>(isSmall ? undefined : path('/ranking/grid', { x, y }));
  const front = useAnswer<Front>(path('/ranking/front', { x, y }));
  const points = useMemo(() => pointsOf(sample.data ?? [], x, y), [sample.data, x, y]);
  const outside = isSmall ? (sample.data ?? []).length - points.length : (grid.data?.outside ?? 0);
  const option = useMemo(
    () =>
      scatterOption({
        colours,
        x: NAMES[x] ?? x,
        y: NAMES[y] ?? y,
        points: isSmall ? points : undefined,
        grid: grid.data,
        front: (front.data ?? []).map((row) => ({ ...row, value: [row.x, row.y] as const })),
      }),
    [colours, x, y, isSmall, points, grid.data, front.data],
  );
  // A selected area holds values of the columns that were shown.
  const choose = (set: (column: string) => void) => (column: string) => {
    set(column);
    setArea(undefined);
  };
  const filter = area && filterOf({ area, x, y });
  const toRanking = () => open(withQuery(`/searches/${encodeURIComponent(id)}/ranking`, { filter }));
  return (
    <Chart
      title="Score against cost"
      option={option}
      height={460}
      onPick={(data) => open(`/searches/${encodeURIComponent(id)}/candidate/${(data as ScatterPoint).rank}`)}
      onBrush={setArea}
      about={`${isSmall ? 'Each point is a candidate' : `${formatCount(total)} candidates, counted in cells`}${describeOutside(outside)}; no candidate is at least as good as one of the front and cheaper. A click opens a candidate, dragging selects.`}
    >
      <ProblemNote problem={sample.problem ?? grid.problem ?? front.problem} />
      <div class="row">
        <ColumnSelect name="Cost" value={x} columns={columns} onChange={choose(setX)} />
        <ColumnSelect name="against" value={y} columns={columns} onChange={choose(setY)} />
        <button type="button" disabled={!filter} onClick={toRanking}>
          Show the selected in the ranking
        </button>
      </div>
    </Chart>
  );
}

/** Infinite values, such as those of networks that pass no signal on, have no place in the picture. */
function describeOutside(count: number): string {
  if (count === 0) return '';
  return ` (${formatCount(count)} ${count === 1 ? 'is' : 'are'} not drawn: a value is infinite or absent)`;
}

interface ColumnSelectProps {
  readonly name: string;
  readonly value: string;
  readonly columns: readonly string[];
  readonly onChange: (column: string) => void;
}

function ColumnSelect({ name, value, columns, onChange }: ColumnSelectProps) {
  return (
    <label>
      {name}{' '}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {columns.map((column) => (
          <option key={column} value={column}>
            {NAMES[column] ?? column}
          </option>
        ))}
      </select>
    </label>
  );
}

function pointsOf(rows: readonly RankingCells[], x: string, y: string): readonly ScatterPoint[] {
  return rows.flatMap((row) => {
    const [a, b] = [row[x], row[y]];
    if (typeof a !== 'number' || typeof b !== 'number') return [];
    return [{ value: [a, b] as const, rank: Number(row.rank), candidate: String(row.candidate) }];
  });
}

/** The filter that selects the same candidates. */
function filterOf({
  area,
  x,
  y,
}: {
  readonly area: ChartArea;
  readonly x: string;
  readonly y: string;
}): string {
  const between = (name: string, [low, high]: readonly [number, number]) =>
    `${name} >= ${Number(low.toPrecision(6))} and ${name} <= ${Number(high.toPrecision(6))}`;
  return x === y ? between(x, area.x) : `${between(x, area.x)} and ${between(y, area.y)}`;
}
