// Defines the command `zeroscout diff`: show what changed from one finished search to another.
import type { Command } from 'commander';
import { diffSearches } from '../../client/results/diff-searches.js';
import { createWholeNumberParser } from '../arguments.js';
import { formatChanges } from '../render/changes.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface Options {
  readonly top: number;
  readonly json?: true;
}

export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description('show what changed from one finished search to another')
    .argument('<RUN_A>', 'the earlier search')
    .argument('<RUN_B>', 'the later search')
    .option(
      '--top <N>',
      'number of candidates in the top, and of lines in each list',
      createWholeNumberParser({ min: 1, max: 1e6 }),
      10,
    )
    .option('--json', 'print JSON')
    .action((a: string, b: string, options: Options) =>
      withSession({ start: 'never' }, (session) => diff(session, { a, b, ...options })),
    );
}

async function diff(
  session: Session,
  { a, b, top, json }: Options & { readonly a: string; readonly b: string },
): Promise<void> {
  const { changes, fields } = await diffSearches(session, { earlier: a, later: b, top });
  if (json) return printJson(changes);
  print(formatChanges(changes));
  if (fields.length) note(paint.yellow(`the specifications differ in ${fields.join(', ')}`));
}
