// Makes the data of reports over small synthetic rankings, as client/report reads them from a search.
import type { Cohort } from '../../../core/comparison/cohort.js';
import { rankCohort, scoresOf } from '../../../core/comparison/cohort.js';
import { compareCohorts } from '../../../core/comparison/comparison.js';
import type { KnownCandidate } from '../../../core/comparison/quality.js';
import type { ReportColumns, ReportData, ReportRow } from '../../../core/report-page/report-data.js';

export interface Made {
  readonly count: number;
  readonly draws?: number;
  /** The proxies by name: a value for the candidate i under a draw. */
  readonly proxies?: Readonly<Record<string, (i: number, draw: number) => number>>;
  readonly nameOf?: (i: number) => string;
  readonly flopsOf?: ((i: number) => number) | 'unknown';
  readonly accuracyOf?: (i: number) => number;
}

/** A number in [0, 1) that looks random, the same for the same arguments. */
export function noise(i: number, salt = 0): number {
  const value = Math.sin(i * 12.9898 + salt * 78.233) * 43_758.5453;
  return value - Math.floor(value);
}

const PROXIES: NonNullable<Made['proxies']> = {
  expressivity: (i, draw) => 50 - i / 10 + noise(i, draw),
  trainability: (i, draw) => -0.1 - noise(i, 7 + draw),
};

export function makeReport({
  count,
  draws = 2,
  proxies = PROXIES,
  nameOf = (i) => `candidate-${i}`,
  flopsOf = (i) => 1e8 - i * 1e5 + 4e7 * noise(i, 3),
  accuracyOf,
}: Made): ReportData {
  const names = Object.keys(proxies);
  const values = new Map(
    names.map((name) => [
      name,
      Array.from({ length: draws }, (_, draw) =>
        Float64Array.from({ length: count }, (_, i) => proxies[name]!(i, draw)),
      ),
    ]),
  );
  const cohort: Cohort = {
    id: 'small-1a2b',
    units: Array.from({ length: count }, (_, i) => nameOf(i)),
    values,
    aggregation: { kind: 'log-rank', weights: Object.fromEntries(names.map((name) => [name, 1])) },
    costs:
      flopsOf === 'unknown'
        ? new Map()
        : new Map([['flops', Float64Array.from({ length: count }, (_, i) => flopsOf(i))]]),
  };
  const known = new Map<string, readonly KnownCandidate[]>(
    accuracyOf
      ? [['cifar10', Array.from({ length: count }, (_, unit) => ({ unit, accuracy: accuracyOf(unit) }))]]
      : [],
  );
  const scores = count > 0 ? scoresOf(rankCohort(cohort)) : new Float64Array(0);
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  const take = (of: (i: number) => number) => Float64Array.from(order, of);
  const columns: ReportColumns = {
    score: take((i) => scores[i]!),
    flops: flopsOf === 'unknown' || count === 0 ? undefined : take(flopsOf),
    parameters: take((i) => 1e6 + i),
    proxies: Object.fromEntries(names.map((name) => [name, take((i) => proxies[name]!(i, 0))])),
  };
  const top = order.slice(0, 20).map(
    (i, at): ReportRow => ({
      rank: at + 1,
      candidate: nameOf(i),
      score: scores[i]!,
      proxies: Object.fromEntries(names.map((name) => [name, proxies[name]!(i, 0)])),
      flops: flopsOf === 'unknown' ? undefined : flopsOf(i),
      parameters: 1e6 + i,
    }),
  );
  const search = { cohort, space: { kind: 'nas-bench-201' }, known, millisecondsPerCandidate: 12 };
  return {
    facts: {
      id: 'small-1a2b',
      name: 'small',
      space: 'nas-bench-201',
      spaceSize: 15_625n,
      image: [32, 32],
      strategy: 'random: samples 500',
      ranking: 'log-rank: expressivity + complexity',
      fidelity: { draws, batch: 8, resolution: 32 },
      seed: 1,
      device: 'cpu',
      engine: 'block-8',
      started: '2026-11-28T05:10:00.000Z',
      ended: '2026-11-28T05:12:00.000Z',
      workers: 2,
      specification: 'name: small\nspace: { kind: nas-bench-201 }\n',
    },
    summary: {
      name: 'small',
      id: 'small-1a2b',
      candidates: count,
      scored: count,
      reused: 0,
      failed: 0,
      seconds: 120,
      millisecondsPerCandidate: 12,
      rankingSha256: 'a'.repeat(64),
    },
    top,
    columns,
    winners: top.slice(0, 2).map((row) => ({
      row,
      others: 1,
      drawing: { svg: '<svg xmlns="http://www.w3.org/2000/svg" role="img"><title>drawn</title></svg>' },
    })),
    failures: [],
    comparison:
      count > 0
        ? compareCohorts({ searches: [search], differ: () => [], winners: 50 }).searches[0]!
        : { missing: 'Nothing was ranked.' },
    known: accuracyOf ? [{ dataset: 'cifar10', accuracies: take(accuracyOf) }] : [],
    generations: [],
    others: [],
  };
}
