// Provides the results of finished searches: rankings, Pareto-optimal candidates, correlations, differences
// and exports.
import type { Comparison } from '../../core/comparison/comparison.js';
import type { SearchMemo } from '../../core/contract/search.js';
import type { ParetoCost, ParetoRow } from '../../core/report/pareto.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import type { Truth } from '../../core/report/truth.js';
import { renderReport } from '../../core/report-page/render-report.js';
import type { Generation } from '../../core/report-page/report-data.js';
import type { Space } from '../../core/spaces/space.js';
import {
  type CalibratedSearch,
  type CalibrateOptions,
  calibrateSearch,
} from '../calibration/calibrate-search.js';
import {
  type SuggestedNetwork,
  type SuggestOptions,
  suggestNetworks,
} from '../calibration/suggest-networks.js';
import { checkOptions } from '../check-options.js';
import { compareSearches } from '../comparison/compare-searches.js';
import type { Session } from '../connections/session.js';
import type { FileInput } from '../files/open-file.js';
import { readReport } from '../report/read-report.js';
import { type Correlation, correlateWith } from '../results/correlate.js';
import { diffSearches } from '../results/diff-searches.js';
import { type ExportedFile, type ExportFormat, exportCandidates } from '../results/export-candidates.js';
import { listMeasuredScopes } from '../results/latencies.js';
import { findOtherRanks, type OtherRanks } from '../results/other-ranks.js';
import { countFlops, findParetoFront } from '../results/pareto.js';
import { writeParquet } from '../results/ranking-parquet.js';
import { readDraws } from '../results/read-draws.js';
import { readGenerations } from '../results/read-generations.js';
import { type Results, readResults } from '../results/results.js';
import { readRounds, type ScreeningRound } from '../results/screening-rounds.js';
import { openSpaceWith } from '../specification/open-space.js';
import { readTruth } from '../specification/read-truth.js';
import { findFinishedSearch } from './find-search.js';

/**
 * A search is given by its id, by a prefix of exactly one search's id, or by `@last`, the newest search. A SpecError says of
 * a search that has no results why there are none.
 */
export interface FinishedSearches {
  /**
   * The results of a finished search. With `truth`, the summary reports the agreement with known accuracies.
   */
  results(id: string, options?: { readonly truth?: TruthInput }): Promise<Results>;
  /**
   * The Pareto-optimal candidates of a finished search, cheapest first: no other candidate is at least as
   * good and as cheap. Of equal ones the first is listed.
   */
  pareto(
    id: string,
    options: { readonly cost: ParetoCost; readonly top?: number },
  ): Promise<readonly ParetoRow[]>;
  /** Writes all rows of a finished search as a Parquet file, with the columns of ranking.csv. */
  writeParquet(id: string, options: { readonly path: string }): Promise<void>;
  /** The agreement of a finished ranking with known accuracies, over all candidates and at the top. */
  correlate(id: string, truth: TruthInput): Promise<Correlation>;
  /**
   * The agreement of each proxy with known accuracies, the stability of the rankings, and advice, for
   * finished searches of one space.
   */
  compare(
    ids: readonly string[],
    options?: {
      readonly truth?: TruthInput;
      /**
       * The number of candidates of each search whose proxies are timed on this machine, in this process; 0 by
       * default, which leaves `costs` null.
       */
      readonly timed?: number;
      /** The number of best candidates of each search that are described individually; 20 by default. */
      readonly winners?: number;
    },
  ): Promise<Comparison>;
  /**
   * Fits the ranking of a finished search to a few known accuracies. `text` is the content of a calibration file,
   * which a specification may name.
   */
  calibrate(
    id: string,
    options: Partial<CalibrateOptions> & { readonly truth: TruthInput },
  ): Promise<CalibratedSearch>;
  /**
   * Networks of a finished search to train: those that may be the best, and a spread for a calibration.
   * Candidates with a `known` accuracy are left out. 20 networks by default.
   */
  suggest(
    id: string,
    options?: Partial<SuggestOptions> & { readonly known?: TruthInput },
  ): Promise<readonly SuggestedNetwork[]>;
  /**
   * A finished search as one HTML file to hand on: summary, winners drawn, pictures, stability, and with
   * `compare` its agreement with other searches of the same space. The file has no scripts and requests
   * nothing.
   */
  report(
    id: string,
    options?: { readonly truth?: TruthInput; readonly compare?: readonly string[] },
  ): Promise<string>;
  /**
   * The generations of a finished evolution: the best score so far and the mean of each in the final
   * ranking, how much its candidates differ, and how many drawn candidates were not taken. Empty for another
   * strategy.
   */
  generations(id: string): Promise<readonly Generation[]>;
  /**
   * The rounds of a finished screening: their candidates, and their agreement with the last one. Empty for
   * another strategy.
   */
  rounds(id: string): Promise<readonly ScreeningRound[]>;
  /** How a candidate of a finished search stood in other finished searches of the same space. */
  otherRanks(id: string, candidate: string): Promise<OtherRanks>;
  /**
   * The changes from one finished search to another; lists contain their first `top` entries, 10 by default.
   */
  diff(earlier: string, later: string, options?: { readonly top?: number }): Promise<RankingDiff>;
  /**
   * Yields the best candidates of a finished search one at a time, as files with which training can start.
   */
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
  /** The name of the file in messages; its path by default. */
  readonly name?: string;
}

