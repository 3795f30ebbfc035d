// Computes τ at every fidelity from files of raw scores: mean and range over seeds.
import type { Truth } from '../../core/report/truth.js';
import {
  type Column,
  readColumns,
  type Setting,
  scoredCandidates,
  scoreMembers,
  type Timing,
  tauOfUnits,
  written,
} from '../measure/columns.js';

export interface FrontierRow extends Setting {
  readonly draws: number;
  readonly seeds: number;
  /** Wall time of scoring alone, over all written candidates; undefined if it was not measured. */
  readonly millisecondsPerWritten?: number;
  readonly tau: Readonly<Record<string, { mean: number; low: number; high: number }>>;
}

/** A row for each fidelity and each number of draws for which the folder has files. */
export async function frontierRows({
  folder,
  truth,
}: {
  readonly folder: string;
  readonly truth: Truth;
}): Promise<FrontierRow[]> {
  const settings = await readColumns(folder);
  return [...settings.values()]
    .filter(({ columns }) => columns.length > 0)
    .flatMap(({ columns, timing }) => rowsOf({ columns, truth, ...(timing ? { timing } : {}) }));
}

function rowsOf({
  columns,
  timing,
  truth,
}: {
  readonly columns: readonly Column[];
  readonly timing?: Timing;
  readonly truth: Truth;
}): FrontierRow[] {
  const { cohort, weights, drawing, features, batch, resolution } = columns[0]!;
  const setting = { cohort, weights, ...(drawing ? { drawing } : {}), features, batch, resolution };
  const seeds = [...new Set(columns.map(({ seed }) => seed))];
  const share = scoredCandidates(cohort).length / written.length;
  const drawsOf = (seed: number) => columns.filter((column) => column.seed === seed).length;
  const most = Math.max(...seeds.map(drawsOf));
  return Array.from({ length: most }, (_, i) => i + 1).map((draws) => {
    const enough = seeds.filter((seed) => drawsOf(seed) >= draws);
    const taus = enough.map((seed) =>
      tauOf({ columns: columns.filter((column) => column.seed === seed && column.draw < draws), truth }),
    );
    const tau = truth.datasets.map((dataset, column) => {
      const values = taus.map((of) => of[column]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [dataset, { mean, low: Math.min(...values), high: Math.max(...values) }] as const;
    });
    const milliseconds = timing?.milliseconds[draws - 1];
    return {
      ...setting,
      draws,
      seeds: enough.length,
      ...(milliseconds === undefined ? {} : { millisecondsPerWritten: share * milliseconds }),
      tau: Object.fromEntries(tau),
    };
  });
}

/** Kendall's τ over all written candidates, by dataset. */
function tauOf({ columns, truth }: { readonly columns: readonly Column[]; readonly truth: Truth }): number[] {
  const setting = columns[0]!;
  const score = scoreMembers({ columns, members: scoredCandidates(setting.cohort).map((_, i) => i) });
  return tauOfUnits({ setting, score, truth });
}
