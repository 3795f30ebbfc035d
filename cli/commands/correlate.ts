// In: `zeroscout correlate ID --truth FILE`. Out: how well a finished ranking agrees with known accuracies, over all and at the top.
import type { Command } from 'commander';
import { addressOfResult } from '../../activities/address-scores.js';
import { drawRankings } from '../../activities/draw-rankings.js';
import { readResults } from '../../client/results/results.js';
import { finishedSearch } from '../../client/searches/find-search.js';
import { readTruth } from '../../client/specification/read-specification.js';
import { SpecError } from '../../core/errors.js';
import { kendall, spearman } from '../../core/ranking/correlation.js';
import { ndcg, topQuality, topStability } from '../../core/ranking/quality.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { Truth } from '../../core/report/truth.js';
import { openSpace } from '../../core/spaces/index.js';
import { stagesOf } from '../../core/specification/stages.js';
import { fixed, plainTable } from '../render/results.js';
import { print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

const TOPS = [1, 10, 50] as const;

interface Options {
  readonly truth: string;
  readonly json?: true;
}

export function addCorrelateCommand(program: Command): void {
  program
    .command('correlate')
    .description('agreement of a finished ranking with known accuracies')
    .argument('<ID>')
    .requiredOption('--truth <FILE>', 'CSV of known accuracies (arch,<dataset>,...), or another ranking')
    .option('--json', 'for programs')
    .action((id: string, options: Options) =>
      withSession({ start: 'never' }, (session) => correlate(session, id, options)),
    );
}

async function correlate(
  { client, store }: Session,
  given: string,
  { truth: path, json }: Options,
): Promise<void> {
  const { id, memo, result } = await finishedSearch({ client, id: given });
  const { specification } = stagesOf(memo.specification).at(-1)!;
  const truth = await readTruth({ path, space: openSpace(specification.space) });
  const rows = await (await readResults({ store, result })).first();
  const rankings = await drawRankings({
    store,
    specification,
    address: addressOfResult({ specification, result }),
    plan: result.plan,
  });
  const report = {
    id,
    datasets: truth.datasets.map((dataset, column) => ({ dataset, ...agreement({ rows, truth, column }) })),
    top50StabilityBetweenDraws: rankings.length > 1 ? topStability({ rankings, k: 50 }) : null,
  };
  if (json) return printJson(report);
  const table = plainTable(['dataset', 'candidates', "Kendall's tau", "Spearman's rho", 'nDCG']);
  for (const { dataset, written, classes, ndcg } of report.datasets)
    for (const [name, { candidates, kendall, spearman }] of Object.entries({ written, classes }))
      table.push([
        dataset,
        `${candidates} ${name}`,
        fixed(kendall, 3),
        fixed(spearman, 3),
        name === 'written' ? fixed(ndcg, 4) : '',
      ]);
  print(`${table.toString()}\n`);
  print('nDCG: how good those are that the ranking puts first; 1 in the order of accuracy itself\n');
  const tops = plainTable(['dataset', 'top', 'mean', 'best', 'mean by FLOPs', 'best by FLOPs', 'true best']);
  for (const { dataset, top, trueBest } of report.datasets)
    for (const { k, mean, best, flops } of top)
      tops.push([
        dataset,
        String(k),
        fixed(mean, 2),
        fixed(best, 2),
        fixed(flops?.mean, 2),
        fixed(flops?.best, 2),
        fixed(trueBest, 2),
      ]);
  print(tops.toString());
  if (report.top50StabilityBetweenDraws !== null)
    print(`\ntop 50 shared between two draws: ${(report.top50StabilityBetweenDraws * 100).toFixed(0)} %`);
}

/** τ and ρ over written candidates and over classes (mean accuracy of the members), and the quality of the top. */
function agreement({ rows, truth, column }: { rows: readonly RankingRow[]; truth: Truth; column: number }) {
  // Of another ranking a cell may be empty.
  const known = rows.filter(
    ({ candidate }) => !Number.isNaN(truth.accuracy.get(candidate)?.[column] ?? Number.NaN),
  );
  if (known.length < 2)
    throw SpecError.of({
      path: '--truth',
      message: `knows ${known.length} of ${rows.length} ranked candidates; must know 2 at least`,
    });
  const accuracyOf = ({ candidate }: RankingRow) => truth.accuracy.get(candidate)![column]!;
  const accuracies = known.map(accuracyOf);
  const byFlops = orderedByFlops(known)?.map(accuracyOf);
  const classes = new Map<string, { score: number; accuracies: number[] }>();
  for (const row of known) {
    const key = row.class ?? row.candidate;
    const known = classes.get(key) ?? { score: row.score, accuracies: [] };
    known.accuracies.push(accuracyOf(row));
    classes.set(key, known);
  }
  const classScores = [...classes.values()].map(({ score }) => score);
  const classAccuracies = [...classes.values()].map(({ accuracies }) => mean(accuracies));
  const coefficients = (scores: readonly number[], accuracies: readonly number[]) => ({
    candidates: scores.length,
    kendall: kendall(scores, accuracies),
    spearman: spearman(scores, accuracies),
  });
  return {
    written: coefficients(
      known.map(({ score }) => score),
      accuracies,
    ),
    classes: coefficients(classScores, classAccuracies),
    ndcg: ndcg(accuracies),
    trueBest: Math.max(...accuracies),
    top: TOPS.map((k) => ({
      ...topQuality({ accuracies, k }),
      flops: byFlops ? topQuality({ accuracies: byFlops, k }) : null,
    })),
  };
}

/** Most FLOPs first; undefined for a ranking that was made without complexity. */
function orderedByFlops(rows: readonly RankingRow[]): readonly RankingRow[] | undefined {
  if (rows.some(({ proxies }) => proxies.complexity === undefined)) return undefined;
  return [...rows].sort((a, b) => b.proxies.complexity! - a.proxies.complexity!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
