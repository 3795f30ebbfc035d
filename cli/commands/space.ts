// In: `zeroscout space describe KIND`. Out: how many candidates a space has, how many functions they are, what they cost.
import type { Command } from 'commander';
import { describeSpace } from '../../core/spaces/describe.js';
import { openSpace, SPACE_KINDS } from '../../core/spaces/index.js';
import { SpecError } from '../../core/spec/errors.js';
import { unknownValue } from '../../core/spec/nearest.js';
import { print, printJson } from '../terminal.js';

export function addSpaceCommand(program: Command): void {
  program
    .command('space')
    .description('what there is to search')
    .command('describe')
    .description('size of a space, distinct functions in it, costs, an example')
    .argument('<KIND>', SPACE_KINDS.join(', '))
    .option('--json', 'for programs')
    .action((kind: string, { json }: { json?: true }) => {
      if (!SPACE_KINDS.includes(kind))
        throw SpecError.of({ path: 'KIND', message: unknownValue({ word: kind, known: SPACE_KINDS }) });
      const description = describeSpace(openSpace({ kind }));
      if (json) return printJson(description);
      const { candidates, distinct, flops, parameters, example } = description;
      print(kind);
      print(`  candidates  ${candidates}`);
      print(`  distinct    ${distinct} functions`);
      print(`  FLOPs       ${(flops.min / 1e6).toFixed(2)} to ${(flops.max / 1e6).toFixed(2)} million`);
      print(
        `  parameters  ${(parameters.min / 1e6).toFixed(3)} to ${(parameters.max / 1e6).toFixed(3)} million`,
      );
      print(`  for example ${example}`);
    });
}
