// Prints how well a ranking agrees with known accuracies, in four tables.
import {
  type Agreement,
  BASELINES,
  type Baseline,
  type Correlation,
} from '../../client/results/correlate.js';
import type { RankingAgreement } from '../../core/ranking/agreement.js';
import { accuracyDigits } from '../../core/report/accuracy-digits.js';
import { formatFixed } from './results.js';
import { createTable } from './table.js';
import { print } from './terminal.js';

const NAMES: Readonly<Record<Baseline, string>> = {
  flops: 'FLOPs',
  parameters: 'parameters',
  depth: 'depth',
  flopsAndResidual: 'FLOPs + identity path',
};

export function printCorrelation({ datasets, top50StabilityBetweenDraws: shared }: Correlation): void {
  printCoefficients(datasets);
  print('nDCG: quality of the candidates at the top; 1 for the order by accuracy\n');
  printTops(datasets);
  print('regret: the best accuracy of all minus the best among them\n');
  printRecall(datasets);
  print(BASELINE_NOTE);
  printBaselines(datasets);
  if (shared !== null) print(`\ntop 50 shared between two draws: ${(shared * 100).toFixed(0)} %`);
}

function printCoefficients(datasets: readonly Agreement[]): void {
  const table = createTable(['dataset', 'candidates', "Kendall's tau", "Spearman's rho", 'nDCG']);
  for (const { dataset, written, classes, ndcg } of datasets) {
    // Where every candidate is ranked by itself, a line of classes would repeat that of candidates.
    const lines = classes.candidates < written.candidates ? { written, classes } : { written };
    for (const [name, { candidates, kendall, spearman }] of Object.entries(lines))
      table.push([
        dataset,
        `${candidates} ${name}`,
        formatFixed(kendall, 3),
        formatFixed(spearman, 3),
        name === 'written' ? formatFixed(ndcg, 4) : '',
      ]);
  }
  print(`${table.toString()}\n`);
  for (const { dataset, fitted, written } of datasets)
    if (fitted > 0)
      print(
        `${fitted} of the ${written.candidates} known candidates on ${dataset} compute functions to which this ranking was calibrated, so it agrees with these better than with others.\n`,
      );
}

function printTops(datasets: readonly Agreement[]): void {
  const columns = ['dataset', 'top', 'mean', 'best', 'regret', 'mean by FLOPs', 'best by FLOPs', 'true best'];
  const table = createTable(columns);
  for (const own of datasets) {
    const digits = digitsOf(own);
    const { dataset, top, trueBest } = own;
    // Of fewer than 50 candidates, the last tops are the same.
    for (const { k, mean, best, regret, flops } of top.filter(({ k }, i) => k !== top[i + 1]?.k))
      table.push([
        dataset,
        String(k),
        ...[mean, best, regret, flops?.mean, flops?.best, trueBest].map((each) => formatFixed(each, digits)),
      ]);
  }
  print(table.toString());
}

/** The decimals of accuracies that tell those of the first candidates apart. */
function digitsOf({ trueBest, top, baselines }: Agreement): number {
  const tops = [...top, ...Object.values(baselines).flatMap((found) => found?.top ?? [])];
  return accuracyDigits([trueBest, ...tops.flatMap(({ mean, best }) => [mean, best])]);
}

/** Among more than half of the classes, chance alone finds most of the best, so such rows are left out. */
function printRecall(datasets: readonly Agreement[]): void {
  const rows = datasets.flatMap(({ dataset, classes, recall }) =>
    recall
      .filter(({ first }) => first <= classes.candidates / 2)
      .map(({ first, found, of }) => [dataset, `${found} of ${of}`, String(first)]),
  );
  if (rows.length === 0) return;
  const table = createTable(['dataset', 'truly best classes', 'among the first']);
  for (const row of rows) table.push(row);
  print(`${table.toString()}\n`);
}

const BASELINE_NOTE =
  'Beside rankings that need no scores. tau: over classes; better half: tau over the classes of at least median accuracy; similar FLOPs: mean tau within fifths by FLOPs; nDCG 2^acc: gain 2^accuracy - 1, over the first 1,000';

/**
 * A table for each dataset. Depth and identity paths are properties of the structure; rows that the space
 * cannot fill are left out.
 */
function printBaselines(datasets: readonly Agreement[]): void {
  for (const own of datasets) {
    const { dataset, baselines } = own;
    const columns = ['by', 'tau', 'rho', 'better half', 'similar FLOPs', 'nDCG 2^acc', 'top 10'];
    const table = createTable(columns, { droppable: ['rho', 'top 10'] });
    const digits = digitsOf(own);
    table.push(baselineRow('this ranking', own, digits));
    for (const name of BASELINES) {
      const baseline = baselines[name];
      if (baseline) table.push(baselineRow(NAMES[name], baseline, digits));
    }
    print(`\n${dataset}\n${table.toString()}`);
  }
}

function baselineRow(name: string, found: RankingAgreement | Agreement, digits: number): readonly string[] {
  return [
    name,
    formatFixed(found.classes.kendall, 3),
    formatFixed(found.classes.spearman, 3),
    formatFixed(found.betterHalf?.kendall, 3),
    formatFixed(found.kendallInFlopsFifths ?? undefined, 3),
    formatFixed(found.exponentialNdcg ?? undefined, 3),
    formatFixed(found.top[1]!.mean, digits),
  ];
}
