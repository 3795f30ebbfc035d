// Renders the course of an evolution: the best score so far and the mean of each generation.
import { useMemo } from 'preact/hooks';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { type GenerationScores, generationOption } from '../../charts/options.js';
import { formatCount } from '../../text/format.js';

/** Nothing is rendered for searches that bred no generations. */
export function EvolutionPicture({ id, colours }: { readonly id: string; readonly colours: Colours }) {
  const { data } = useAnswer<readonly GenerationScores[]>(searchPath(id, '/generations'));
  const option = useMemo(() => data && generationOption(data, colours), [data, colours]);
  if (!data || !option || data.length < 2) return null;
  return (
    <Chart
      title="Score by generation"
      option={option}
      about={`${formatCount(data.length)} generations; scores are those of the final ranking, in which all stand side by side. A line that is still rising at its end says that a longer search may find better ones.`}
    />
  );
}
