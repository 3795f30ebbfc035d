// In: `zeroscout space describe KIND|FILE`. Out: how many candidates a space has, how many functions they are, what they cost.
import type { Command } from 'commander';
import { MODULE_FILE, readModule } from '../../client/specification/read-module.js';
import { readCustomSpace } from '../../client/specification/read-specification.js';
import { SpecError } from '../../core/errors.js';
import { describeSpace, type SpaceDescription } from '../../core/spaces/describe.js';
import { definitionOfKind, openSpace, SPACES } from '../../core/spaces/index.js';
import { spaceDefaults, spaceOfKind } from '../../core/specification/space.js';
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
      if (definitionOfKind(kind)?.file)
        throw SpecError.of({
          path: 'KIND',
          message: `found ${kind}; must be the file that defines the space`,
        });
      const space = /\.(ya?ml|json)$/i.test(kind)
        ? await readCustomSpace({ path: kind })
        : MODULE_FILE.test(kind)
          ? await readModule({ path: kind })
          : spaceOfKind({ kind, parameters, path: 'KIND' });
      const description = describeSpace({
        space: openSpace(space),
        resolution: resolution ?? spaceDefaults(space).resolution,
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
