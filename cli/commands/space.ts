// Defines the commands `zeroscout space describe` and `space costs`: how many candidates a space has, and
// what candidates cost.
import type { Command } from 'commander';
import { computeCandidateCosts } from '../../client/spaces/candidate-costs.js';
import { describeSpaceInput, type SpaceInput } from '../../client/spaces/describe-space.js';
import { readModulePermission } from '../../client/specification/module-permission.js';
import { MODULE_FILE } from '../../client/specification/read-module.js';
import type { SpaceDescription } from '../../core/spaces/describe.js';
import { SPACES } from '../../core/spaces/index.js';
import { createWholeNumberParser } from '../arguments.js';
import { createTable } from '../render/table.js';
import { print, printJson } from '../render/terminal.js';

interface Options {
  readonly size?: string;
  readonly resolution?: number;
  readonly json?: true;
}

/** The option of `space costs` beside those of every command about a space. */
interface CostsOption {
  readonly candidates: string;
}

const BUILT_IN = SPACES.filter((definition) => !('file' in definition)).map(({ kind }) => kind);

const WHICH = `${BUILT_IN.join(', ')}, or the file that defines a space (.yaml, .yml, .json, .ts, .js)`;

/** The sizes of each space that has sizes, such as `tiny, small, base (autoformer)`. */
const SIZES = SPACES.flatMap(({ kind, schema: { shape } }) =>
  'size' in shape ? [`${shape.size.options.join(', ')} (${kind})`] : [],
);

export function addSpaceCommand(program: Command): void {
  const space = program.command('space').description('describe search spaces');
  withOptions(
    space
      .command('describe')
      .description('describe a space: its size, distinct functions, costs, and an example'),
  ).action(async (kind: string, { resolution, json, ...parameters }: Options) => {
    const description = await describeSpaceInput({
      space: inputOf(kind, parameters),
      resolution,
      modules: readModulePermission(),
    });
    if (json) printJson({ ...description, candidates: jsonSize(description.candidates) });
    else show(description);
  });
  withOptions(space.command('costs').description('count parameters and FLOPs of each candidate in a list'))
    .requiredOption(
      '--candidates <FILE>',
      'file with one candidate a line, or a table with a column "candidate" or "arch"',
    )
    .action(async (kind: string, { resolution, json, candidates, ...parameters }: Options & CostsOption) => {
      const costs = await computeCandidateCosts({
        space: inputOf(kind, parameters),
        candidates,
        resolution,
        modules: readModulePermission(),
      });
      if (json) return printJson(costs);
      const table = createTable(['candidate', 'parameters', 'flops']);
      for (const { candidate, parameters: count, flops } of costs)
        table.push([candidate, String(count), String(flops)]);
      print(table.toString());
    });
}

/** Adds the options that both commands have. */
function withOptions(command: Command): Command {
  return command
    .argument('<KIND>', WHICH)
    .option('--size <SIZE>', `size of a space that has sizes: ${SIZES.join('; ')}`)
    .option(
      '--resolution <PIXELS>',
      "side of the images for which costs are counted (default: the space's own)",
      createWholeNumberParser({ min: 8, max: 512 }),
    )
    .option('--json', 'print JSON');
}

function inputOf(kind: string, parameters: Readonly<Record<string, unknown>>): SpaceInput {
  const isFile = /\.(ya?ml|json)$/i.test(kind) || MODULE_FILE.test(kind);
  return isFile ? { file: kind } : { kind, ...parameters };
}

function show(description: SpaceDescription): void {
  const { kind, candidates, distinct, sampled, flops, parameters, layers, example } = description;
  print(kind);
  print(`  candidates  ${candidates}`);
  if (distinct !== null) print(`  distinct    ${distinct} functions`);
  const whose = sampled === null ? 'all' : `${sampled} random`;
  print(`  costs of ${whose} candidates at ${description.resolution} pixels:`);
  print(`  FLOPs       ${(flops.min / 1e6).toFixed(2)} to ${(flops.max / 1e6).toFixed(2)} million`);
  print(`  parameters  ${(parameters.min / 1e6).toFixed(3)} to ${(parameters.max / 1e6).toFixed(3)} million`);
  if (layers) print(`  layers      ${layers.min} to ${layers.max}`);
  print(`  for example ${example}`);
}

/** A number if JSON readers preserve it exactly, else its digits as text. */
function jsonSize(size: bigint | 'unbounded'): number | string {
  return typeof size === 'bigint' && size <= Number.MAX_SAFE_INTEGER ? Number(size) : String(size);
}
