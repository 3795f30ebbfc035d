// Renders a heat map of the rank correlations of proxies, score and costs.
import { useMemo } from 'preact/hooks';
import type { Correlations } from '../../../http/answers.js';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { correlationOption } from '../../charts/options.js';
import { ProblemNote } from '../../parts/notes.js';
import { Placeholder } from '../../parts/placeholder.js';
import { formatCount } from '../../text/format.js';

/** The least width of a cell, in which a number such as −0.27 has room, in pixels. */
const CELL = 40;

export function CorrelationPicture({ id, colours }: { readonly id: string; readonly colours: Colours }) {
  const { data, problem } = useAnswer<Correlations>(searchPath(id, '/ranking/correlations'));
  const option = useMemo(() => data && correlationOption(data, colours), [data, colours]);
  if (!data || !option) return problem ? <ProblemNote problem={problem} /> : <Placeholder height={440} />;
  return (
    <Chart
      title="Rank correlations"
      option={option}
      height={Math.max(410, 180 + 34 * data.columns.length)}
      minWidth={150 + CELL * data.columns.length}
      about={`Spearman’s ρ between columns over ${formatCount(data.rows)} candidates: 1 is the same order, 0 none, −1 the reverse. Proxies that agree closely say the same twice.`}
    />
  );
}
