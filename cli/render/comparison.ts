// Prints a comparison: tables of quality, correlations and winners, and the checklist.
import type { BetweenSearches } from '../../core/comparison/between.js';
import type { Comparison, SearchComparison } from '../../core/comparison/comparison.js';
import type { CostedQuality, DatasetQuality, Estimate } from '../../core/comparison/quality.js';
import { tellingStays } from '../../core/comparison/stability.js';
import { accuracyDigits } from '../../core/report/accuracy-digits.js';
import { formatFixed } from './results.js';
import { createTable } from './table.js';
import { paint, print } from './terminal.js';

/** The number of winners that are printed; the files have more. */
const SHOWN = 10;
/** The most columns of a matrix that fit 80 columns of text beside the names of proxies. */
const COLUMNS = 7;

export function printComparison({ searches, between }: Comparison): void {
  for (const search of searches) {
    const { id, candidates, millisecondsPerCandidate, datasets, resamples } = search;
    const cost =
      millisecondsPerCandidate === null ? '' : `, ${formatFixed(millisecondsPerCandidate, 1)} ms a candidate`;
    print(paint.bold(`${id}: ${candidates} ranked${cost}`));
    for (const dataset of datasets) {
      printQuality(dataset);
      printQualityAgainstCost(dataset);
    }
    if (resamples !== null) print(`${intervalNote(resamples)}\n`);
    printCosts(search);
    printRedundancy(search);
    printWinners(search);
  }
  if (between.length > 0) printBetween(between);
  for (const search of searches) printChecklist(search, searches.length);
}

function intervalNote(resamples: number): string {
  return resamples === 0
    ? '+-: no interval, because fewer than five different networks are known'
    : `+-: half of the 95 % interval of ${resamples} bootstrap resamples`;
}

function printQuality({ dataset, candidates, trueBest, rankers }: DatasetQuality): void {
  print(`\n${dataset}, ${candidates} known`);
  const ks = rankers[0]!.top.map(({ k }) => k);
  // Where fewer than 50 are known, the last tops are the same.
  const shown = [...ks.keys()].filter((i) => ks[i] !== ks[i + 1]);
  const tops = [...shown.map((i) => `top ${ks[i]}`), `regret ${ks[1]}`];
  const headings = ['by', 'tau', '+-', 'rho', 'nDCG', 'nDCG 2^acc', ...tops];
  const table = createTable(headings, { droppable: [`top ${ks[2]}`, 'nDCG', 'rho'] });
  const means = rankers.flatMap(({ top }) => top.map(({ mean }) => mean.value));
  const digits = accuracyDigits([trueBest, ...means]);
  for (const { name, kendall, spearman, ndcg, exponentialNdcg, top } of rankers)
    table.push([
      name,
      formatEstimate(kendall, 3),
      kendall.interval ? formatFixed((kendall.interval[1] - kendall.interval[0]) / 2, 3) : '',
      formatEstimate(spearman, 3),
      formatEstimate(ndcg, 3),
      formatEstimate(exponentialNdcg, 3),
      ...shown.map((i) => formatEstimate(top[i]!.mean, digits)),
      formatEstimate(top[1]!.regret, digits),
    ]);
  print(table.toString());
}

/** Cheapest first, so that the Pareto-optimal rankings rise. Prints nothing where no time was measured. */
function printQualityAgainstCost({ dataset, rankers }: DatasetQuality): void {
  const timed = rankers.filter(({ milliseconds }) => milliseconds !== null);
  if (timed.length === 0) return;
  print(`\n${dataset}, quality against cost; *: Pareto-optimal, no other is as cheap and agrees as well`);
  const table = createTable(['by', 'ms a candidate', 'tau', '']);
  for (const { name, milliseconds, kendall, paretoOptimal } of [...timed].sort(byCost))
    table.push([
      name,
      formatFixed(milliseconds!, 1),
      formatEstimate(kendall, 3),
      paretoOptimal === true ? '*' : '',
    ]);
  print(table.toString());
}

function byCost(a: CostedQuality, b: CostedQuality): number {
  return a.milliseconds! - b.milliseconds! || (b.kendall.value ?? -2) - (a.kendall.value ?? -2);
}

function printCosts({ costs }: SearchComparison): void {
  if (!costs) return;
  const { candidates, together, families } = costs;
  const of = candidates === 1 ? 'one candidate' : `${candidates} candidates, the median`;
  print(
    `\nCost of ${of}, under one draw, by one thread of this machine: ${formatFixed(together, 1)} ms a candidate for all together`,
  );
  const table = createTable(['proxies', 'ms alone', 'ms added to the others']);
  for (const { proxies, alone, added } of families)
    table.push([proxies.join(', '), formatFixed(alone, 1), formatFixed(added, 1)]);
  print(table.toString());
}

