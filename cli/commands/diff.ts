// In: `zeroscout diff RUN_A RUN_B`. Out: what entered and left the top, what moved, came and went, and what fails now.
import type { Command } from 'commander';
import { diffRuns } from '../../activities/compare-runs.js';
import { finishedSearch } from '../../client/searches/find-search.js';
import { SpecError } from '../../core/errors.js';
import { specificationDifferences } from '../../core/specification/specification-digest.js';
import { wholeNumber } from '../arguments.js';
import { changesText } from '../render/changes.js';
import { note, paint, print, printJson } from '../render/terminal.js';
import { type Session, withSession } from '../session.js';

interface Options {
  readonly top: number;
  readonly json?: true;
}

export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description('what changed from one finished search to another')
    .argument('<RUN_A>', 'the earlier one')
    .argument('<RUN_B>', 'the later one')
    .option(
      '--top <N>',
      'how far the top reaches, and lines of each list',
      wholeNumber({ min: 1, max: 1e6 }),
      10,
    )
    .option('--json', 'for programs')
    .action((a: string, b: string, options: Options) =>
      withSession({ start: 'never' }, (session) => diff(session, { a, b, ...options })),
    );
}

async function diff(
  { client, store }: Session,
  { a, b, top, json }: Options & { a: string; b: string },
): Promise<void> {
  const [one, other] = await Promise.all([
    finishedSearch({ client, id: a, argument: 'RUN_A' }),
    finishedSearch({ client, id: b, argument: 'RUN_B' }),
  ]);
  if (one.memo.space !== other.memo.space)
    throw SpecError.of({
      path: 'RUN_B',
      message: `"${b}" searched ${other.memo.space} and "${a}" ${one.memo.space}; must be one space`,
    });
  const changes = await diffRuns({
    store,
    a: { ...one.result, id: one.id },
    b: { ...other.result, id: other.id },
    top,
  });
  if (json) return printJson(changes);
  print(changesText(changes));
  const differences = specificationDifferences(one.memo.specification, other.memo.specification);
  const fields = differences.map((line) => line.split(':')[0]);
  if (fields.length) note(paint.yellow(`the specifications differ in ${fields.join(', ')}`));
}
