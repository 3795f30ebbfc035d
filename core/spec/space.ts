// In: the `space` of a specification. Out: its schema, and what the other fields are by default in this space.
import { z } from 'zod';
import { SpecError } from './errors.js';
import { checkKind, mapping, toIssues } from './fields.js';
import { PROXIES, type ProxyName } from './proxies.js';

/** One mapping for each kind: the kind and its parameters. The whole of it is part of every score's address. */
const Spaces = [mapping({ kind: z.literal('nas-bench-201') })] as const;

export const SpaceSchema = z
  .unknown()
  .superRefine(checkKind(Spaces))
  .pipe(z.discriminatedUnion('kind', Spaces));
export type SpaceSpecification = z.output<typeof SpaceSchema>;
export type SpaceKind = SpaceSpecification['kind'];

/** What a space is like before it is opened. */
export interface SpaceDefaults {
  /** The proxies that mean something in this space, in canonical order; all of them by default. */
  readonly proxies: readonly ProxyName[];
  /** Side of the images in pixels where a fidelity names none: the published one. */
  readonly resolution: number;
}

const DEFAULTS: Readonly<Record<SpaceKind, SpaceDefaults>> = {
  'nas-bench-201': { proxies: PROXIES, resolution: 32 },
};

export function spaceDefaults({ kind }: SpaceSpecification): SpaceDefaults {
  return DEFAULTS[kind];
}

/** The space of a kind alone, without parameters; a SpecError under `path` where there is none. */
export function spaceOfKind({ kind, path }: { kind: string; path: string }): SpaceSpecification {
  const { success, data, error } = SpaceSchema.safeParse({ kind }, { reportInput: true });
  if (success) return data;
  throw new SpecError(toIssues({ error, root: path }).map((issue) => ({ ...issue, path })));
}
