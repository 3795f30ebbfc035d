// Defines the command `zeroscout compare`: how well the proxies of finished searches rank, how stable the
// rankings are, and what to do next.
import type { Command } from 'commander';
import { compareSearches } from '../../client/comparison/compare-searches.js';
import { writeComparison } from '../../client/comparison/write-comparison.js';
import { openOutFolder } from '../../client/files/out-folder.js';
import { readTruth } from '../../client/specification/read-truth.js';
import { createWholeNumberParser, SEARCH_IDS } from '../arguments.js';
import { printComparison } from '../render/comparison.js';
import { note, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface Options {
  readonly truth?: string;
  readonly time: number;
  readonly out?: string;
  readonly json?: true;
}

export function addCompareCommand(program: Command): void {
  program
    .command('compare')
    .description(
      'compare the proxies of finished searches: agreement, cost, redundancy, stability, and a checklist',
    )
    .argument('<ID...>', SEARCH_IDS)
    .option('--truth <FILE>', 'CSV of known accuracies (arch,<dataset>,...), or another ranking')
    .option(
      '--time <N>',
      'time the proxies of N candidates on this machine; 0: do not',
      createWholeNumberParser({ min: 0, max: 100 }),
      5,
    )
    .option('--out <DIR>', 'write comparison.json and a CSV file for each table to this folder')
    .option('--json', 'print JSON')
    .action(async (ids: readonly string[], options: Options) => {
      if (options.out !== undefined) await openOutFolder(options.out);
      await withSession({ start: 'never' }, (session) => compare(session, ids, options));
    });
}

async function compare(
  { client, store, modules }: Session,
  ids: readonly string[],
  { truth: path, time: timed, out, json }: Options,
): Promise<void> {
  const comparison = await compareSearches({
    client,
    store,
    modules,
    ids,
    timed,
    readTruth: path === undefined ? undefined : (space) => readTruth({ path, space }),
  });
  if (out !== undefined) {
    await writeComparison({ folder: out, comparison });
    note(`files in ${out}`);
  }
  if (json) return printJson(comparison);
  if (out === undefined) printComparison(comparison);
}
