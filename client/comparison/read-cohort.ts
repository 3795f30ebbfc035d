// Reads the measured values of finished searches, and the known accuracies of their candidates, as cohorts
// that can be compared.
import { addressOfResult } from '../../activities/address-scores.js';
import { unitOf } from '../../activities/cohort.js';
import { readCalibratedScore } from '../../activities/rank/calibrated.js';
import { sampleWarningsOf } from '../../activities/sample-warnings.js';
import { readScoredUnits } from '../../activities/scored-units.js';
import type { Cohort } from '../../core/comparison/cohort.js';
import type { ComparedSearch } from '../../core/comparison/comparison.js';
import { costsOf } from '../../core/comparison/cost.js';
import type { KnownCandidate } from '../../core/comparison/quality.js';
import type { SearchMemo, SearchResult } from '../../core/contract/search.js';
import { SpecError } from '../../core/errors.js';
import type { Truth } from '../../core/report/truth.js';
import { sampleEvenly } from '../../core/sample-evenly.js';
import type { Space } from '../../core/spaces/space.js';
import type { Specification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';
import type { Store } from '../../store/store.js';
import { readFittedNetworks } from '../results/fitted-networks.js';
import { createAccuracyLookup, findKnownCosts } from '../results/known-accuracies.js';
import { readResults } from '../results/results.js';
import { knownRanking } from './known-ranking.js';
import { timeProxies } from './time-proxies.js';

export interface FinishedSearch {
  readonly id: string;
  readonly memo: SearchMemo;
  readonly result: SearchResult;
}

export interface CohortRequest {
  readonly store: Store;
  readonly search: FinishedSearch;
  readonly space: Space;
  readonly truth?: Truth | undefined;
  /** The number of candidates whose proxies are timed; none by default. */
  readonly timed?: number;
  /** The number of ranked candidates that every data set must know at least; 2 by default, which agree or do not. */
  readonly fewest?: number;
}

/**
 * Throws a SpecError for an empty ranking, for one whose scores are no longer all stored, or if accuracies are known for
 * fewer than `fewest` of the candidates.
 */
export async function readCohort({
  store,
  search,
  space,
  truth,
  timed = 0,
  fewest = 2,
}: CohortRequest): Promise<ComparedSearch> {
  const { id, memo, result } = search;
  const { specification } = stagesOf(memo.specification).at(-1)!;
  const address = addressOfResult({ specification, result });
  const { scores, lost } = await readScoredUnits({ store, specification, address, result });
  const results = await readResults({ store, result });
  const { millisecondsPerCandidate } = results.summary;
  const units = [...scores.keys()];
  if (lost > 0) throw lostScoresError({ id, lost, ranked: lost + units.length, specification });
  if (units.length === 0)
    throw SpecError.of({ path: 'id', message: `${id} has ranked no candidate; all of them were set aside` });
  const columnOf = (proxy: string, draw: number) =>
    Float64Array.from(scores.values(), (draws) => draws[draw]![proxy]!);
  const draws = Array.from({ length: specification.fidelity.draws }, (_, draw) => draw);
  const values = new Map(
    specification.proxies.map((proxy) => [proxy, draws.map((draw) => columnOf(proxy, draw))]),
  );
  const costs = costColumns({ space, units, specification });
  const scoreUnit = await readCalibratedScore({ blobs: store.blobs, specification });
  const writtenAs = await readBestCandidates({ results, specification });
  const cohort: Cohort = {
    id,
    units,
    unitsAre: specification.cohort === 'classes' ? 'classes' : 'candidates',
    classOf: (unit) => space.canonicalKey(unit),
    writtenAs,
    values,
    aggregation: specification.aggregation,
    scoreUnit,
    costs,
  };
  const candidates = timed > 0 ? sampleEvenly(units, timed + 1) : [];
  const times = await timeProxies({ store, specification, candidates });
  const networks = await readFittedNetworks({ blobs: store.blobs, specification });
  const written: string[] = [];
  if (truth)
    for await (const block of results.rows()) written.push(...block.map(({ candidate }) => candidate));
  return {
    cohort,
    space: specification.space,
    knownAs: knownRanking(specification),
    known: truth ? knownOf({ units, written, specification, space, truth, fewest }) : new Map(),
    fitted: new Set(
      networks.size > 0
        ? units.flatMap((unit, at) => (networks.has(space.canonicalKey(unit)) ? [at] : []))
        : [],
    ),
    millisecondsPerCandidate: millisecondsPerCandidate || null,
    sampleWarnings: await sampleWarningsOf({ store, specification }),
    costs: costsOf(specification.proxies, times),
  };
}

interface LostScores {
  readonly id: string;
  readonly lost: number;
  readonly ranked: number;
  readonly specification: Specification;
}

function lostScoresError({ id, lost, ranked, specification }: LostScores): SpecError {
  const units = specification.cohort === 'classes' ? 'classes' : 'candidates';
  return SpecError.of({
    path: 'id',
    message: `${id}: scores of ${lost} of ${ranked} ranked ${units} are no longer stored`,
    advice: {
      code: 'score-again',
      text: 'its specification, searched again, computes them again',
      about: id,
    },
  });
}

/** The number of best units whose candidates are read, more than any comparison shows. */
const NAMED = 200;

/** The best ranked candidate of each of the best units. */
async function readBestCandidates({
  results,
  specification,
}: {
  readonly results: Awaited<ReturnType<typeof readResults>>;
  readonly specification: Specification;
}): Promise<ReadonlyMap<string, string>> {
  const toUnit = unitOf(specification);
  const best = new Map<string, string>();
  for await (const block of results.rows())
    for (const { candidate } of block) {
      const unit = toUnit(candidate);
      if (!best.has(unit)) best.set(unit, candidate);
      if (best.size === NAMED) return best;
    }
  return best;
}

/** A cost that the space does not know for every unit is left out. */
function costColumns({
  space,
  units,
  specification,
}: {
  readonly space: Space;
  readonly units: readonly string[];
  readonly specification: Specification;
}): ReadonlyMap<string, Float64Array> {
  const { resolution } = specification.fidelity;
  const all = units.map((candidate) => findKnownCosts({ space, candidate, resolution }));
  const names = (['flops', 'parameters', 'depth'] as const).filter((name) =>
    all.every((costs) => costs[name] !== undefined),
  );
  return new Map(names.map((name) => [name, Float64Array.from(all, (costs) => costs[name]!)]));
}

interface KnownOfArguments {
  readonly units: readonly string[];
  /** The candidates of the ranking. */
  readonly written: readonly string[];
  readonly specification: Specification;
  readonly space: Space;
  readonly truth: Truth;
  readonly fewest: number;
}

/** The candidates with known accuracies, by data set, in the order in which rankings list equal scores. */
function knownOf({
  units,
  written,
  specification,
  space,
  truth,
  fewest,
}: KnownOfArguments): ComparedSearch['known'] {
  const places = new Map(units.map((unit, at) => [unit, at]));
  const toUnit = unitOf(specification);
  const accuraciesOf = createAccuracyLookup(truth, space);
  const found = written
    .flatMap((candidate) => {
      const accuracies = accuraciesOf(candidate);
      const text = toUnit(candidate);
      const unit = places.get(text);
      return accuracies && unit !== undefined ? [{ unit, accuracies, text: `${text}\n${candidate}` }] : [];
    })
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  return new Map(
    truth.datasets.map((dataset, column) => {
      const candidates = found.flatMap(({ unit, accuracies }): KnownCandidate[] => {
        const accuracy = accuracies[column]!;
        return Number.isNaN(accuracy) ? [] : [{ unit, accuracy }];
      });
      if (candidates.length >= fewest) return [dataset, candidates];
      const message = `knows ${dataset} of ${candidates.length} of ${written.length} ranked candidates; must know it of ${fewest} at least`;
      throw SpecError.of({ path: 'truth', message });
    }),
  );
}
