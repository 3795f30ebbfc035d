// Reads everything that the report of a finished search is made of.
import { stringify } from 'yaml';
import type { Comparison } from '../../core/comparison/comparison.js';
import { SpecError } from '../../core/errors.js';
import { readFailuresCsv } from '../../core/report/failures-csv.js';
import type { Truth } from '../../core/report/truth.js';
import type { OtherSearch, ReportData, ReportFacts } from '../../core/report-page/report-data.js';
import type { Space } from '../../core/spaces/space.js';
import { describeRanking } from '../../core/specification/describe-ranking.js';
import type { Specification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';
import { readRanking } from '../../store/ranking.js';
import { compareSearches } from '../comparison/compare-searches.js';
import type { FinishedSearch } from '../comparison/read-cohort.js';
import type { Session } from '../connections/session.js';
import { diffSearches } from '../results/diff-searches.js';
import { createAccuracyLookup } from '../results/known-accuracies.js';
import { listMeasuredScopes } from '../results/latencies.js';
import { countFlops } from '../results/pareto.js';
import { readDraws } from '../results/read-draws.js';
import { readGenerations } from '../results/read-generations.js';
import { readResults } from '../results/results.js';
import { findFinishedSearch, findSearch } from '../searches/find-search.js';
import { openSpaceWith } from '../specification/open-space.js';
import { countWorkers } from './count-workers.js';
import { drawWinners } from './draw-winners.js';
import { knownFlops, readColumns } from './read-columns.js';

/** The number of best candidates whose rank intervals are drawn, and of changes that are listed. */
const INTERVALS = 50;
const CHANGES = 20;
/** The values of more candidates are not held in memory for a comparison of proxies and draws. */
const MOST_COMPARED = 200_000;
/** Longer specifications, such as those that hold the code of a space, are cut. */
const MOST_LINES = 200;

export interface ReportRequest {
  readonly id: string;
  /** Reads the known accuracies as soon as the space is known. */
  readonly readTruth?: ((space: Space) => Promise<Truth>) | undefined;
  /** Ids of other finished searches of the same space. */
  readonly compare: readonly string[];
}

/** Throws a SpecError for an unknown or unfinished search, and for searches of several spaces. */
export async function readReport(
  session: Session,
  { id: given, readTruth, compare }: ReportRequest,
): Promise<ReportData> {
  const { client, store, modules } = session;
  const search = await findFinishedSearch({ client, id: given });
  const { id, memo, result } = search;
  const space = openSpaceWith({ space: memo.specification.space, modules });
  const truth = await readTruth?.(space);
  for (const other of compare) await findFinishedSearch({ client, id: other, argument: 'compare' });
  const { specification } = stagesOf(memo.specification).at(-1)!;
  const results = await readResults({ store, result, measured: await listMeasuredScopes({ client, id }) });
  const { flopsOf, image, resolution } = countFlops({ specification: memo.specification, modules });
  const read = await readColumns({ results, flopsOf: knownFlops(flopsOf) });
  const { columns, candidates, top, members } = read;
  const comparison = await compareAlone(session, { id, truth, ranked: candidates.length });
  const blob = (digest: string) => store.blobs.get(digest);
  return {
    facts: { ...(await factsOf(session, { search, space, specification })), image },
    summary: results.summary,
    top,
    columns,
    winners: await drawWinners({ top, members, space, resolution, blob }),
    failures: readFailuresCsv(results.failures),
    comparison: 'missing' in comparison ? comparison : comparison.searches[0]!,
    known: truth ? knownColumns({ truth, space, candidates }) : [],
    generations: await readGenerations({
      store,
      specification,
      result,
      results,
      readDraws: () => readDraws({ client, id }),
    }),
    others: 'missing' in comparison ? [] : await readOthers(session, { id, candidates, compare }),
  };
}

async function factsOf(
  { client, store }: Session,
  {
    search: { id, memo, result },
    space,
    specification,
  }: { readonly search: FinishedSearch; readonly space: Space; readonly specification: Specification },
): Promise<ReportFacts> {
  const { description } = await findSearch({ client, id });
  const { fidelity, seed, execution } = specification;
  return {
    id,
    name: memo.name,
    space: memo.space,
    spaceSize: space.size === 'unbounded' ? undefined : space.size,
    strategy: describeStrategy(memo.specification),
    fidelity,
    ranking: describeRanking(specification),
    seed,
    device: execution.device,
    engine: result.engine,
    started: description.startTime.toISOString(),
    ended: description.closeTime?.toISOString(),
    workers: await countWorkers({ store, specification, result }),
    specification: specificationText(memo.specification),
  };
}

/** YAML without notifications, whose addresses may be secret, and without endless lists. */
function specificationText({ notify: _, ...specification }: Specification): string {
  const lines = stringify(specification).trimEnd().split('\n');
  if (lines.length <= MOST_LINES) return lines.join('\n');
  return [...lines.slice(0, MOST_LINES), `... and ${lines.length - MOST_LINES} more lines`].join('\n');
}

/** `evolution: population 64, budget 500`; settings that are not a number or a word are left out. */
function describeStrategy({ strategy: { kind, ...settings } }: Specification): string {
  const words = Object.entries(settings).flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'string' ? [`${name} ${value}`] : [],
  );
  return words.length > 0 ? `${kind}: ${words.join(', ')}` : kind;
}

