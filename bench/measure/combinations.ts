// Compares ways of combining several draws by Kendall's τ.
import { ascendingRanks } from '../../core/ranking/ranks.js';
import type { Truth } from '../../core/report/truth.js';
import { type Column, flopsOf, readColumns, type Setting, scoredCandidates, tauOfUnits } from './columns.js';

const PROXIES = ['expressivity', 'progressivity', 'trainability'] as const;
type Values = Float64Array;

/** Each way maps the values [m] of one proxy under each draw to its contribution to the score [m]. */
const WAYS: Readonly<Record<string, (draws: readonly Values[]) => Values>> = {
  'log of the mean rank (ours)': (draws) => logShare(mean(draws.map(ascendingRanks))),
  'mean of the logs of ranks': (draws) => mean(draws.map((values) => logShare(ascendingRanks(values)))),
  'log of the rank of the mean value': (draws) => logShare(ascendingRanks(mean(draws))),
  'log of the rank of the median value': (draws) => logShare(ascendingRanks(each(draws, median))),
  'log of the rank of the mean rank': (draws) => logShare(ascendingRanks(mean(draws.map(ascendingRanks)))),
  'log of the median rank': (draws) => logShare(each(draws.map(ascendingRanks), median)),
  'mean rank, no log': (draws) => mean(draws.map(ascendingRanks)).map((rank) => rank / draws[0]!.length),
};

export interface CombinationRow {
  readonly setting: string;
  readonly draws: number;
  readonly seeds: number;
  readonly way: string;
  /** The mean over seeds, by dataset. */
  readonly tau: Readonly<Record<string, number>>;
}

/** Every way, for every setting with at least three draws (the median of two equals their mean). */
export async function combinationRows({
  folder,
  truth,
}: {
  readonly folder: string;
  readonly truth: Truth;
}): Promise<CombinationRow[]> {
  const rows: CombinationRow[] = [];
  for (const [setting, { columns }] of await readColumns(folder)) {
    const draws = Math.max(0, ...columns.map(({ draw }) => draw + 1));
    const bySeed = [...new Set(columns.map(({ seed }) => seed))]
      .map((seed) => columns.filter((column) => column.seed === seed))
      .filter((group) => group.length === draws);
    if (draws < 3 || bySeed.length === 0) continue;
    for (const [way, combine] of Object.entries(WAYS)) {
      const taus = bySeed.map((group) =>
        tauOfUnits({ setting: group[0]!, truth, score: scoreColumns(group, combine) }),
      );
      const tau = truth.datasets.map((name, i) => [name, mean1(taus.map((of) => of[i]!))] as const);
      rows.push({ setting, draws, seeds: bySeed.length, way, tau: Object.fromEntries(tau) });
    }
  }
  return rows;
}

function scoreColumns(columns: readonly Column[], combine: (draws: readonly Values[]) => Values): Values {
  const terms = PROXIES.map((proxy) =>
    combine(columns.map((column) => Float64Array.from(column[proxy], (value) => value ?? -Number.MAX_VALUE))),
  );
  return sum([...terms, combine([costs(columns[0]!)])]);
}

function costs({ cohort }: Setting): Values {
  return Float64Array.from(scoredCandidates(cohort), flopsOf);
}

function logShare(ranks: Values): Values {
  return ranks.map((rank) => Math.log(rank / ranks.length));
}

function each(draws: readonly Values[], of: (values: number[]) => number): Values {
  return draws[0]!.map((_, i) => of(draws.map((values) => values[i]!)));
}

function sum(terms: readonly Values[]): Values {
  return each(terms, (values) => values.reduce((total, value) => total + value, 0));
}

function mean(draws: readonly Values[]): Values {
  return each(draws, mean1);
}

/** The values are divided before they are added, because their sum could overflow. */
function mean1(values: readonly number[]): number {
  return values.reduce((total, value) => total + value / values.length, 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
