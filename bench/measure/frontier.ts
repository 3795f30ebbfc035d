// In: files of raw scores over the whole space, known accuracies. Out: τ at every fidelity, mean and spread over seeds.

import { readdir, readFile } from 'node:fs/promises';
import type { Measured } from '../../core/programs/block.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { kendall } from '../../core/ranking/correlation.js';
import { nasBench201 as space } from '../../core/spaces/nas-bench-201/index.js';
import { parseTruth, type Truth } from '../../core/spec/truth.js';
import type { Machine } from './machine.js';
import { median } from './statistics.js';

export type Cohort = 'classes' | 'written';

/** One draw over the whole cohort, in the order of the enumeration; null is minus infinity. */
export interface Column {
  readonly cohort: Cohort;
  readonly weights: 'shared' | 'candidate';
  readonly features: Measured;
  readonly batch: number;
  readonly resolution: number;
  readonly seed: number;
  readonly draw: number;
  readonly machine: Machine;
  readonly scorers: number;
  /** Wall time of one score with that many scorers. */
  readonly millisecondsPerScore: number;
  readonly expressivity: readonly (number | null)[];
  readonly progressivity: readonly (number | null)[];
  readonly trainability: readonly (number | null)[];
}

export interface FrontierRow {
  readonly cohort: Cohort;
  readonly weights: string;
  readonly features: Measured;
  readonly draws: number;
  readonly batch: number;
  readonly resolution: number;
  readonly seeds: number;
  /** Scored networks over written candidates, times draws and milliseconds a score. */
  readonly millisecondsPerWritten: number;
  readonly tau: Readonly<Record<string, { mean: number; low: number; high: number }>>;
}

/** A row for each fidelity and each number of draws that the folder's files allow. */
export async function frontierRows({
  folder,
  truth: path,
}: {
  folder: string;
  truth: string;
}): Promise<FrontierRow[]> {
  const truth = parseTruth({ text: await readFile(path, 'utf8'), source: path, parse: space.parse });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const columns = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(`${folder}/${name}`, 'utf8')) as Column),
  );
  const settings = new Map<string, Column[]>();
  for (const column of columns)
    settings.set(settingOf(column), [...(settings.get(settingOf(column)) ?? []), column]);
  return [...settings.values()].flatMap((group) => rowsOf({ group, truth }));
}

function settingOf({ cohort, weights, features, batch, resolution }: Column): string {
  return `${cohort} ${weights} ${features} ${batch} ${resolution}`;
}

function rowsOf({ group, truth }: { group: readonly Column[]; truth: Truth }): FrontierRow[] {
  const { cohort, weights, features, batch, resolution } = group[0]!;
  const seeds = [...new Set(group.map(({ seed }) => seed))];
  const written = Array.from({ length: space.enumeration.size }, (_, index) => space.enumeration.at(index));
  const scored = cohort === 'written' ? written : [...new Set(written.map(space.enumeration.representative))];
  const number = new Map(scored.map((candidate, i) => [candidate, i]));
  const unit = written.map(
    (candidate) =>
      number.get(cohort === 'written' ? candidate : space.enumeration.representative(candidate))!,
  );
  const flops = Float64Array.from(scored, (candidate) => space.costs({ candidate, resolution: 32 }).flops);
  const drawsOf = (seed: number) => group.filter((column) => column.seed === seed).length;
  const most = Math.max(...seeds.map(drawsOf));
  return Array.from({ length: most }, (_, i) => i + 1).map((draws) => {
    const enough = seeds.filter((seed) => drawsOf(seed) >= draws);
    const taus = enough.map((seed) => {
      const chosen = group.filter((column) => column.seed === seed && column.draw < draws);
      const values = (proxy: 'expressivity' | 'progressivity' | 'trainability') =>
        chosen.map((column) =>
          Float64Array.from(column[proxy], (value) => value ?? Number.NEGATIVE_INFINITY),
        );
      const score = aggregate({
        kind: 'log-rank',
        columns: [
          ...(['expressivity', 'progressivity', 'trainability'] as const).map((proxy) => ({
            proxy,
            weight: 1,
            draws: values(proxy),
          })),
          { proxy: 'complexity', weight: 1, draws: [flops] },
        ],
      });
      const scores = unit.map((i) => score[i]!);
      return truth.datasets.map((_, column) =>
        kendall(
          scores,
          written.map((candidate) => truth.accuracy.get(candidate)![column]!),
        ),
      );
    });
    const tau = truth.datasets.map((dataset, column) => {
      const values = taus.map((of) => of[column]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [dataset, { mean, low: Math.min(...values), high: Math.max(...values) }] as const;
    });
    const share = scored.length / written.length;
    return {
      cohort,
      weights,
      features,
      draws,
      batch,
      resolution,
      seeds: enough.length,
      millisecondsPerWritten:
        draws * share * median(group.map(({ millisecondsPerScore }) => millisecondsPerScore)),
      tau: Object.fromEntries(tau),
    };
  });
}

/** A Markdown table, cheapest first. */
export function renderFrontier(rows: readonly FrontierRow[]): string {
  const datasets = Object.keys(rows[0]?.tau ?? {});
  const head = [
    'cohort',
    'weights',
    'features',
    'draws x batch x resolution',
    'seeds',
    'ms a written candidate',
    ...datasets,
  ];
  const lines = [...rows]
    .sort((a, b) => a.millisecondsPerWritten - b.millisecondsPerWritten)
    .map(({ cohort, weights, features, draws, batch, resolution, seeds, millisecondsPerWritten, tau }) => [
      cohort,
      weights,
      features,
      `${draws} x ${batch} x ${resolution}`,
      String(seeds),
      millisecondsPerWritten.toFixed(2),
      ...datasets.map((dataset) => {
        const { mean, low, high } = tau[dataset]!;
        return `${mean.toFixed(4)} (${low.toFixed(3)}-${high.toFixed(3)})`;
      }),
    ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
