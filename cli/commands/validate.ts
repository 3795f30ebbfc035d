// Defines the command `zeroscout validate`, which shows a specification with every default, or what is wrong
// with it.
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { checkSpecificationInput } from '../../client/specification/check.js';
import { readModulePermission } from '../../client/specification/module-permission.js';
import { formatWarnings } from '../../client/specification/read-candidates.js';
import { imageOfSpace } from '../../core/specification/space.js';
import type { Specification } from '../../core/specification/specification.js';
import { type Source, sourceOf, stagesOf } from '../../core/specification/stages.js';
import { note, paint, print, printData, printJson } from '../render/terminal.js';

export function addValidateCommand(program: Command): void {
  program
    .command('validate')
    .description('check a specification and show it with every default, without starting anything')
    .argument('<SPEC>', 'specification, YAML or JSON')
    .option('--json', 'print JSON')
    .action(async (path: string, { json }: { readonly json?: true }) => {
      const checked = await checkSpecificationInput({ path }, { modules: readModulePermission() });
      const { specification, id, digest, candidates, warnings, notes } = checked;
      for (const text of notes) note(text);
      if (json) {
        const shown = { valid: true, id, digest, candidates: candidates ?? null, warnings };
        return printJson({ ...shown, specification });
      }
      const strategy = sourceOf(specification);
      const { execution, space } = specification;
      print(`${path} is valid`);
      for (const warning of formatWarnings({ warnings })) print(paint.yellow(`  ${warning}`));
      print(`  id          ${id ?? `${specification.name}-..., known when the search starts`}`);
      print(
        id
          ? `  candidates  ${candidates} of ${space.kind} (${strategy.kind})`
          : `  candidates  ${rankingText(strategy as Extract<Source, { kind: 'list' }>)}`,
      );
      for (const { specification: stage, keep } of stagesOf(specification)) {
        const { draws, batch, resolution, precision } = stage.fidelity;
        const image = imageOfSpace(space);
        const size = image ? `images of ${image.join(' x ')}` : `resolution ${resolution}`;
        const then = keep === undefined ? '' : `, keep the best ${keep * 100} %`;
        const drawn = draws === 1 ? '1 draw' : `${draws} draws`;
        const numbers = precision === undefined ? '' : `, ${precision}`;
        print(`  fidelity    ${drawn} x batch ${batch} x ${size}${numbers}${then}`);
      }
      const images = specification.input?.images;
      if (images) print(`  images      ${images.shape.join(' x ')}, ${images.digest.slice(0, 8)}`);
      print(`  proxies     ${specification.proxies.join(', ')}`);
      if (candidates !== undefined)
        print(
          `  shards      ${Math.ceil(candidates / execution.shardSize)} of up to ${execution.shardSize}, ${execution.window} at once`,
        );
      print('\nwith every default:');
      // The lines of YAML stay whole, so that they can be copied.
      printData(formatSpecification(specification));
    });
}

/**
 * The specification as YAML, as workers receive it: images by their digest, and the code of a module only by
 * its length.
 */
function formatSpecification({ space, ...rest }: Specification): string {
  const { code, ...known } = space as { readonly code?: string };
  const shown = code === undefined ? known : { ...known, code: `${code.length} characters` };
  const { name, ...others } = rest;
  return stringify({ name, space: shown, ...others }, { lineWidth: 0 }).trimEnd();
}

function rankingText({ search, top }: Extract<Source, { kind: 'list' }>): string {
  const which = top === undefined ? 'all' : `the first ${top}`;
  return `${which} of the ranking of search ${search}, looked up when this one starts`;
}
