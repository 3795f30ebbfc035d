// In: `zeroscout validate SPEC`. Out: what the specification means with every default filled in, or what is wrong with it.
import type { Command } from 'commander';
import { openSpace } from '../../core/spaces/index.js';
import { sourceOf, stagesOf } from '../../core/spec/stages.js';
import { readSpecification } from '../search/read-specification.js';
import { defaultId } from '../search/start-search.js';
import { print, printJson } from '../terminal.js';

export function addValidateCommand(program: Command): void {
  program
    .command('validate')
    .description('check a specification and show it with every default; starts nothing')
    .argument('<SPEC>', 'specification, YAML or JSON')
    .option('--json', 'for programs')
    .action(async (path: string, { json }: { json?: true }) => {
      const read = await readSpecification(path);
      const { specification, list, digest } = read;
      const strategy = sourceOf(specification);
      const candidates =
        list?.length ??
        (strategy.kind === 'random'
          ? strategy.samples
          : strategy.kind === 'evolution'
            ? strategy.budget
            : openSpace(specification.space).enumeration!.size);
      if (json) return printJson({ valid: true, id: defaultId(read), digest, candidates, specification });
      const { execution } = specification;
      print(`${path} is valid`);
      print(`  id          ${defaultId(read)}`);
      print(`  candidates  ${candidates} of ${specification.space.kind} (${strategy.kind})`);
      for (const { specification: stage, keep } of stagesOf(specification)) {
        const { draws, batch, resolution } = stage.fidelity;
        const then = keep === undefined ? '' : `, keep the best ${keep * 100} %`;
        print(`  fidelity    ${draws} draws x batch ${batch} x resolution ${resolution}${then}`);
      }
      const images = specification.input?.images;
      if (images) print(`  images      ${images.shape.join(' x ')}, ${images.digest.slice(0, 8)}`);
      print(`  proxies     ${specification.proxies.join(', ')}`);
      print(
        `  shards      ${Math.ceil(candidates / execution.shardSize)} of up to ${execution.shardSize}, ${execution.window} at once`,
      );
    });
}
