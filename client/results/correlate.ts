// Measures how well a finished ranking agrees with known accuracies, beside rankings by candidates' costs.
import { addressOfResult } from '../../activities/address-scores.js';
import { drawRankings } from '../../activities/draw-rankings.js';
import type { SearchMemo, SearchResult } from '../../core/contract/search.js';
import { SpecError } from '../../core/errors.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { type RankingAgreement, rankingAgreement } from '../../core/ranking/agreement.js';
import { compareRows } from '../../core/ranking/order.js';
import { type TopQuality, topStability } from '../../core/ranking/quality.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Truth } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import { stagesOf } from '../../core/specification/stages.js';
import type { Store } from '../../store/store.js';
import { readFittedNetworks } from './fitted-networks.js';
import { createAccuracyLookup, findKnownCosts } from './known-accuracies.js';
import { readResults } from './results.js';

/**
 * Rankings that need no proxy: by FLOPs, by parameters, by layers, and by FLOPs together with the presence of
 * an identity path.
 */
export const BASELINES = ['flops', 'parameters', 'depth', 'flopsAndResidual'] as const;
export type Baseline = (typeof BASELINES)[number];

const TOP = 50;

/** Agreement with one dataset. */
export interface Agreement extends Omit<RankingAgreement, 'top'> {
  readonly dataset: string;
  /**
   * The number of known candidates to whose accuracies the ranking was calibrated, so that it agrees with them too
   * well.
   */
  readonly fitted: number;
  readonly trueBest: number;
  /** `flops`: the number among the first k by FLOPs alone; null if the space does not know the costs. */
  readonly top: readonly (RankingAgreement['top'][number] & { readonly flops: TopQuality | null })[];
  /**
   * The same for rankings by costs: those of the candidate, or in a ranking of classes those of the representative of
   * its class. Null if the space does not know the costs.
   */
  readonly baselines: Readonly<Record<Baseline, RankingAgreement | null>>;
}

export interface Correlation {
  readonly id: string;
  readonly datasets: readonly Agreement[];
  /**
   * The share of the top 50 that two draws have in common; null for a search with one draw or of no more than 50
   * networks, and where scores are no longer stored.
   */
  readonly top50StabilityBetweenDraws: number | null;
}

interface CorrelateRequest {
  readonly store: Store;
  readonly search: { readonly id: string; readonly memo: SearchMemo; readonly result: SearchResult };
  readonly space: Space;
  readonly truth: Truth;
}

/** Throws a SpecError if accuracies are known for fewer than two of the ranked candidates. */
export async function correlateWith({
  store,
  search: { id, memo, result },
  space,
  truth,
}: CorrelateRequest): Promise<Correlation> {
  const { specification } = stagesOf(memo.specification).at(-1)!;
  const rows = await (await readResults({ store, result })).first();
  const address = addressOfResult({ specification, result });
  const rankings = await drawRankings({ store, specification, address, result });
  const { resolution } = specification.fidelity;
  const fitted = await readFittedNetworks({ blobs: store.blobs, specification });
  const datasets = computeAgreements({ rows, truth, space, resolution, fitted });
  const isTelling = rankings !== undefined && rankings.length > 1 && rankings[0]!.length > TOP;
  const stability = isTelling ? topStability({ rankings, k: TOP }) : null;
  return { id, datasets, top50StabilityBetweenDraws: stability };
}

/** The agreement with each dataset. `resolution` is used if the space can count FLOPs at any. */
export function computeAgreements(request: RankedCandidates): readonly Agreement[] {
  const known = knownRows(request);
  const { truth, rows, space, fitted } = request;
  const isFitted = ({ row }: KnownRow) => fitted?.has(space.canonicalKey(row.candidate));
  return truth.datasets.map((dataset, column) => {
    const has = known.filter(({ accuracies }) => !Number.isNaN(accuracies[column]!));
    if (has.length < 2)
      throw SpecError.of({
        path: 'truth',
        message: `knows ${dataset} of ${has.length} of ${rows.length} ranked candidates; must know it of 2 at least`,
      });
    const count = fitted?.size ? has.filter(isFitted).length : 0;
    return { dataset, fitted: count, ...agreementWith(has, column) };
  });
}