/** What the search says about its own proxies and draws, or the reason why it says nothing. */
async function compareAlone(
  { client, store, modules }: Session,
  { id, truth, ranked }: { readonly id: string; readonly truth: Truth | undefined; readonly ranked: number },
): Promise<Comparison | { readonly missing: string }> {
  if (ranked === 0) return { missing: 'Nothing was ranked, so that there is nothing to decide on.' };
  if (ranked > MOST_COMPARED)
    return {
      missing: `The ranking has more than ${MOST_COMPARED} candidates, so that this report compares neither proxies nor draws; a comparison of the search by itself does.`,
    };
  const readTruth = truth && (async () => truth);
  try {
    return await compareSearches({ client, store, modules, ids: [id], readTruth, winners: INTERVALS });
  } catch (error) {
    const [issue] = error instanceof SpecError ? error.issues : [];
    if (issue?.advice?.code !== 'score-again') throw error;
    return {
      missing: `${issue.message}, so that neither proxies nor draws nor other searches are compared; ${issue.advice.text}.`,
    };
  }
}

function knownColumns({
  truth,
  space,
  candidates,
}: {
  readonly truth: Truth;
  readonly space: Space;
  readonly candidates: readonly string[];
}): ReportData['known'] {
  const accuraciesOf = createAccuracyLookup(truth, space);
  const found = candidates.map(accuraciesOf);
  return truth.datasets.map((dataset, column) => ({
    dataset,
    accuracies: Float64Array.from(found, (accuracies) => accuracies?.[column] ?? Number.NaN),
  }));
}

/** Accuracies need not be known for the candidates of the other searches. */
async function readOthers(
  { client, store, modules }: Session,
  {
    id,
    candidates,
    compare,
  }: { readonly id: string; readonly candidates: readonly string[]; readonly compare: readonly string[] },
): Promise<readonly OtherSearch[]> {
  if (compare.length === 0) return [];
  const { searches, between } = await compareSearches({ client, store, modules, ids: [id, ...compare] });
  const others: OtherSearch[] = [];
  for (const { id: other } of searches.slice(1)) {
    const { changes } = await diffSearches({ client, store }, { earlier: other, later: id, top: CHANGES });
    const { result } = await findFinishedSearch({ client, id: other });
    const there = new Map<string, number>();
    for await (const rows of readRanking(store.blobs, result.ranking))
      for (const { candidate, rank } of rows) there.set(candidate, rank);
    const both = [...candidates.keys()].filter((i) => there.has(candidates[i]!));
    others.push({
      id: other,
      between: between.find((pair) => pair.searches[0] === id && pair.searches[1] === other)!,
      changes,
      ranks: {
        here: Float64Array.from(both, (i) => i + 1),
        there: Float64Array.from(both, (i) => there.get(candidates[i]!)!),
      },
    });
  }
  return others;
}
