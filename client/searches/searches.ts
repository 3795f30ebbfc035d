// Offers searches to programs: starting, following, controlling and listing them, and reading their results.

import type { SearchMemo } from '../../core/contract/search.js';
import type { Specification } from '../../core/specification/specification.js';
import { checkOptions } from '../check-options.js';
import type { TemporalConnection } from '../connections/server-errors.js';
import type { Session } from '../connections/session.js';
import { temporalPageOf } from '../connections/temporal-page.js';
import { type CandidateDescription, describeCandidate } from '../results/describe-candidate.js';
import { checkStart } from '../specification/check-start.js';
import { readSpecificationInput, type SpecificationInput } from '../specification/read-specification.js';
import type { AwayServer } from '../status/waiting.js';
import type { LocalScoring } from '../workers/local-scoring.js';
import { beginSearch, chooseWorkerCount } from './begin-search.js';
import { controlSearch, type SearchAction } from './control-search.js';
import { describeSearch, type SearchDescription } from './describe-search.js';
import { checkWorkflowId, findSearch } from './find-search.js';
import { createReading, type FinishedSearches } from './finished-searches.js';
import type { SearchLook } from './follow-search.js';
import { listSearches, type SearchFilter, type SearchRow } from './list-searches.js';
import { createSearch, type Search } from './search.js';

export interface StartOptions {
  readonly specification: SpecificationInput;
  /** By default, the id consists of the specification's name and digest. */
  readonly id?: string;
  /**
   * What happens if the search is finished already: its results are kept (default), or it runs again and
   * reuses its scores.
   */
  readonly whereFinished?: 'keep' | 'again';
  /**
   * The number of score workers on this machine until `close`; by default 1 with embedded servers, else 0.
   */
  readonly workers?: number;
}

/**
 * An id may be given by the beginning of exactly one search's id, or as `@last`, the newest search. Calls throw a
 * SpecError for wrong input, with the code `not-found` for an id that no search has, and a ServiceError if a server does
 * not answer.
 */
export interface Searches extends FinishedSearches {
  /** Starts a search, attaches to a running one of this specification, or finds that it has finished. */
  start(options: StartOptions): Promise<Search>;
  /** Attaches to a search that was started elsewhere. */
  attach(id: string): Promise<Search>;
  /** All searches, those that run first and then those that ended last; pages are requested as they are read. */
  list(filter?: SearchFilter): AsyncIterable<SearchRow>;
  /** Describes a search: its state, what it waits for, why it ended. */
  get(id: string): Promise<SearchDescription>;
  /** The specification with which the search was started, including all defaults. */
  specification(id: string): Promise<Specification>;
  /**
   * The picture, the costs and the neighbours of a candidate of the search's space, whether it was scored or
   * not. A network from a file is drawn by block; `expanded` are the numbers of the blocks, from 0, whose operators
   * are drawn too.
   */
  candidate(
    id: string,
    candidate: string,
    options?: { readonly expanded?: readonly number[] },
  ): Promise<CandidateDescription>;
  /** The same as `attach(id)` followed by `progress()`. */
  progress(id: string): AsyncIterable<SearchLook>;
  /** Starts no further shards; running shards finish. */
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Cancels the search. Scores are kept and reused by the next search. */
  cancel(id: string): Promise<void>;
}

export interface SearchesSetting {
  readonly session: Session;
  /** The score workers of this program. */
  readonly scoring: LocalScoring;
  readonly isRestarted: (name: AwayServer['name']) => boolean;
  readonly connection: TemporalConnection;
}

export function createSearches(setting: SearchesSetting): Searches {
  const { session, isRestarted, connection } = setting;
  const { client, store } = session;
  const attach = async (given: string): Promise<Search> => {
    const { id, handle, description } = await findSearch({ client, id: given });
    const how = description.status.name === 'RUNNING' ? 'attached' : 'finished';
    return createSearch({ session, started: { id, handle, how }, isRestarted, connection });
  };
  return {
    ...createControls(client),
    ...createReaders(session),
    ...createReading(session),
    start: (options) => startSearch(setting, options),
    attach,
    list: async function* (filter = {}) {
      checkOptions('list', filter);
      yield* listSearches({ client, ...filter });
    },
    get: async (id) => {
      const { temporal } = session.connections;
      const isLocal = temporal.source === 'embedded';
      const { memo: _, ...description } = await describeSearch({ client, store, isLocal }, id);
      const temporalPage = temporalPageOf(temporal, description.id);
      return temporalPage === undefined ? description : { ...description, temporalPage };
    },
    progress: async function* (id) {
      yield* (await attach(id)).progress();
    },
  };
}

async function readStarted(client: Session['client'], id: string): Promise<Specification> {
  const { description } = await findSearch({ client, id });
  return (description.memo as unknown as SearchMemo).specification;
}

function createReaders({ client, store, modules }: Session): Pick<Searches, 'specification' | 'candidate'> {
  return {
    specification: (id) => readStarted(client, id),
    candidate: async (id, candidate, options = {}) => {
      checkOptions('candidate', options);
      return describeCandidate({
        specification: await readStarted(client, id),
        candidate,
        modules,
        expanded: options.expanded,
        blob: (digest) => store.blobs.get(digest),
      });
    },
  };
}

function createControls(client: Session['client']): Pick<Searches, SearchAction> {
  const control = (action: SearchAction) => async (id: string) => {
    await controlSearch({ client, id, action });
  };
  return { pause: control('pause'), resume: control('resume'), cancel: control('cancel') };
}

async function startSearch(
  { session, scoring, isRestarted, connection }: SearchesSetting,
  options: StartOptions,
): Promise<Search> {
  checkOptions('start', options);
  const { specification, id, whereFinished = 'keep', workers = chooseWorkerCount(session) } = options;
  if (id !== undefined) checkWorkflowId(id);
  const { modules } = session;
  const read = await readSpecificationInput(specification, { modules });
  checkStart(read, session);
  const begun = await beginSearch(session, { read, id, whereFinished, workers });
  const started = begun.how === 'finished' ? undefined : await scoring.start({ read, count: workers });
  const again = async () => (await begun.again()).handle;
  return createSearch({ session, started: begun, again, workersStarted: started, isRestarted, connection });
}
