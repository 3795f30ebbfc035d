// Defines the command `zeroscout correlate`: how well a finished ranking agrees with known accuracies.
import type { Command } from 'commander';
import { correlateWith } from '../../client/results/correlate.js';
import { findFinishedSearch } from '../../client/searches/find-search.js';
import { openSpaceWith } from '../../client/specification/open-space.js';
import { readTruth } from '../../client/specification/read-truth.js';
import { SEARCH_ID } from '../arguments.js';
import { printCorrelation } from '../render/correlation.js';
import { printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface Options {
  readonly truth: string;
  readonly json?: true;
}

export function addCorrelateCommand(program: Command): void {
  program
    .command('correlate')
    .description('measure the agreement of a finished ranking with known accuracies')
    .argument('<ID>', SEARCH_ID)
    .requiredOption('--truth <FILE>', 'CSV of known accuracies (arch,<dataset>,...), or another ranking')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) =>
      withSession({ start: 'never' }, (session) => correlate(session, id, options)),
    );
}

async function correlate(
  { client, store, modules }: Session,
  given: string,
  { truth: path, json }: Options,
): Promise<void> {
  const search = await findFinishedSearch({ client, id: given });
  const space = openSpaceWith({ space: search.memo.specification.space, modules });
  const truth = await readTruth({ path, space });
  const report = await correlateWith({ store, search, space, truth });
  if (json) return printJson(report);
  printCorrelation(report);
}