function formatEstimate({ value }: Estimate, digits: number): string {
  return formatFixed(value ?? undefined, digits);
}

function printRedundancy({
  redundancy: { proxies, correlations, clusters, leftOut },
}: SearchComparison): void {
  if (proxies.length < 2) return;
  print('\nSpearman correlations between proxies');
  for (const columns of chunks([...proxies.keys()], COLUMNS)) {
    const table = createTable(['', ...columns.map((i) => String(i + 1))]);
    correlations.forEach((row, i) => {
      const values = columns.map((column) => formatFixed(row[column] ?? undefined, 2));
      table.push([`${i + 1} ${proxies[i]}`, ...values]);
    });
    print(table.toString());
  }
  for (const names of clusters) print(`nearly the same: ${names.join(', ')}`);
  const datasets = Object.keys(leftOut[0]?.gain ?? {});
  const taus = datasets.map((name) => `tau ${name}`);
  const headings = ['without', 'tau with all', 'kept of top', ...taus];
  const without = createTable(headings, { droppable: ['tau with all', ...taus.slice(1).reverse()] });
  for (const { proxy, kendall, kept, of, gain } of leftOut)
    without.push([
      proxy,
      formatFixed(kendall ?? undefined, 3),
      `${kept} of ${of}`,
      ...datasets.map((name) => formatSigned(gain[name])),
    ]);
  if (leftOut.length > 0) print(`\n${without.toString()}`);
}

function formatSigned(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return `${value < 0 ? '' : '+'}${formatFixed(value, 3)}`;
}

function printWinners({ candidates, stability }: SearchComparison): void {
  const { draws, betweenDraws, winners } = stability;
  const names = Object.keys(winners[0]?.from ?? {});
  // Only several draws say how much a rank varies.
  const varying = betweenDraws ? ['ranks', 'in top 10'] : [];
  const shown = winners.slice(0, SHOWN);
  const largest = (name: string) => Math.max(...shown.map(({ from }) => Math.abs(from[name]?.term ?? 0)));
  // A proxy that adds little to every winner is left out first.
  const droppable = [...names].sort((a, b) => largest(a) - largest(b));
  const table = createTable(['rank', ...varying, 'candidate', ...names], { droppable });
  for (const { rank, ranks, staysInTop10, candidate, from } of shown)
    table.push([
      String(rank),
      ...(betweenDraws ? [formatRanks(ranks), formatShare(staysInTop10)] : []),
      candidate,
      ...names.map((name) => formatFixed(from[name]!.term, 2)),
    ]);
  print(`\nWinners, and what each proxy adds to the score`);
  print(table.toString());
  if (!betweenDraws) {
    print('one draw, which does not show how stable the ranking is\n');
    return;
  }
  const stays = tellingStays(betweenDraws, candidates)
    .map(({ k, share }) => `${Math.round(share * 100)} % of the top ${k}`)
    .join(', ');
  const tau = formatFixed(betweenDraws.kendall ?? undefined, 3);
  print(`between ${draws} draws: tau ${tau}; ${stays} stay when the draws are resampled\n`);
}

function formatRanks(ranks: readonly [number, number] | null): string {
  return ranks ? `${Math.round(ranks[0])} - ${Math.round(ranks[1])}` : '';
}

function formatShare(share: number | null): string {
  return share === null ? '' : `${Math.round(share * 100)} %`;
}

function printBetween(between: readonly BetweenSearches[]): void {
  const headings = ['searches', 'differ in', 'common', 'tau', 'rho', 'top 1', 'top 10', 'top 50'];
  const table = createTable(headings, { droppable: ['rho', 'top 1', 'top 50', 'top 10'] });
  for (const { searches, differ, candidates, ranked, kendall, spearman, shared } of between)
    table.push([
      searches.join(' / '),
      differ.join(', '),
      `${candidates} of ${[...new Set(ranked)].join(' and ')}`,
      formatFixed(kendall ?? undefined, 3),
      formatFixed(spearman ?? undefined, 3),
      ...[0, 1, 2].map((i) => (shared[i] ? `${Math.round(shared[i].share * 100)} %` : '')),
    ]);
  print(table.toString());
  for (const { searches, candidates, ranked } of between)
    if (candidates < Math.min(...ranked) / 2)
      print(
        paint.yellow(
          `${searches.join(' and ')} have few candidates in common, so their tops cannot be compared: strategy random draws others with each seed. Let both score one list (strategy: { kind: list, file: ... }), or all candidates (exhaustive).`,
        ),
      );
  print('');
}

function printChecklist({ id, checklist }: SearchComparison, of: number): void {
  print(paint.bold(of > 1 ? `Checklist, ${id}` : 'Checklist'));
  for (const { question, answer } of checklist) print(`${question}\n  ${answer}`);
  print('');
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