interface RankedCandidates {
  /** The rows, best first. */
  readonly rows: readonly RankingRow[];
  readonly truth: Truth;
  readonly space: Space;
  readonly resolution: number;
  /** The canonical texts of the networks to whose accuracies the ranking was calibrated; none by default. */
  readonly fitted?: ReadonlySet<string>;
}

/** A ranked candidate with its known accuracies and the values by which the baselines rank. */
interface KnownRow {
  readonly row: RankingRow;
  readonly accuracies: readonly number[];
  readonly baselines: Readonly<Partial<Record<Baseline | 'residual', number>>>;
}

function knownRows({ rows, truth, space, resolution }: RankedCandidates): readonly KnownRow[] {
  const accuraciesOf = createAccuracyLookup(truth, space);
  return rows.flatMap((row) => {
    const accuracies = accuraciesOf(row.candidate);
    if (accuracies === undefined) return [];
    const { candidate, proxies, class: unit = candidate } = row;
    // Candidates of a class are one function, which the ranking itself ranks by the costs of the representative.
    const costs = findKnownCosts({ space, candidate: unit, resolution });
    const flops = unit === candidate ? (proxies.complexity ?? costs.flops) : costs.flops;
    const baselines = { ...costs, flops };
    const entries = Object.entries(baselines).filter(([, value]) => value !== undefined);
    return [{ row, accuracies, baselines: Object.fromEntries(entries) }];
  });
}

/**
 * `known` are the rows whose accuracy is known: its cell is empty in a ranking that lacks it, and for a task on which
 * the candidate was not trained. `column` is the index of the accuracies.
 */
function agreementWith(known: readonly KnownRow[], column: number): Omit<Agreement, 'dataset' | 'fitted'> {
  const accuracyOf = ({ accuracies }: KnownRow) => accuracies[column]!;
  const agreementOf = (rows: readonly KnownRow[], scores: ArrayLike<number>) =>
    rankingAgreement(
      rows.map((each, i) => ({
        score: scores[i]!,
        accuracy: accuracyOf(each),
        unit: each.row.class ?? each.row.candidate,
        flops: each.baselines.flops,
      })),
    );
  // Candidates with equal costs are ordered as a ranking orders equal scores. The order of this ranking would help
  // its baselines.
  const byText = known.toSorted((a, b) => compareRows({ ...a.row, score: 0 }, { ...b.row, score: 0 }));
  const baselines = Object.fromEntries(
    BASELINES.map((name) => {
      const scores = baselineScores(byText, name);
      return [name, scores ? agreementOf(byText, scores) : null];
    }),
  ) as Record<Baseline, RankingAgreement | null>;
  const own = agreementOf(
    known,
    known.map(({ row }) => row.score),
  );
  return {
    ...own,
    trueBest: known.reduce((best, each) => Math.max(best, accuracyOf(each)), Number.NEGATIVE_INFINITY),
    top: own.top.map((each, i) => ({ ...each, flops: topOf(baselines.flops, i) })),
    baselines,
  };
}

function topOf(flops: RankingAgreement | null, i: number): TopQuality | null {
  if (!flops) return null;
  const { k, mean, best } = flops.top[i]!;
  return { k, mean, best };
}

/** Undefined if the space does not know the costs. */
function baselineScores(rows: readonly KnownRow[], name: Baseline): ArrayLike<number> | undefined {
  const column = (value: Baseline | 'residual') => {
    const values = rows.map(({ baselines }) => baselines[value]);
    return values.some((each) => each === undefined) ? undefined : (values as number[]);
  };
  if (name !== 'flopsAndResidual') return column(name);
  const [flops, residual] = [column('flops'), column('residual')];
  if (!flops || !residual) return undefined;
  const columns = [
    { proxy: 'flops', weight: 1, draws: [flops] },
    { proxy: 'residual', weight: 1, draws: [residual] },
  ];
  return aggregate({ columns, kind: 'log-rank' });
}
