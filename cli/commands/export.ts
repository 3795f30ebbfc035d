// In: `zeroscout export ID`. Out: the first of a finished ranking as files that training starts from.
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { openOutFolder, placeFile } from '../../client/files/out-folder.js';
import { latencyJson, measuredScopes } from '../../client/results/latencies.js';
import { readResults } from '../../client/results/results.js';
import { finishedSearch } from '../../client/searches/find-search.js';
import { modelLayers, trainableParameters } from '../../core/export/layers.js';
import { onnxModel } from '../../core/export/onnx-model.js';
import { pytorchModule } from '../../core/export/pytorch-module.js';
import { randomDraw } from '../../core/ir/draw.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { spaceDefaults } from '../../core/specification/space.js';
import type { Specification } from '../../core/specification/specification.js';
import { wholeNumber } from '../arguments.js';
import { printable } from '../render/results.js';
import { note, print, printJson } from '../render/terminal.js';
import { withSession } from '../session.js';

type Format = 'config' | 'onnx' | 'pytorch';

interface ExportOptions {
  readonly top: number;
  readonly format: Format;
  readonly out: string;
  readonly json?: true;
}

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('the best candidates of a finished search as files to go on with')
    .argument('<ID>')
    .option('--top <N>', 'the first N', wholeNumber({ min: 1, max: 10_000 }), 1)
    .addOption(
      new Option('--format <FORMAT>', 'text and costs, ONNX model with initial weights, PyTorch module')
        .choices(['config', 'onnx', 'pytorch'])
        .default('config'),
    )
    .requiredOption('--out <DIR>', 'folder for the files, rank-1.json and so on')
    .option('--json', 'print what was written as JSON')
    .action(async (id: string, options: ExportOptions) => {
      await openOutFolder(options.out);
      await withSession({ start: 'never' }, async ({ client, store }) => {
        const { memo, result } = await finishedSearch({ client, id });
        const measured = await measuredScopes({ client, id: result.id });
        const results = await readResults({ store, result, measured });
        const rows = await results.first(options.top);
        const latencies = await results.latencies(rows);
        const folder = resolve(options.out);
        const files: string[] = [];
        for (const row of rows) {
          const latency = latencyJson(latencies.get(row.candidate));
          const { name, content } = exported({
            ...{ row, latency, id, specification: memo.specification, format: options.format },
            machines: [...new Set(Object.values(results.scopes))],
          });
          files.push(await placeFile({ folder, name }, (path) => writeFile(path, content)));
        }
        await removeStale({ folder, format: options.format, files });
        if (options.json) printJson({ id, files });
        else print(files.join('\n'));
      });
    });
}

const NAMES: Readonly<Record<Format, RegExp>> = {
  config: /^rank-\d+\.json$/,
  onnx: /^rank-\d+\.onnx$/,
  pytorch: /^rank_\d+\.py$/,
};

/** What an earlier export of the same format left beyond the ranks of this one would pass for a part of it. */
async function removeStale({
  folder,
  format,
  files,
}: {
  folder: string;
  format: Format;
  files: readonly string[];
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

/** The file of one candidate. Images have the size that the space is published with. */
function exported({
  row: { rank, candidate, score, proxies },
  latency,
  machines,
  id,
  specification: { space: kind, seed },
  format,
}: {
  row: RankingRow;
  /** Empty where nobody measured it. */
  latency: object;
  machines: readonly string[];
  id: string;
  specification: Specification;
  format: Format;
}): { name: string; content: string | Uint8Array } {
  const space = openSpace(kind);
  const { resolution } = spaceDefaults(kind);
  const costs = space.costs({ candidate, resolution });
  const layers = modelLayers({ network: space.network({ candidate, resolution }), resolution });
  if (format === 'config') {
    const measured = printable({ score, ...proxies });
    const content = {
      search: id,
      rank,
      space: kind,
      candidate,
      resolution,
      costs,
      trainableParameters: trainableParameters(layers),
      ...measured,
      ...('latency' in latency ? { ...latency, latencyMachines: machines } : {}),
    };
    return { name: `rank-${rank}.json`, content: `${JSON.stringify(content, null, 2)}\n` };
  }
  if (format === 'onnx')
    return {
      name: `rank-${rank}.onnx`,
      content: onnxModel({ layers, draw: randomDraw({ seed, draw: 0 }), resolution }),
    };
  const comment = `${kind.kind} ${candidate}; rank ${rank} of search ${id}; ${trainableParameters(layers)} trainable parameters, images of ${resolution} x ${resolution}`;
  return { name: `rank_${rank}.py`, content: pytorchModule({ layers, comment }) };
}
