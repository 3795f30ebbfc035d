// Renders one search: its header with the possible actions, and tabs for its progress, ranking, pictures and
// specification.
import { useState } from 'preact/hooks';
import { Link, useParams } from 'wouter-preact';
import type { SearchDescription, SearchLook } from '../../../http/answers.js';
import { searchPath } from '../../api/ask.js';
import { useAnswer } from '../../api/use-answer.js';
import { useEvents } from '../../api/use-events.js';
import { later } from '../../parts/later.js';
import { ProblemNote } from '../../parts/notes.js';
import { StateBadge } from '../../parts/state-badge.js';
import { useTitle } from '../../parts/use-title.js';
import { OverviewTab } from './overview-tab.js';
import { RankingTab } from './ranking-tab.js';
import { SearchActions } from './search-actions.js';
import { SpecificationTab } from './specification-tab.js';

/** The name of the tab that is opened only from other tabs. */
const CANDIDATE = 'candidate';
const CandidateTab = later(() => import('../candidate/candidate-tab.js').then((file) => file.CandidateTab));

const PicturesTab = later(() => import('../pictures/pictures-tab.js').then((file) => file.PicturesTab));

const TABS = [
  ['', 'Overview', OverviewTab],
  ['ranking', 'Ranking', RankingTab],
  ['pictures', 'Pictures', PicturesTab],
  ['specification', 'Specification', SpecificationTab],
] as const;

/** The properties that every tab receives. */
export interface SearchTabProps {
  readonly id: string;
  readonly search: SearchDescription;
  /** The newest progress of a running search. */
  readonly look: SearchLook | undefined;
}

export function SearchView() {
  const { id = '', tab = '' } = useParams<{ id: string; tab?: string }>();
  // Nothing of one search is shown below the address of another.
  return <OneSearch key={id} given={id} tab={tab} />;
}

/** `given` is the identifier in the address, and `tab` the tab's name in it. */
function OneSearch({ given, tab }: { readonly given: string; readonly tab: string }) {
  const answer = useAnswer<SearchDescription>(searchPath(given));
  const [look, setLook] = useState<SearchLook>();
  const [ended, setEnded] = useState<SearchDescription>();
  const first = answer.data;
  const search = ended ?? first;
  useTitle(search?.name || given);
  const isRunning = first !== undefined && first.ended === undefined && ended === undefined;
  useEvents(isRunning ? searchPath(given, '/events') : undefined, {
    on: { progress: setLook, end: setEnded },
    last: 'end',
  });
  if (!search)
    return answer.problem ? <ProblemNote problem={answer.problem} /> : <p class="quiet">Loading ...</p>;
  const Tab = tab === CANDIDATE ? CandidateTab : (TABS.find(([name]) => name === tab) ?? TABS[0])[2];
  return (
    <>
      <SearchHead search={search} look={look} onChange={answer.again} />
      <nav class="tabs" aria-label="Parts of this search">
        {TABS.map(([name, title]) => (
          <Link
            key={name}
            href={`/searches/${encodeURIComponent(given)}${name && `/${name}`}`}
            aria-current={name === tab || (name === 'ranking' && tab === CANDIDATE) ? 'page' : undefined}
          >
            {title}
          </Link>
        ))}
      </nav>
      <Tab id={search.id} search={search} look={look} />
    </>
  );
}

interface SearchHeadProps {
  readonly search: SearchDescription;
  readonly look: SearchLook | undefined;
  readonly onChange: () => void;
}

function SearchHead({ search, look, onChange }: SearchHeadProps) {
  const progress = look?.progress ?? search.progress;
  const state = search.ended ? search.state : progress?.paused ? 'paused' : (progress?.phase ?? search.state);
  return (
    <div class="row between head">
      <div class="titles">
        <h1>
          <bdi class="cut" title={search.name}>
            {search.name || search.id}
          </bdi>{' '}
          <StateBadge state={state} />
        </h1>
        <p class="quiet id">
          {search.id} · {search.space}
          {search.schedule && ` · schedule ${search.schedule}`}
          {search.temporalPage && (
            <>
              {' · '}
              <a href={search.temporalPage} target="_blank" rel="noreferrer">
                at Temporal
              </a>
            </>
          )}
        </p>
      </div>
      <SearchActions search={search} isPaused={state === 'paused'} onChange={onChange} />
    </div>
  );
}
