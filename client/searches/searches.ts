// Offers searches to programs: starting, following, controlling and listing them, and reading their results.

import type { Comparison } from '../../core/comparison/comparison.js';
import type { SearchMemo } from '../../core/contract/search.js';
import type { ParetoCost, ParetoRow } from '../../core/report/pareto.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import type { Truth } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import type { Specification } from '../../core/specification/specification.js';
import { checkOptions } from '../check-options.js';
import { compareSearches } from '../comparison/compare-searches.js';
import type { Session } from '../connections/session.js';
import type { FileInput } from '../files/open-file.js';
import { type Correlation, correlateWith } from '../results/correlate.js';
import { type CandidateDescription, describeCandidate } from '../results/describe-candidate.js';
import { diffSearches } from '../results/diff-searches.js';
import { type ExportedFile, type ExportFormat, exportCandidates } from '../results/export-candidates.js';
import { measuredScopes } from '../results/latencies.js';
import { countFlops, findParetoFront } from '../results/pareto.js';
import { type Results, readResults } from '../results/results.js';
import { openSpaceWith } from '../specification/allow-modules.js';
import { checkStart } from '../specification/check-start.js';
import {
  readSpecificationInput,
  readTruth,
  type SpecificationInput,
} from '../specification/read-specification.js';
import type { AwayServer } from '../status/waiting.js';
import type { LocalScoring } from '../workers/local-scoring.js';
import { beginSearch, usualWorkers } from './begin-search.js';
import { controlSearch, type SearchAction } from './control-search.js';
import { describeSearch, type SearchDescription } from './describe-search.js';
import { checkedWorkflowId, findSearch, finishedSearch } from './find-search.js';
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

/** An id may be given by the beginning of exactly one search's id, or as `@last`, the newest search. */
export interface Searches {
  /** Starts a search, attaches to a running one of this specification, or finds that it has finished. */
  start(options: StartOptions): Promise<Search>;
  /** Attaches to a search that was started elsewhere. */
  attach(id: string): Promise<Search>;
  /** All searches, newest first; pages are requested as they are read. */
  list(filter?: SearchFilter): AsyncIterable<SearchRow>;
  /** Describes a search: its state, what it waits for, why it ended. */
  get(id: string): Promise<SearchDescription>;
  /** The specification with which the search was started, including all defaults. */
  specification(id: string): Promise<Specification>;
  /** What a candidate of the search's space looks like and costs, and which candidates are next to it, whether it was scored or not. */
  candidate(id: string, candidate: string): Promise<CandidateDescription>;
  /** The same as `attach(id)` followed by `progress()`. */
  progress(id: string): AsyncIterable<SearchLook>;
  /** Starts no further shards; running shards finish. */
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Cancels the search. Scores are kept and reused by the next search. */
  cancel(id: string): Promise<void>;
  /**
   * The results of a finished search. With `truth`, the summary reports the agreement with known accuracies.
   */
  results(id: string, options?: { readonly truth?: TruthInput }): Promise<Results>;
  /**
   * The Pareto-optimal candidates of a finished search (no other is at least as good and cheaper), cheapest
   * first.
   */
  pareto(
    id: string,
    options: { readonly cost: ParetoCost; readonly top?: number },
  ): Promise<readonly ParetoRow[]>;
  /** The agreement of a finished ranking with known accuracies, over all candidates and at the top. */
  correlate(id: string, truth: TruthInput): Promise<Correlation>;
  /** What the proxies of finished searches of one space are worth, how stable their rankings are, and what to do next. */
  compare(ids: readonly string[], options?: { readonly truth?: TruthInput }): Promise<Comparison>;
  /** The changes from one finished search to another; lists show their first `top` entries, 10 by default. */
  diff(earlier: string, later: string, options?: { readonly top?: number }): Promise<RankingDiff>;
  /** The best candidates of a finished search as files with which training can start, one at a time. */
  export(
    id: string,
    options: { readonly format: ExportFormat; readonly top?: number },
  ): AsyncIterable<ExportedFile>;
}

/**
 * Known accuracies (arch,<dataset>,...), or another ranking: a CSV file, or a parquet file if its name ends
 * in .parquet.
 */
export interface TruthInput {
  readonly file: FileInput;
  /** The name of the file in messages; by default its path. */
  readonly name?: string;
}

export interface SearchesSetting {
  readonly session: Session;
  /** The score workers of this program. */
  readonly scoring: LocalScoring;
  readonly isRestarted: (name: AwayServer['name']) => boolean;
}

