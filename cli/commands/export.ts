// Defines the command `zeroscout export`: the best candidates of a finished ranking as files with which
// training can start.
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { openOutFolder, placeFile } from '../../client/files/out-folder.js';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  exportCandidates,
} from '../../client/results/export-candidates.js';
import { listMeasuredScopes } from '../../client/results/latencies.js';
import { readResults } from '../../client/results/results.js';
import { findFinishedSearch } from '../../client/searches/find-search.js';
import { createWholeNumberParser, SEARCH_ID } from '../arguments.js';
import { note, printData, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

interface ExportOptions {
  readonly top: number;
  readonly format: ExportFormat;
  readonly out: string;
  readonly json?: true;
}

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write the best candidates of a finished search as files with which training can start')
    .argument('<ID>', SEARCH_ID)
    .option('--top <N>', 'the first N', createWholeNumberParser({ min: 1, max: 10_000 }), 1)
    .addOption(
      new Option(
        '--format <FORMAT>',
        'config: text and costs; onnx: a model with initial weights; pytorch: a module',
      )
        .choices(EXPORT_FORMATS)
        .default('config'),
    )
    .requiredOption('--out <DIR>', 'folder of the files, such as rank-1.json')
    .option('--json', 'print a list of the files as JSON')
    .action(async (id: string, options: ExportOptions) => {
      await openOutFolder(options.out);
      const { top, format } = options;
      await withSession({ start: 'never' }, async ({ client, store, modules }) => {
        const { memo, result } = await findFinishedSearch({ client, id });
        const measured = await listMeasuredScopes({ client, id: result.id });
        const results = await readResults({ store, result, measured });
        const folder = resolve(options.out);
        const files: string[] = [];
        const { specification } = memo;
        const blob = (digest: string) => store.blobs.get(digest);
        const exported = exportCandidates({ results, specification, modules, format, top, blob });
        for await (const { name, content } of exported)
          files.push(await placeFile({ folder, name }, (path) => writeFile(path, content)));
        await removeStale({ folder, format, files });
        if (options.json) printJson({ id, files });
        else printData(files.join('\n'));
      });
    });
}

const NAMES: Readonly<Record<ExportFormat, RegExp>> = {
  config: /^rank-\d+\.json$/,
  onnx: /^rank-\d+\.onnx$/,
  pytorch: /^rank_\d+\.py$/,
};

/**
 * Removes files of an earlier export of the same format with ranks beyond this one's, which would be taken
 * for part of it.
 */
async function removeStale({
  folder,
  format,
  files,
}: {
  readonly folder: string;
  readonly format: ExportFormat;
  readonly files: readonly string[];
}): Promise<void> {
  const stale = (await readdir(folder)).filter(
    (name) => NAMES[format].test(name) && !files.includes(join(folder, name)),
  );
  for (const name of stale) await rm(join(folder, name), { force: true });
  if (stale.length > 0)
    note(
      `removed ${stale.length} of an earlier export: ${stale.slice(0, 3).join(', ')}${stale.length > 3 ? ', ...' : ''}`,
    );
}
