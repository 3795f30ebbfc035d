// Defines the command `zeroscout gc`: deletes what is old and what nothing refers to, or lists it.
import { type Command, Option } from 'commander';
import { applyRetention, type RetentionReport } from '../../client/retention/apply-retention.js';
import { createWholeNumberParser, parseDurationArgument } from '../arguments.js';
import { createTable } from '../render/table.js';
import { note, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

interface Options {
  readonly dryRun?: true;
  readonly keepLast: number;
  readonly olderThan: number;
  readonly forgetNamespace: readonly string[];
  readonly json?: true;
}

export function addGcCommand(program: Command): void {
  program
    .command('gc')
    .description('delete old runs, and the blobs and scores that no kept run and no schedule refers to')
    .option('--dry-run', 'only report what would be deleted')
    .addOption(
      new Option(
        '--keep-last <N>',
        'number of finished runs of each schedule, and of each specification name, that are kept whatever their age',
      )
        .argParser(createWholeNumberParser({ min: 0, max: 1e6 }))
        .default(1)
        .env('ZEROSCOUT_GC_KEEP_LAST'),
    )
    .addOption(
      new Option('--older-than <DURATION>', 'age up to which everything is kept')
        .argParser(parseDurationArgument)
        .default(30 * 86_400_000, '30d')
        .env('ZEROSCOUT_GC_OLDER_THAN'),
    )
    .addOption(
      new Option(
        '--forget-namespace <IDS...>',
        'ids of other Temporal namespaces that used the same streams of NATS and whose searches need nothing there any more',
      ).default([], 'none'),
    )
    .option('--json', 'print JSON')
    .action(({ dryRun, json, forgetNamespace: forgetNamespaces, ...retention }: Options) =>
      withSession({ start: 'never' }, async (session) => {
        const { gone, ...report } = await applyRetention(session, {
          ...retention,
          forgetNamespaces,
          which: dryRun ? 'rehearsal' : 'delete',
        });
        if (json) return printJson(report);
        print(tableOf(report));
        noteDamaged(report);
        for (const { id, series } of gone) note(`${dryRun ? 'would go' : 'gone'}: run ${id} of ${series}`);
      }),
    );
}

function noteDamaged({ damagedBlobs }: RetentionReport): void {
  if (damagedBlobs.length === 0) return;
  note('no blob is deleted, as it is not known which ones a damaged one names');
  for (const { digest, run } of damagedBlobs) {
    const [who, again] = run === undefined ? ['a schedule', ''] : [`run ${run}`, ` --again --id ${run}`];
    note(
      `damaged: blob ${digest}, which ${who} needs; \`zeroscout run${again}\` with its specification restores it`,
    );
  }
}

function tableOf({ deleted, runs, damagedBlobs: _, ...held }: RetentionReport): string {
  const table = createTable(['', 'kept', deleted ? 'deleted' : 'would go']);
  const size = ({ count, bytes }: { readonly count: number; readonly bytes: number }) =>
    count ? `${count}, ${(bytes / 1e6).toFixed(1)} MB` : '0';
  table.push(['runs', String(runs.kept.length), String(runs.gone.length)]);
  for (const [name, { kept, gone }] of Object.entries(held)) table.push([name, size(kept), size(gone)]);
  return table.toString();
}
