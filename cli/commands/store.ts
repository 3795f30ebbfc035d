// Defines the command `zeroscout store check`, which lists what is damaged in the store, and can rewrite the
// store without it.
import type { Command } from 'commander';
import { MOST_NAMED, openStoreCheck, type StoreFindings } from '../../client/store/check-store.js';
import type { CheckedKind } from '../../store/inspection.js';
import { EXIT } from '../exit-codes.js';
import { createTable } from '../render/table.js';
import { note, paint, print, printJson } from '../render/terminal.js';

interface Options {
  readonly repair?: true;
  readonly json?: true;
}

/** The number of damaged messages that people see; --json shows more. */
const SHOWN = 20;

export function addStoreCommands(program: Command): void {
  const store = program.command('store').description('check and repair the data stored in NATS');
  store
    .command('check')
    .description('check all scores, latencies, failures and blobs for damage; exit code 1 if any is damaged')
    .option(
      '--repair',
      'rewrite the damaged streams without the damaged messages; no search should be running',
    )
    .option('--json', 'print JSON')
    .action(async ({ repair, json }: Options) => {
      const onStep = (text: string) => note(paint.dim(text));
      const store = await openStoreCheck({ name: 'zeroscout-cli', onStep });
      try {
        const found = await store.check();
        if (repair && found.damaged > 0) {
          if (!json) printFindings(found);
          const after = await store.repair(found);
          if (json) printJson({ ...found, repaired: after });
          else
            print(
              after.damaged === 0
                ? `repaired: damaged data were removed, and are computed again when a search needs them`
                : textOf(after),
            );
          process.exitCode = after.damaged === 0 ? EXIT.done : EXIT.failed;
          return;
        }
        if (json) printJson(found);
        else printFindings(found);
        process.exitCode = found.damaged === 0 ? EXIT.done : EXIT.failed;
      } finally {
        await store.close();
      }
    });
}

function printFindings(found: StoreFindings): void {
  print(textOf(found));
  const { messages, damaged } = found;
  for (const { kind, name, why, isStoredAgain } of messages.slice(0, SHOWN))
    note(`${NAMES[kind]} ${name}: ${why}${isStoredAgain ? '; nothing is missing for it' : ''}`);
  if (damaged > SHOWN)
    note(
      `and ${damaged - SHOWN} more; --json names ${damaged > MOST_NAMED ? `${MOST_NAMED} of them` : 'all'}`,
    );
  if (damaged > 0)
    note(
      'searches compute again what they need; `zeroscout store check --repair` removes the damaged messages',
    );
}

const NAMES: Readonly<Record<CheckedKind, string>> = {
  scores: 'score',
  latencies: 'latency',
  failures: 'failure',
  workers: 'record of a worker',
  blobs: 'blob',
};

function textOf({ checked }: StoreFindings): string {
  const table = createTable(['', 'checked', 'damaged']);
  for (const { kind, count, damaged } of checked) table.push([kind, String(count), String(damaged)]);
  return table.toString();
}
