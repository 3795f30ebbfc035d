// Describes a space: how many candidates it has, how many distinct functions they compute, and what they
// cost.
import { SpecError, withField } from '../../core/errors.js';
import { describeSpace, type SpaceDescription } from '../../core/spaces/describe.js';
import { definitionOfKind, SPACES } from '../../core/spaces/index.js';
import { type SpaceSpecification, spaceDefaults, spaceOfKind } from '../../core/specification/space.js';
import { unknownKey, unknownValue } from '../../core/text/nearest.js';
import { describeFound } from '../../core/text/show.js';
import { type FileInput, isFileInput } from '../files/open-file.js';
import type { ModulePermission } from '../specification/module-permission.js';
import { openSpaceWith } from '../specification/open-space.js';
import { MODULE_FILE, readModule } from '../specification/read-module.js';
import { readCustomSpace } from '../specification/read-specification.js';
import { checkSide } from './check-side.js';

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
  /**
   * The side in pixels of the images for which costs are counted; by default the space's own. NAS-Bench-201 counts
   * those of 32 pixels alone.
   */
  readonly resolution?: number | undefined;
  readonly modules: ModulePermission;
}

export async function describeSpaceInput({
  space: input,
  resolution,
  modules,
}: DescribeRequest): Promise<SpaceDescription> {
  const specification = await readSpace(input, modules);
  const space = openSpaceWith({ space: specification, modules });
  const side = resolution ?? spaceDefaults(specification).resolution;
  checkSide({ space, resolution: side });
  return describeSpace({ space, resolution: side });
}

/** Reads the space that a person names. */
export async function readSpace(input: SpaceInput, modules: ModulePermission): Promise<SpaceSpecification> {
  if (typeof input === 'string' || (isMapping(input) && 'kind' in input)) {
    const { kind, ...parameters } = typeof input === 'string' ? { kind: input } : input;
    checkBuiltIn(kind);
    return spaceOfKind({ kind, parameters, path: 'kind' });
  }
  const { file, name } = checkFileOfSpace(input);
  return withField<SpaceSpecification>('space', () =>
    MODULE_FILE.test(name)
      ? readModule({ path: file, name, modules })
      : readCustomSpace({ path: file, name }),
  );
}

const isMapping = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Programs in JavaScript may pass anything. */
function checkFileOfSpace(input: unknown): { readonly file: FileInput; readonly name: string } {
  const fail = (message: string): never => {
    throw SpecError.of({ path: 'space', message });
  };
  if (!isMapping(input))
    return fail(`${describeFound(input)}; must be a kind, or one of { kind } and { file }`);
  const { file, name, ...others }: { file?: unknown; name?: unknown } = input;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) fail(unknownKey({ word: unknown, known: ['kind', 'file', 'name'] }));
  if (!isFileInput(file))
    return fail(`file: ${describeFound(file)}; must be the path of a file, or its bytes`);
  if (name !== undefined && typeof name !== 'string')
    return fail(`name: ${describeFound(name)}; must be text`);
  return { file, name: name ?? (typeof file === 'string' ? file : 'space.yaml') };
}

/** A kind whose spaces are defined by a file says nothing by itself. */
function checkBuiltIn(kind: string): void {
  const definition = definitionOfKind(kind);
  if (typeof kind !== 'string' || (definition && !definition.file)) return;
  const known = SPACES.flatMap((each) => ('file' in each ? [] : [each.kind]));
  const message = definition
    ? `found ${kind}; must be the file that defines the space`
    : `${unknownValue({ word: kind, known })}, or the file that defines a space`;
  throw SpecError.of({ path: 'kind', message });
}
