// The command `zeroscout space describe`: how many candidates a space has, how many functions they are, what they cost.
import type { Command } from 'commander';
import { describeSpaceInput } from '../../client/spaces/describe-space.js';
import { modulePermission } from '../../client/specification/allow-modules.js';
import { MODULE_FILE } from '../../client/specification/read-module.js';
import type { SpaceDescription } from '../../core/spaces/describe.js';
import { SPACES } from '../../core/spaces/index.js';
import { wholeNumber } from '../arguments.js';
import { print, printJson } from '../render/terminal.js';

interface Options {
  readonly size?: string;
  readonly resolution?: number;
  readonly json?: true;
}

const BUILT_IN = SPACES.filter((definition) => !('file' in definition)).map(({ kind }) => kind);

export function addSpaceCommand(program: Command): void {
  program
    .command('space')
    .description('what there is to search')
    .command('describe')
    .description('size of a space, distinct functions in it, costs, an example')
    .argument(
      '<KIND>',
      `${BUILT_IN.join(', ')}, or the file that defines a space (.yaml, .yml, .json, .ts, .js)`,
    )
    .option('--size <SIZE>', 'of autoformer: tiny, small, base')
    .option(
      '--resolution <PIXELS>',
      "side of the images that costs are counted for (default: the space's own)",
      wholeNumber({ min: 8, max: 512 }),
    )
    .option('--json', 'for programs')
    .action(async (kind: string, { resolution, json, ...parameters }: Options) => {
      const isFile = /\.(ya?ml|json)$/i.test(kind) || MODULE_FILE.test(kind);
      const description = await describeSpaceInput({
        space: isFile ? { file: kind } : { kind, parameters },
        resolution,
        modules: modulePermission(),
      });
      if (json) printJson({ ...description, candidates: jsonSize(description.candidates) });
      else show(description);
    });
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

/** A number where JSON's readers keep it exact, else its digits. */
function jsonSize(size: bigint | 'unbounded'): number | string {
  return typeof size === 'bigint' && size <= Number.MAX_SAFE_INTEGER ? Number(size) : String(size);
}
