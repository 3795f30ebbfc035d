// Renders parallel coordinates: one axis for each column, one line for each candidate.
import { useMemo } from 'preact/hooks';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { parallelOption } from '../../charts/options.js';
import { ProblemNote } from '../../parts/notes.js';
import type { RankingCells, RankingPage } from '../../table/use-ranking-pages.js';

export interface ParallelPictureProps {
  readonly id: string;
  readonly columns: readonly string[];
  readonly colours: Colours;
}

export function ParallelPicture({ id, columns, colours }: ParallelPictureProps) {
  const top = useAnswer<RankingPage>(searchPath(id, '/ranking?limit=50'));
  const sample = useAnswer<readonly RankingCells[]>(searchPath(id, '/ranking/sample?size=400'));
  const option = useMemo(() => {
    const shown = columns.filter((name) => name !== 'rank');
    const all = [...(sample.data ?? []), ...(top.data?.rows ?? [])];
    const ends = new Map(shown.map((name) => [name, endsOf(all, name)]));
    const values = (rows: readonly RankingCells[]) =>
      rows.map((row) =>
        shown.map((name) => (typeof row[name] === 'number' ? clamp(row[name], ends.get(name)!) : null)),
      );
    return parallelOption({
      colours,
      columns: shown,
      top: values(top.data?.rows ?? []),
      others: values(sample.data ?? []),
    });
  }, [columns, colours, top.data, sample.data]);
  return (
    <Chart
      title="Parallel coordinates"
      option={option}
      height={440}
      minWidth={columns.length * 80}
      about="Each line is a candidate, each axis a column: where the lines of the first 50 run together, the best agree. The outermost 2 % stand at the ends of their axes."
    >
      <ProblemNote problem={top.problem ?? sample.problem} />
    </Chart>
  );
}

const TAIL = 0.02;

/** The ends of an axis leave outliers out, which would press all other values together. */
function endsOf(rows: readonly RankingCells[], name: string): readonly [number, number] {
  const values = rows
    .flatMap((row) => (typeof row[name] === 'number' ? [row[name]] : []))
    .sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? 0;
  return [at(TAIL), at(1 - TAIL)];
}

function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}
