// Reads and writes files of raw scores over all of NAS-Bench-201, and selects cohorts from them.
import { readdir, readFile } from 'node:fs/promises';
import type { FeatureChoice } from '../../core/ir/measured.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { kendall } from '../../core/ranking/correlation.js';
import type { Truth } from '../../core/report/truth.js';
import { nasBench201 as space } from '../../core/spaces/nas-bench-201/definition.js';
import type { Drawing } from './drawing.js';
import type { Machine } from './machine.js';

export type Cohort = 'classes' | 'written';

/** The candidates of a measurement and their fidelity, without seed and draw. */
export interface Setting {
  readonly cohort: Cohort;
  readonly weights: 'shared' | 'candidate';
  /** How weights are drawn; He normal, as published, if absent. */
  readonly drawing?: Drawing;
  readonly features: FeatureChoice;
  readonly batch: number;
  readonly resolution: number;
}

/** One draw over the whole cohort, in the order of `scoredCandidates`; null stands for minus infinity. */
export interface Column extends Setting {
  readonly seed: number;
  readonly draw: number;
  readonly expressivity: readonly (number | null)[];
  readonly progressivity: readonly (number | null)[];
  readonly trainability: readonly (number | null)[];
}

/** Wall time of one candidate with all its draws in one request, while all scorers work. */
export interface Timing extends Setting {
  readonly machine: Machine;
  readonly scorers: number;
  readonly candidates: number;
  /** The milliseconds for k draws, at index k - 1. */
  readonly milliseconds: readonly number[];
}

export const written: readonly string[] = Array.from({ length: space.enumeration.size }, (_, index) =>
  space.enumeration.at(index),
);

/** The candidates that a cohort scores: all, or the representative of each equivalence class. */
export function scoredCandidates(cohort: Cohort): readonly string[] {
  return cohort === 'written' ? written : [...new Set(written.map(space.representative))];
}

/** For each written candidate, the index of its representative. */
export function unitsOf(cohort: Cohort): readonly number[] {
  const number = new Map(scoredCandidates(cohort).map((candidate, i) => [candidate, i]));
  return written.map(
    (candidate) => number.get(cohort === 'written' ? candidate : space.representative(candidate))!,
  );
}

export function settingName({ cohort, weights, drawing, features, batch, resolution }: Setting): string {
  return `${cohort}-${weights}${drawing ? `-${drawing}` : ''}-${features}-b${batch}-r${resolution}`;
}

/** The columns and timings in the folder, by setting. */
export async function readColumns(
  folder: string,
): Promise<ReadonlyMap<string, { columns: Column[]; timing?: Timing }>> {
  const settings = new Map<string, { columns: Column[]; timing?: Timing }>();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json')).sort()) {
    const data = JSON.parse(await readFile(`${folder}/${name}`, 'utf8')) as Column | Timing;
    const group = settings.get(settingName(data)) ?? { columns: [] };
    settings.set(settingName(data), group);
    if ('seed' in data) group.columns.push(data);
    else group.timing = data;
  }
  return settings;
}

/**
 * Log-rank scores of part of the cohort (indices `members`) from columns of one setting and seed, one for
 * each draw.
 */
export function scoreMembers({
  columns,
  members,
}: {
  readonly columns: readonly Column[];
  readonly members: readonly number[];
}): Float64Array {
  const scored = scoredCandidates(columns[0]!.cohort);
  const proxies = ['expressivity', 'progressivity', 'trainability'] as const;
  const flops = (member: number) => flopsOf(scored[member]!);
  return aggregate({
    kind: 'log-rank',
    columns: [
      ...proxies.map((proxy) => ({
        proxy,
        weight: 1,
        draws: columns.map((column) =>
          Float64Array.from(members, (member) => column[proxy][member] ?? Number.NEGATIVE_INFINITY),
        ),
      })),
      { proxy: 'complexity', weight: 1, draws: [Float64Array.from(members, flops)] },
    ],
  });
}

export function flopsOf(candidate: string): number {
  return space.costs({ candidate, resolution: 32 }).flops;
}

/** Kendall's τ over all written candidates, by dataset, given the scores of the units. */
export function tauOfUnits({
  setting: { cohort },
  score,
  truth,
}: {
  readonly setting: Setting;
  readonly score: ArrayLike<number>;
  readonly truth: Truth;
}): number[] {
  const scores = unitsOf(cohort).map((unit) => score[unit]!);
  return truth.datasets.map((_, column) =>
    kendall(
      scores,
      written.map((candidate) => truth.accuracy.get(candidate)![column]!),
    ),
  );
}
