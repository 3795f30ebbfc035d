// Computes what screening by one draw saves, and how much the top of the ranking loses by it.
import { order } from '../../core/ranking/order.js';
import { topQuality } from '../../core/ranking/quality.js';
import type { Truth } from '../../core/report/truth.js';
import { type Column, readColumns, scoredCandidates, scoreMembers, unitsOf, written } from './columns.js';

const TOP = 50;
const KEPT_SHARES = [0.05, 0.1, 0.2, 0.5, 1] as const;

/**
 * Screening scores all units with one draw, and the best `keep` of the classes with all draws; 1 means no
 * screening. Values are means over seeds.
 */
export interface ScreeningRow {
  readonly setting: string;
  readonly draws: number;
  readonly keep: number;
  readonly seeds: number;
  /** The share of the scores that are computed, compared with no screening. */
  readonly work: number;
  /** The share of the top 50 classes without screening that are also in the top 50 with it. */
  readonly shared: number;
  /** The mean true accuracy of the top 50 written candidates, by dataset. */
  readonly accuracy: Readonly<Record<string, number>>;
}

export async function screeningRows({
  folder,
  truth,
}: {
  readonly folder: string;
  readonly truth: Truth;
}): Promise<ScreeningRow[]> {
  const rows: ScreeningRow[] = [];
  for (const [setting, { columns }] of await readColumns(folder)) {
    const draws = Math.max(0, ...columns.map(({ draw }) => draw + 1));
    const bySeed = [...new Set(columns.map(({ seed }) => seed))]
      .map((seed) => columns.filter((column) => column.seed === seed))
      .filter((group) => group.length === draws);
    if (draws < 2 || bySeed.length === 0) continue;
    for (const keep of KEPT_SHARES) rows.push({ setting, ...screen({ bySeed, draws, keep, truth }) });
  }
  return rows;
}

interface ScreenArguments {
  readonly bySeed: readonly (readonly Column[])[];
  readonly draws: number;
  readonly keep: number;
  readonly truth: Truth;
}

function screen({ bySeed, draws, keep, truth }: ScreenArguments) {
  const runs = bySeed.map((columns) => {
    const all = scoredCandidates(columns[0]!.cohort).map((_, i) => i);
    const whole = rankMembers({ columns, members: all });
    const first = rankMembers({ columns: columns.filter(({ draw }) => draw === 0), members: all });
    const kept = first.slice(0, Math.ceil(all.length * keep));
    const final = rankMembers({ columns, members: kept });
    const top = new Set(whole.slice(0, TOP));
    return {
      work: (all.length + kept.length * (draws - 1)) / (all.length * draws),
      shared: final.slice(0, TOP).filter((unit) => top.has(unit)).length / TOP,
      accuracy: truth.datasets.map((_, dataset) => topAccuracy({ columns, ranking: final, dataset, truth })),
    };
  });
  const mean = (pick: (run: (typeof runs)[number]) => number) =>
    runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
  const accuracy = truth.datasets.map((name, i) => [name, mean((run) => run.accuracy[i]!)] as const);
  return {
    draws,
    keep,
    seeds: runs.length,
    work: mean(({ work }) => work),
    shared: mean(({ shared }) => shared),
    accuracy: Object.fromEntries(accuracy),
  };
}

/** The members, best first. */
function rankMembers({
  columns,
  members,
}: {
  readonly columns: readonly Column[];
  readonly members: readonly number[];
}): number[] {
  const names = scoredCandidates(columns[0]!.cohort);
  const candidates = members.map((member) => names[member]!);
  const rows = order({ scores: scoreMembers({ columns, members }), candidates });
  return Array.from(rows, (row) => members[row]!);
}

interface TopAccuracyArguments {
  readonly columns: readonly Column[];
  readonly ranking: readonly number[];
  readonly dataset: number;
  readonly truth: Truth;
}

/** The mean true accuracy of the first 50 written candidates of a ranking of units. */
function topAccuracy({ columns, ranking, dataset, truth }: TopAccuracyArguments): number {
  const members = new Map<number, string[]>();
  unitsOf(columns[0]!.cohort).forEach((unit, i) => {
    members.set(unit, [...(members.get(unit) ?? []), written[i]!]);
  });
  const candidates = ranking.slice(0, TOP).flatMap((unit) => members.get(unit)!);
  const accuracies = candidates.map((candidate) => truth.accuracy.get(candidate)![dataset]!);
  return topQuality({ accuracies, k: TOP }).mean;
}
