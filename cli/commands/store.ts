// The command `zeroscout store check`: says what is damaged in the store, and rewrites it without that.

import type { Command } from 'commander';
import { readConfigured } from '../../client/connections/resolve-connections.js';
import type { NatsSettings } from '../../client/connections/settings.js';
import { ensureServices } from '../../client/embedded/embedded.js';
import { resolveHome } from '../../client/embedded/home.js';
import type { Checked, CheckedKind, DamagedMessage, Inspection } from '../../store/inspection.js';
import { openInspection } from '../../store/inspection.js';
import { EXIT } from '../exit-codes.js';
import { plainTable } from '../render/table.js';
import { note, paint, print, printJson } from '../render/terminal.js';

interface Options {
  readonly repair?: true;
  readonly json?: true;
}

/** Waits for a server that is busy reading; a check of millions takes long anyway. */
const PATIENCE_MS = 60_000;
/** Names for people; programs get more. */
const SHOWN = 20;
const LISTED = 10_000;

export function addStoreCommands(program: Command): void {
  const store = program.command('store').description('look after what is stored in NATS');
  store
    .command('check')
    .description(
      'read all scores, latencies, failures and blobs, and say which are damaged; exit code 1 if any is',
    )
    .option('--repair', 'write the damaged streams anew without what is damaged; no search should run')
    .option('--json', 'for programs')
    .action(async ({ repair, json }: Options) => {
      const inspection = await openInspection({
        ...(await natsSettings()),
        patienceMs: PATIENCE_MS,
        name: 'zeroscout-cli',
      });
      try {
        const found = await look(inspection);
        if (repair && found.damaged > 0) {
          if (!json) tell(found);
          await inspection.repair(found.checked);
          const after = await look(inspection);
          if (json) printJson({ ...found, repaired: after });
          else
            print(
              after.damaged === 0
                ? `repaired: what was damaged is gone, and is computed again when a search needs it`
                : textOf(after),
            );
          process.exitCode = after.damaged === 0 ? EXIT.done : EXIT.failed;
          return;
        }
        if (json) printJson(found);
        else tell(found);
        process.exitCode = found.damaged === 0 ? EXIT.done : EXIT.failed;
      } finally {
        await inspection.close();
      }
    });
}

/** NATS alone: Temporal has no part in this. */
async function natsSettings(): Promise<NatsSettings> {
  const { nats } = readConfigured({});
  if (nats) return nats;
  const onStep = (text: string) => note(paint.dim(text));
  const services = await ensureServices({ home: resolveHome(), onStep, which: ['nats'] });
  return { url: services.nats!.address, source: 'embedded' };
}

interface Found {
  readonly damaged: number;
  readonly checked: readonly Checked[];
  /** The first of them. */
  readonly messages: readonly DamagedMessage[];
}

async function look(inspection: Inspection): Promise<Found> {
  const messages: DamagedMessage[] = [];
  const checked = await inspection.check(
    (message) => void (messages.length < LISTED && messages.push(message)),
  );
  return { damaged: checked.reduce((sum, { damaged }) => sum + damaged, 0), checked, messages };
}

function tell(found: Found): void {
  print(textOf(found));
  const { messages, damaged } = found;
  for (const { kind, name, why, isStoredAgain } of messages.slice(0, SHOWN))
    note(`${NAMES[kind]} ${name}: ${why}${isStoredAgain ? '; nothing is missing for it' : ''}`);
  if (damaged > SHOWN)
    note(`and ${damaged - SHOWN} more; --json names ${damaged > LISTED ? `${LISTED} of them` : 'all'}`);
  if (damaged > 0)
    note('searches compute again what they need of it; `zeroscout store check --repair` removes it');
}

const NAMES: Readonly<Record<CheckedKind, string>> = {
  scores: 'score',
  latencies: 'latency',
  failures: 'failure',
  workers: 'record of a worker',
  blobs: 'blob',
};

function textOf({ checked }: Found): string {
  const table = plainTable(['', 'checked', 'damaged']);
  for (const { kind, count, damaged } of checked) table.push([kind, String(count), String(damaged)]);
  return table.toString();
}
