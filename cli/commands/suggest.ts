// Defines the command `zeroscout suggest`, which lists the networks of a finished search to train next.
import type { Command } from 'commander';
import { suggestNetworks } from '../../client/calibration/suggest-networks.js';
import { findFinishedSearch } from '../../client/searches/find-search.js';
import { openSpaceWith } from '../../client/specification/open-space.js';
import { readTruth } from '../../client/specification/read-truth.js';
import { textCell } from '../../core/text/text-cell.js';
import { createWholeNumberParser, SEARCH_ID } from '../arguments.js';
import { createTable } from '../render/table.js';
import { print, printData, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface Options {
  readonly budget: number;
  readonly known?: string;
  readonly seed: number;
  readonly csv?: true;
  readonly json?: true;
}

export function addSuggestCommand(program: Command): void {
  program
    .command('suggest')
    .description('suggest networks of a finished search to train, to find good ones and to calibrate')
    .argument('<ID>', SEARCH_ID)
    .option(
      '--budget <N>',
      'number of networks that can be trained',
      createWholeNumberParser({ min: 1, max: 100_000 }),
      20,
    )
    .option('--known <FILE>', 'CSV of known accuracies; these networks are not suggested')
    .option(
      '--seed <N>',
      'seed for drawing networks',
      createWholeNumberParser({ min: 0, max: 2 ** 32 - 1 }),
      1,
    )
    .option('--csv', 'print a table arch,accuracy without accuracies, to be filled in for calibrate --truth')
    .option('--json', 'print JSON')
    .action((id: string, options: Options) =>
      withSession({ start: 'never' }, (session) => suggest(session, id, options)),
    );
}

async function suggest(
  { client, store, modules }: Session,
  id: string,
  { budget, known, seed, csv, json }: Options,
): Promise<void> {
  const search = await findFinishedSearch({ client, id });
  const space = openSpaceWith({ space: search.memo.specification.space, modules });
  const truth = known === undefined ? undefined : await readTruth({ path: known, space, field: 'known' });
  const found = await suggestNetworks({ store, search, space, truth, options: { budget, seed } });
  if (json) return printJson(found);
  if (csv) {
    const lines = found.map(({ candidate }) => `${textCell(candidate)},`);
    return printData(`${['arch,accuracy', ...lines].join('\n')}\n`);
  }
  const table = createTable(['rank', 'candidate', 'why']);
  for (const { rank, candidate, kind } of found) table.push([String(rank), candidate, kind]);
  print(table.toString());
  if (found.some(({ kind }) => kind === 'winner'))
    print('\nwinner: may be the best, and says whether the top holds what it promises');
  if (found.some(({ kind }) => kind === 'spread'))
    print('spread: drawn at random from one part of the rest, so that a calibration knows every region');
}