export function createSearches({ session, scoring, isRestarted }: SearchesSetting): Searches {
  const { client, store, modules } = session;
  const attach = async (given: string): Promise<Search> => {
    const { id, handle, description } = await findSearch({ client, id: given });
    const how = description.status.name === 'RUNNING' ? 'attached' : 'finished';
    return createSearch({ session, started: { id, handle, how }, isRestarted });
  };
  const resultsOf = async (given: string) => {
    const search = await finishedSearch({ client, id: given });
    const measured = await measuredScopes({ client, id: search.id });
    return { ...search, results: await readResults({ store, result: search.result, measured }) };
  };
  return {
    ...createControls(client),
    ...createReaders(session),
    start: (options) => startSearch({ session, scoring, isRestarted }, options),
    attach,
    list: async function* (filter = {}) {
      checkOptions('list', filter);
      yield* listSearches({ client, ...filter });
    },
    get: async (id) => {
      const isLocal = session.connections.temporal.source === 'embedded';
      const { memo: _, ...description } = await describeSearch({ client, store, isLocal }, id);
      return description;
    },
    progress: async function* (id) {
      yield* (await attach(id)).progress();
    },
    results: async (id, { truth: given } = {}) => {
      const found = await resultsOf(id);
      if (!given) return found.results;
      const { truth } = await readTruthFor(session, given, found.memo);
      const measured = await measuredScopes({ client, id: found.id });
      return readResults({ store, result: found.result, measured, truth });
    },
    pareto: async (id, { cost, top }) => {
      checkOptions('pareto', { cost, top });
      const { results, memo } = await resultsOf(id);
      const { flopsOf } = countFlops({ specification: memo.specification, modules });
      return (await findParetoFront({ results, flopsOf, cost, top })).rows;
    },
    correlate: async (id, given) => {
      const search = await finishedSearch({ client, id });
      return correlateWith({ store, search, ...(await readTruthFor(session, given, search.memo)) });
    },
    compare: createCompare(session),
    diff: async (earlier, later, { top = 10 } = {}) => {
      checkOptions('diff', { top });
      return (await diffSearches({ client, store }, { earlier, later, top })).changes;
    },
    export: async function* (id, { format, top = 1 }) {
      checkOptions('export', { format, top });
      const { results, memo } = await resultsOf(id);
      const blob = (digest: string) => store.blobs.get(digest);
      yield* exportCandidates({ results, specification: memo.specification, modules, format, top, blob });
    },
  };
}

function createCompare({ client, store, modules }: Session): Searches['compare'] {
  return (ids, { truth } = {}) => {
    const readKnown = truth && ((space: Space) => readTruthOf(truth, space));
    return compareSearches({ client, store, modules, ids, readTruth: readKnown });
  };
}

function readTruthOf({ file: path, name }: TruthInput, space: Space): Promise<Truth> {
  return readTruth({ path, space, ...(name === undefined ? {} : { name }) });
}

/** The known accuracies of a search's candidates, with its space. */
async function readTruthFor(
  { modules }: Session,
  truth: TruthInput,
  { specification }: SearchMemo,
): Promise<{ readonly space: Space; readonly truth: Truth }> {
  const space = openSpaceWith({ space: specification.space, modules });
  return { space, truth: await readTruthOf(truth, space) };
}

async function readStarted(client: Session['client'], id: string): Promise<Specification> {
  const { description } = await findSearch({ client, id });
  return (description.memo as unknown as SearchMemo).specification;
}

function createReaders({ client, store, modules }: Session): Pick<Searches, 'specification' | 'candidate'> {
  return {
    specification: (id) => readStarted(client, id),
    candidate: async (id, candidate) =>
      describeCandidate({
        specification: await readStarted(client, id),
        candidate,
        modules,
        blob: (digest) => store.blobs.get(digest),
      }),
  };
}

function createControls(client: Session['client']): Pick<Searches, SearchAction> {
  const control = (action: SearchAction) => async (id: string) => {
    await controlSearch({ client, id, action });
  };
  return { pause: control('pause'), resume: control('resume'), cancel: control('cancel') };
}

async function startSearch(
  { session, scoring, isRestarted }: SearchesSetting,
  options: StartOptions,
): Promise<Search> {
  checkOptions('start', options);
  const { specification, id, whereFinished = 'keep', workers = usualWorkers(session) } = options;
  if (id !== undefined) checkedWorkflowId(id);
  const { modules } = session;
  const read = await readSpecificationInput(specification, { modules });
  checkStart(read, session);
  const begun = await beginSearch(session, { read, id, whereFinished, workers });
  const started = begun.how === 'finished' ? undefined : await scoring.start({ read, count: workers });
  const again = async () => (await begun.again()).handle;
  return createSearch({ session, started: begun, again, workersStarted: started, isRestarted });
}
