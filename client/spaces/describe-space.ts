// Describes a space: how many candidates it has, how many distinct functions they compute, and what they
// cost.
import { SpecError, withField } from '../../core/errors.js';
import { describeSpace, type SpaceDescription } from '../../core/spaces/describe.js';
import { definitionOfKind } from '../../core/spaces/index.js';
import { type SpaceSpecification, spaceDefaults, spaceOfKind } from '../../core/specification/space.js';
import type { FileInput } from '../files/open-file.js';
import { type ModulePermission, openSpaceWith } from '../specification/allow-modules.js';
import { MODULE_FILE, readModule } from '../specification/read-module.js';
import { readCustomSpace } from '../specification/read-specification.js';

/** A space as in a specification, such as `nas-bench-201`, or a file that defines a space. */
export type SpaceInput =
  | string
  | { readonly kind: string; readonly [parameter: string]: unknown }
  /**
   * `name` distinguishes a definition (.yaml, .yml, .json) from a module (.ts, .js); a path needs no name.
   */
  | { readonly file: FileInput; readonly name?: string };

export interface DescribeRequest {
  readonly space: SpaceInput;
  /** The side in pixels of the images for which costs are counted; by default the space's own. */
  readonly resolution?: number | undefined;
  readonly modules: ModulePermission;
}

export async function describeSpaceInput({
  space: input,
  resolution,
  modules,
}: DescribeRequest): Promise<SpaceDescription> {
  const space = await readSpace(input, modules);
  return describeSpace({
    space: openSpaceWith({ space, modules }),
    resolution: resolution ?? spaceDefaults(space).resolution,
  });
}

/** Reads the space that a person names. */
export async function readSpace(input: SpaceInput, modules: ModulePermission): Promise<SpaceSpecification> {
  if (typeof input !== 'object' || input === null) return spaceOfKind({ kind: input, path: 'kind' });
  if ('kind' in input) {
    const { kind, ...parameters } = input;
    if (definitionOfKind(kind)?.file)
      throw SpecError.of({ path: 'kind', message: `found ${kind}; must be the file that defines the space` });
    return spaceOfKind({ kind, parameters, path: 'kind' });
  }
  const { file, name = typeof file === 'string' ? file : 'space.yaml' } = input;
  return withField<SpaceSpecification>('space', () =>
    MODULE_FILE.test(name)
      ? readModule({ path: file, name, modules })
      : readCustomSpace({ path: file, name }),
  );
}
