// Renders the course of an evolution by generation: the best score so far and the mean, and how varied the
// candidates were.
import { useMemo } from 'preact/hooks';
import type { Generation, Generations } from '../../../http/answers.js';
import { type AskOptions, askAll, searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { Chart } from '../../charts/chart.js';
import type { Colours } from '../../charts/colours.js';
import { generationScoresOption, generationVarietyOption } from '../../charts/generations-option.js';
import { formatCount, formatPercent } from '../../text/format.js';

/** Nothing is rendered for searches that bred no generations. */
export function EvolutionPicture({ id, colours }: { readonly id: string; readonly colours: Colours }) {
  const { data } = useAnswer(searchPath(id, '/generations'), readGenerations);
  const options = useMemo(
    () =>
      data && {
        scores: generationScoresOption(data, colours),
        variety: generationVarietyOption(data, colours),
      },
    [data, colours],
  );
  if (!data || !options || data.length < 2) return null;
  return (
    <div class="columns">
      <Chart
        title="Score by generation"
        option={options.scores}
        about={`${formatCount(data.length)} generations; scores are those of the final ranking, in which all stand side by side. A line that is still rising at its end says that a longer search may find better ones.`}
      />
      <Chart
        title="Variety by generation"
        option={options.variety}
        about={`Diversity: the mean share of choices in which two candidates of a generation differ; near 0, the evolution has settled on one kind. Of the candidates that were drawn, duplicates had been bred before, and rejected ones broke a constraint${writeTotals(data)}.`}
      />
    </div>
  );
}

function readGenerations(path: string, options: Pick<AskOptions, 'signal'>): Promise<readonly Generation[]> {
  return askAll(path, (page: Generations) => page.generations, options);
}

function writeTotals(generations: readonly Generation[]): string {
  const total = (of: 'proposed' | 'rejected' | 'duplicates') =>
    generations.reduce((sum, { drawn }) => sum + (drawn?.[of] ?? 0), 0);
  const proposed = total('proposed');
  if (proposed === 0) return '; how many is not known for this search';
  const share = (of: 'rejected' | 'duplicates') => formatPercent(total(of) / proposed);
  return `: over all generations ${share('duplicates')} and ${share('rejected')} of ${formatCount(proposed)}`;
}
