// Renders the charts of a finished ranking: score against costs with the Pareto front, distributions,
// correlations, and parallel coordinates.
import { useMemo } from 'preact/hooks';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { useColours } from '../../charts/colours.js';
import { Empty, ProblemNote } from '../../parts/notes.js';
import type { RankingPage } from '../../table/use-ranking-pages.js';
import type { SearchTabProps } from '../search/search-view.js';
import { CorrelationPicture } from './correlation-picture.js';
import { DistributionPictures } from './distribution-pictures.js';
import { EvolutionPicture } from './evolution-picture.js';
import { IntervalsPicture } from './intervals-picture.js';
import { ParallelPicture } from './parallel-picture.js';
import { RoundsPicture } from './rounds-picture.js';
import { ScatterPicture } from './scatter-picture.js';
import { TruthPicture } from './truth-picture.js';

export function PicturesTab({ id, search }: SearchTabProps) {
  if (search.state !== 'completed')
    return (
      <Empty title={search.ended ? 'No pictures' : 'No pictures yet'}>
        <p>
          {search.ended
            ? `This search has no ranking to draw: it is ${search.state}.`
            : 'They are drawn from the ranking, which is there when all candidates are scored.'}
        </p>
      </Empty>
    );
  return <Pictures id={id} />;
}

function Pictures({ id }: { readonly id: string }) {
  const { data, problem } = useAnswer<RankingPage>(searchPath(id, '/ranking?limit=1'));
  const colours = useColours();
  const columns = useMemo(() => numbersOf(data), [data]);
  if (!data)
    return problem ? <ProblemNote problem={problem} /> : <p class="quiet">Reading the ranking ...</p>;
  return (
    <>
      <ScatterPicture id={id} columns={columns} total={data.all} colours={colours} />
      <div class="columns">
        <CorrelationPicture id={id} colours={colours} />
        <ParallelPicture id={id} columns={columns} colours={colours} />
      </div>
      <DistributionPictures id={id} columns={columns} total={data.all} colours={colours} />
      <IntervalsPicture key={id} id={id} colours={colours} />
      <EvolutionPicture id={id} colours={colours} />
      <RoundsPicture id={id} colours={colours} />
      <TruthPicture id={id} colours={colours} />
    </>
  );
}

/** The columns that contain a number in the first row; a latency may not have been measured. */
function numbersOf(page: RankingPage | undefined): readonly string[] {
  const [row] = page?.rows ?? [];
  return (page?.columns ?? [])
    .filter(({ name, kind }) => kind === 'number' && row?.[name] !== null)
    .map(({ name }) => name);
}
