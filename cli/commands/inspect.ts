// Defines the command `zeroscout inspect FILE`: the features found in an ONNX network, and the blocks between
// them.
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { openOutFile } from '../../client/files/out-file.js';
import { loadNetwork } from '../../client/networks/load-network.js';
import { drawGraph } from '../../core/graph/draw-graph.js';
import { type InspectedBlock, inspectInputs, inspectNetwork } from '../../core/graph/inspection.js';
import { createNetworkOptions, type NetworkOptions } from '../network-options.js';
import { createTable } from '../render/table.js';
import { note, oneLine, paint, print, printJson } from '../render/terminal.js';

interface Options extends NetworkOptions {
  readonly svg?: string;
  readonly json?: true;
}

export function addInspectCommand(program: Command): void {
  const command = program
    .command('inspect')
    .description('show the features and blocks found in an ONNX network')
    .argument('<FILE>', 'ONNX file');
  for (const option of createNetworkOptions()) command.addOption(option);
  command
    .option('--svg <FILE>', 'draw the graph into this file')
    .option('--json', 'print JSON')
    .action((file: string, options: Options) => inspect(file, options));
}

async function inspect(file: string, { svg, json, ...options }: Options): Promise<void> {
  const drawing = svg === undefined ? undefined : openOutFile({ path: svg, field: 'svg' });
  const { source, network, digest, notes } = await loadNetwork({ file, options });
  const blocks = inspectNetwork({ graph: source, network });
  const inputs = inspectInputs(network);
  for (const text of notes) note(paint.yellow(oneLine(`${file}: ${text}`)));
  await drawing?.place((part) => writeFile(part, drawGraph({ graph: source, network })));
  const { macs, parameters } = network.costs;
  const several = inputs.length > 0 ? { inputs } : {};
  if (json) return printJson({ file, digest, ...several, features: network.found, macs, parameters, blocks });
  print(`${oneLine(file)}  ${digest}`);
  if (inputs.length > 0)
    print(
      `  inputs      ${inputs.map(({ name, shape }) => `${oneLine(name)} ${shape.join(' x ') || 1}`).join(', ')}`,
    );
  print(`  features    ${FOUND[network.found]}`);
  print(`  MACs        ${(macs / 1e6).toFixed(1)} million`);
  print(`  parameters  ${(parameters / 1e6).toFixed(3)} million\n`);
  print(tableOf(blocks));
  if (drawing) note(`${svg} shows the graph`);
}

const FOUND = {
  stages: 'the last cut point before each change of resolution',
  blocks: 'where branches meet (residual sums, concatenations), or cut points between layers',
  vectors: 'vectors (residual sums, concatenations, what linear layers read)',
  named: 'the tensors that were named',
} as const;

function tableOf(blocks: readonly InspectedBlock[]): string {
  const table = createTable(['block', 'feature', 'shape', 'MACs', 'parameters', 'operators']);
  blocks.forEach(({ feature, shape, operators, parameters, macs }, i) => {
    const counts = Object.entries(operators).sort(([, a], [, b]) => b - a);
    table.push([
      i === 0 ? 'stem' : feature === undefined ? 'head' : String(i),
      oneLine(feature ?? '-'),
      shape?.join(' x ') ?? '-',
      `${(macs / 1e6).toFixed(2)} M`,
      `${(parameters / 1e3).toFixed(1)} K`,
      counts.map(([name, count]) => (count > 1 ? `${count} ${name}` : name)).join(', '),
    ]);
  });
  return table.toString();
}