export function createReading(session: Session): FinishedSearches {
  const { client, store, modules } = session;
  const resultsOf = async (given: string) => {
    const search = await findFinishedSearch({ client, id: given });
    const measured = await listMeasuredScopes({ client, id: search.id });
    return { ...search, results: await readResults({ store, result: search.result, measured }) };
  };
  return {
    results: async (id, options = {}) => {
      checkOptions('results', options);
      const { id: own, memo, result } = await findFinishedSearch({ client, id });
      const measured = await listMeasuredScopes({ client, id: own });
      const known = options.truth && (await readTruthFor(session, options.truth, memo));
      return readResults({ store, result, measured, ...(known ? { truth: known.truth } : {}) });
    },
    pareto: async (id, options) => {
      checkOptions('pareto', options);
      const { results, memo } = await resultsOf(id);
      const { flopsOf } = countFlops({ specification: memo.specification, modules });
      return (await findParetoFront({ results, flopsOf, cost: options.cost, top: options.top })).rows;
    },
    writeParquet: async (id, options) => {
      checkOptions('writeParquet', options);
      const { results } = await resultsOf(id);
      await writeParquet({ path: options.path, rows: results.rows });
    },
    correlate: async (id, given) => {
      checkOptions('truth', given);
      const search = await findFinishedSearch({ client, id });
      return correlateWith({ store, search, ...(await readTruthFor(session, given, search.memo)) });
    },
    compare: createCompare(session),
    ...createCalibration(session),
    report: createReport(session),
    generations: async (id) => {
      const { id: own, memo, ...found } = await resultsOf(id);
      const draws = () => readDraws({ client, id: own });
      return readGenerations({ store, specification: memo.specification, ...found, readDraws: draws });
    },
    rounds: async (id) => readRounds({ store, ...(await resultsOf(id)) }),
    otherRanks: (id, candidate) => findOtherRanks(session, { id, candidate }),
    diff: async (earlier, later, options = {}) => {
      checkOptions('diff', options);
      const { top = 10 } = options;
      return (await diffSearches({ client, store }, { earlier, later, top })).changes;
    },
    export: async function* (id, options) {
      checkOptions('export', options);
      const { format, top = 1 } = options;
      const { results, memo } = await resultsOf(id);
      const blob = (digest: string) => store.blobs.get(digest);
      yield* exportCandidates({ results, specification: memo.specification, modules, format, top, blob });
    },
  };
}

function createCompare({ client, store, modules }: Session): FinishedSearches['compare'] {
  return async (ids, options = {}) => {
    checkOptions('comparison', options);
    checkOptions('compare', { ...options, ids });
    const { truth, timed, winners } = options;
    const readKnown = truth && ((space: Space) => readTruthOf(truth, space));
    return compareSearches({ client, store, modules, ids, timed, winners, readTruth: readKnown });
  };
}

function createReport(session: Session): FinishedSearches['report'] {
  return async (id, options = {}) => {
    checkOptions('report', options);
    const { truth, compare = [] } = options;
    const readKnown = truth && ((space: Space) => readTruthOf(truth, space));
    return renderReport(await readReport(session, { id, compare, readTruth: readKnown }));
  };
}

function createCalibration(session: Session): Pick<FinishedSearches, 'calibrate' | 'suggest'> {
  const { client, store, modules } = session;
  return {
    calibrate: async (id, options) => {
      checkOptions('calibrate', options);
      const { truth: given, seed = 1, ...rest } = options;
      const search = await findFinishedSearch({ client, id });
      const { space, truth } = await readTruthFor(session, given, search.memo);
      return calibrateSearch({ store, search, space, truth, options: { ...rest, seed } });
    },
    suggest: async (id, options = {}) => {
      checkOptions('suggest', options);
      const { known, budget = 20, seed = 1 } = options;
      const search = await findFinishedSearch({ client, id });
      const space = openSpaceWith({ space: search.memo.specification.space, modules });
      const truth = known && (await readTruthOf(known, space, 'known'));
      return suggestNetworks({ store, search, space, truth, options: { budget, seed } });
    },
  };
}

function readTruthOf(
  { file: path, name }: TruthInput,
  space: Space,
  field: 'truth' | 'known' = 'truth',
): Promise<Truth> {
  return readTruth({ path, space, field, ...(name === undefined ? {} : { name }) });
}

/** Reads the known accuracies of a search's candidates, and the search's space. */
async function readTruthFor(
  { modules }: Session,
  truth: TruthInput,
  { specification }: SearchMemo,
): Promise<{ readonly space: Space; readonly truth: Truth }> {
  const space = openSpaceWith({ space: specification.space, modules });
  return { space, truth: await readTruthOf(truth, space) };
}
