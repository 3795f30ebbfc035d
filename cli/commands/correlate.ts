// The command `zeroscout correlate`: how well a finished ranking agrees with known accuracies.
import type { Command } from 'commander';
import { correlateWith } from '../../client/results/correlate.js';
import { finishedSearch } from '../../client/searches/find-search.js';
import { openSpaceWith } from '../../client/specification/allow-modules.js';
import { readTruth } from '../../client/specification/read-specification.js';
import { formatFixed, plainTable } from '../render/results.js';
import { print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

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
  { client, store, modules }: Session,
  given: string,
  { truth: path, json }: Options,
): Promise<void> {
  const search = await finishedSearch({ client, id: given });
  const space = openSpaceWith({ space: search.memo.specification.space, modules });
  const truth = await readTruth({ path, space });
  const report = await correlateWith({ store, search, truth });
  if (json) return printJson(report);
  const table = plainTable(['dataset', 'candidates', "Kendall's tau", "Spearman's rho", 'nDCG']);
  for (const { dataset, written, classes, ndcg } of report.datasets)
    for (const [name, { candidates, kendall, spearman }] of Object.entries({ written, classes }))
      table.push([
        dataset,
        `${candidates} ${name}`,
        formatFixed(kendall, 3),
        formatFixed(spearman, 3),
        name === 'written' ? formatFixed(ndcg, 4) : '',
      ]);
  print(`${table.toString()}\n`);
  print('nDCG: how good those are that the ranking puts first; 1 in the order of accuracy itself\n');
  const tops = plainTable(['dataset', 'top', 'mean', 'best', 'mean by FLOPs', 'best by FLOPs', 'true best']);
  for (const { dataset, top, trueBest } of report.datasets)
    for (const { k, mean, best, flops } of top)
      tops.push([
        dataset,
        String(k),
        formatFixed(mean, 2),
        formatFixed(best, 2),
        formatFixed(flops?.mean, 2),
        formatFixed(flops?.best, 2),
        formatFixed(trueBest, 2),
      ]);
  print(tops.toString());
  if (report.top50StabilityBetweenDraws !== null)
    print(`\ntop 50 shared between two draws: ${(report.top50StabilityBetweenDraws * 100).toFixed(0)} %`);
}
