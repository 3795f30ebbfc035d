// Defines the schema of the field `space`, assembled from the definitions of all kinds, and the defaults of
// other fields that depend on the space.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { bareKind, checkKind, toIssues } from '../schema/fields.js';
import type { SpaceDefaults } from '../spaces/definition.js';
import { definitionOf, SPACES, type SpaceSpecification } from '../spaces/index.js';
import { familyOf, PROXIES, type ProxyName } from './families.js';
import { resolutionsFor } from './resolutions.js';

export type { SpaceDefaults } from '../spaces/definition.js';
export type { SpaceKind, SpaceSpecification } from '../spaces/index.js';

type SchemasOf<Definitions extends readonly { readonly schema: unknown }[]> = {
  readonly [Index in keyof Definitions]: Definitions[Index]['schema'];
};
const Schemas = SPACES.map(({ schema }) => schema) as unknown as SchemasOf<typeof SPACES>;

export const SpaceSchema = z.preprocess(
  bareKind(Schemas),
  z.unknown().superRefine(checkKind(Schemas)).pipe(z.discriminatedUnion('kind', Schemas)),
);

export function spaceDefaults(space: SpaceSpecification): SpaceDefaults {
  return definitionOf(space).defaults(space);
}

/**
 * The proxies that a specification may name: of AZ-NAS those that are defined in the space, and those of all
 * other families. SynFlow is not offered for transformers: without normalization their softmax saturates, and
 * values overflow even float64.
 */
export function listOfferedProxies(space: SpaceSpecification): readonly ProxyName[] {
  const { proxies } = spaceDefaults(space);
  const offers = (name: ProxyName) => proxies.some((offered) => offered === name);
  return PROXIES.filter((proxy) =>
    proxy === 'synflow' ? offers('progressivity') : familyOf(proxy) !== 'az-nas' || offers(proxy),
  );
}

/** The shape of an image, where all networks of a space read one shape that is not square. */
export function imageOfSpace(space: SpaceSpecification): readonly number[] | undefined {
  return 'image' in space ? space.image : undefined;
}

/**
 * The side of the images, in pixels, for which FLOPs and latencies are reported: that of the constraints, or
 * the published one. Files are read at one size; earlier releases let the constraints name another.
 */
export function costResolution({
  space,
  constraints,
}: {
  readonly space: SpaceSpecification;
  readonly constraints?: { readonly resolution: number } | undefined;
}): number {
  const own = spaceDefaults(space).resolution;
  return resolutionsFor({ space }) === 'files' ? own : (constraints?.resolution ?? own);
}

/**
 * The space of a kind with these parameters. Throws a SpecError, under `path` for the kind, where there is
 * none.
 */
export function spaceOfKind({
  kind,
  parameters = {},
  path,
}: {
  readonly kind: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly path: string;
}): SpaceSpecification {
  const { success, data, error } = SpaceSchema.safeParse({ kind, ...parameters }, { reportInput: true });
  if (success) return data;
  const issues = toIssues({ error, root: path });
  throw new SpecError(issues.map((issue) => (issue.path === 'kind' ? { ...issue, path } : issue)));
}
