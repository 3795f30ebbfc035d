// Renders the distribution of the values of each column.
import { useMemo } from 'preact/hooks';
import type { Histogram } from '../../../http/answers.js';
import { searchPath, withQuery } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { histogramOption } from '../../charts/options.js';
import { ProblemNote } from '../../parts/notes.js';
import { Placeholder } from '../../parts/placeholder.js';
import { formatCount } from '../../text/format.js';

/** Fewer candidates are all drawn. */
const MANY = 200;

export interface DistributionPicturesProps {
  readonly id: string;
  readonly columns: readonly string[];
  readonly total: number;
  readonly colours: Colours;
}

export function DistributionPictures({ id, columns, total, colours }: DistributionPicturesProps) {
  return (
    <div class="tiles">
      {columns
        .filter((name) => name !== 'rank')
        .map((column) => (
          <Distribution
            key={column}
            id={id}
            column={column}
            trim={total >= MANY ? 0.02 : 0}
            colours={colours}
          />
        ))}
    </div>
  );
}

interface DistributionProps {
  readonly id: string;
  readonly column: string;
  /** The share at each end that is left out. */
  readonly trim: number;
  readonly colours: Colours;
}

function Distribution({ id, column, trim, colours }: DistributionProps) {
  const { data, problem } = useAnswer<Histogram>(
    withQuery(searchPath(id, '/ranking/histogram'), { column, bins: 40, trim }),
  );
  const option = useMemo(() => data && histogramOption(data, colours), [data, colours]);
  if (!data || !option) return problem ? <ProblemNote problem={problem} /> : <Placeholder height={330} />;
  const verb = data.outside === 1 ? 'is' : 'are';
  const outside =
    data.outside > 0 ? `; ${formatCount(data.outside)} ${verb} beyond the picture, infinite or absent` : '';
  return <Chart title={column} option={option} height={220} about={`Candidates by ${column}${outside}.`} />;
}
