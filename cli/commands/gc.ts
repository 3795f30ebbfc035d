// In: `zeroscout gc`. Out: what old runs, blobs and scores cost, and, unless it is a rehearsal, that they are gone.
import { type Command, Option } from 'commander';
import type { Choice } from '../../client/retention/choose.js';
import { type Collection, collect, planCollection } from '../../client/retention/collect.js';
import type { Holding } from '../../store/store.js';
import { duration, wholeNumber } from '../arguments.js';
import { plainTable } from '../render/results.js';
import { note, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

interface Options {
  readonly dryRun?: true;
  readonly keepLast: number;
  readonly olderThan: number;
  readonly json?: true;
}

export function addGcCommand(program: Command): void {
  program
    .command('gc')
    .description('delete old runs, and the blobs and scores that no kept run and no schedule refers to')
    .option('--dry-run', 'only say what there is and what would go')
    .addOption(
      new Option(
        '--keep-last <N>',
        'finished runs of each schedule, and of each specification name, that are kept whatever their age',
      )
        .argParser(wholeNumber({ min: 0, max: 1e6 }))
        .default(1)
        .env('ZEROSCOUT_GC_KEEP_LAST'),
    )
    .addOption(
      new Option('--older-than <DURATION>', 'what is younger is kept')
        .argParser(duration)
        .default(30 * 86_400_000, '30d')
        .env('ZEROSCOUT_GC_OLDER_THAN'),
    )
    .option('--json', 'for programs')
    .action(({ dryRun, json, ...retention }: Options) =>
      withSession({ start: 'never' }, async ({ client, store }) => {
        const collection = await planCollection({ client, store, ...retention, now: Date.now() });
        if (!dryRun) await collect({ client, store, collection });
        const report = reportOf({ collection, deleted: !dryRun });
        if (json) return printJson(report);
        print(tableOf(report));
        for (const { id, series } of collection.runs.gone)
          note(`${dryRun ? 'would go' : 'gone'}: run ${id} of ${series}`);
      }),
    );
}

type Report = ReturnType<typeof reportOf>;

function reportOf({
  collection: { runs, blobs, scores, failures },
  deleted,
}: {
  collection: Collection;
  deleted: boolean;
}) {
  const cost = (holdings: readonly Holding[]) => ({
    count: holdings.reduce((sum, { count }) => sum + count, 0),
    bytes: holdings.reduce((sum, { bytes }) => sum + bytes, 0),
  });
  const costs = ({ kept, gone }: Choice<Holding>) => ({ kept: cost(kept), gone: cost(gone) });
  const ids = (list: Collection['runs']['kept']) => list.map(({ id, runId }) => ({ id, runId }));
  return {
    deleted,
    runs: { kept: ids(runs.kept), gone: ids(runs.gone) },
    blobs: costs(blobs),
    scores: costs(scores),
    failures: costs(failures),
  };
}

function tableOf({ deleted, runs, ...held }: Report): string {
  const table = plainTable(['', 'kept', deleted ? 'deleted' : 'would go']);
  const size = ({ count, bytes }: { count: number; bytes: number }) =>
    count ? `${count}, ${(bytes / 1e6).toFixed(1)} MB` : '0';
  table.push(['runs', String(runs.kept.length), String(runs.gone.length)]);
  for (const [name, { kept, gone }] of Object.entries(held)) table.push([name, size(kept), size(gone)]);
  return table.toString();
}
