// Implements the command `npm run bench:example`: from all of NAS-Bench-201 to the five networks that are
// trained, and their accuracies.
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { connect } from '../../client/connect.js';
import { expectedBest, trainingsFor } from '../../core/ranking/expected-best.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import { parseTruth } from '../../core/report/truth.js';
import { openSpace } from '../../core/spaces/index.js';
import { describeMachine } from '../measure/machine.js';

/** The number of networks that are trained. */
const TRAINED = 5;
const RESULTS = new URL('../../../bench/results/worked-example.json', import.meta.url);

new Command('bench:example')
  .description(
    'a search over all of NAS-Bench-201, and what the trainings of the benchmark say of its five best',
  )
  .requiredOption('--truth <FILE>', 'known accuracies (arch,<dataset>,...)')
  .action(main)
  .parseAsync();

async function main({ truth: file }: { readonly truth: string }): Promise<void> {
  const specification = {
    name: 'worked-example',
    space: 'nas-bench-201',
    strategy: 'exhaustive',
    fidelity: 'standard',
    proxies: ['expressivity', 'progressivity', 'trainability', 'complexity', 'residual'],
    cohort: 'classes',
    seed: 2026,
  };
  const space = openSpace({ kind: 'nas-bench-201' });
  const { datasets, accuracy } = parseTruth({
    text: readFileSync(file, 'utf8'),
    source: file,
    parse: (text) => space.parse(text),
  });
  const zeroscout = await connect();
  try {
    const search = await zeroscout.searches.start({ specification: { value: specification } });
    const results = await search.results();
    const rows = await results.first();
    const byRank = functionsOf(rows);
    const byFlops = functionsOf([...rows].sort((a, b) => b.proxies.complexity! - a.proxies.complexity!));
    const { summary } = results;
    const report = {
      date: new Date().toISOString(),
      machine: describeMachine(),
      specification,
      candidates: summary.candidates,
      seconds: summary.seconds,
      functions: summary.classes!,
      trained: byRank.slice(0, TRAINED).map(({ candidate, rank }) => ({
        candidate,
        rank,
        accuracies: accuracy.get(candidate)!,
      })),
      datasets: datasets.map((dataset, column) => {
        const values = [...accuracy.values()].map((each) => each[column]!);
        const of = (chosen: readonly RankingRow[]) =>
          chosen.slice(0, TRAINED).map(({ candidate }) => accuracy.get(candidate)![column]!);
        const best = Math.max(...of(byRank));
        return {
          dataset,
          best,
          mean: mean(of(byRank)),
          bestByFlops: Math.max(...of(byFlops)),
          expectedBestAtRandom: expectedBest({ values, n: TRAINED }),
          randomTrainingsForTheSame: trainingsFor({ values, value: best }) ?? null,
          mostAccurate: Math.max(...values),
          meanOfAll: mean(values),
        };
      }),
    };
    writeFileSync(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
    console.log(JSON.stringify(report.datasets, null, 2));
  } finally {
    await zeroscout.close();
  }
}

/** The first candidate of each function, because the same network need not be trained twice under two texts. */
function functionsOf(rows: readonly RankingRow[]): RankingRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = row.class ?? row.candidate;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
