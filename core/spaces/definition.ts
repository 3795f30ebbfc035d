// Defines what a kind of space consists of: everything that the rest of the project knows of it comes from one such definition.
import type { z } from 'zod';
import { AZ_NAS_PROXIES, type AzNasProxy } from '../specification/families.js';
import type { Space } from './space.js';

/** The properties of a space that are known before it is opened. */
export interface SpaceDefaults {
  /** The proxies that mean something in this space, in canonical order. */
  readonly proxies: readonly AzNasProxy[];
  /** Side of the images in pixels where a fidelity names none: the published one. */
  readonly resolution: number;
  /** Whether the space knows which candidates are the same function (equivalence classes). */
  readonly classes: boolean;
}

/** The file that people name in place of a space's contents: `space: { kind: custom, file: my-space.yaml }`. */
export interface SpaceFile {
  /** Turns the file's contents into the value that the specification carries to workers. */
  readonly field: 'definition' | 'code' | 'networks';
  /** The field in which people name it, or them. */
  readonly written: 'file' | 'files';
  /** What the file must hold, for messages. */
  readonly right: string;
  /** What the file holds, for the JSON Schema of specifications. */
  readonly description: string;
}

/** A zod mapping with `kind` as a literal; the whole of a space's mapping is part of every score's address. */
export type KindSchema = z.ZodObject<{ readonly kind: z.ZodLiteral<string> } & z.core.$ZodLooseShape>;

export interface SpaceDefinition<Schema extends KindSchema = KindSchema> {
  readonly kind: z.output<Schema>['kind'];
  readonly schema: Schema;
  readonly defaults: (space: z.output<Schema>) => SpaceDefaults;
  /** Cheap: a space is opened for every candidate that is scored. */
  readonly open: (space: z.output<Schema>) => Space;
  /** The file of the space's contents; only of kinds that have one. */
  readonly file?: SpaceFile;
  /** `specification`: opening the space runs code that came with the specification, which a process must have been allowed. */
  readonly code: 'built-in' | 'specification';
  /** Whether many candidates can be scored in one run of a batched supernet, which devices other than `cpu` need. */
  readonly batched: boolean;
  /** The part of a space's mapping that is part of every score's address; all of it if not given. */
  readonly inAddress?: (space: z.output<Schema>) => unknown;
  /** `shared`: all candidates have layers of the same shapes, so that a scorer's memory does not grow with them. */
  readonly shapes: 'shared' | 'own';
}

/** Checks the types of a definition, and keeps those of its schema. */
export function defineSpace<Schema extends KindSchema>(
  definition: SpaceDefinition<Schema>,
): SpaceDefinition<Schema> {
  return definition;
}

/**
 * Of token streams: steps from feature to feature are no sign of quality in a residual stream; the paper leaves progressivity
 * out.
 */
export const PROXIES_OF_TOKENS: readonly AzNasProxy[] = AZ_NAS_PROXIES.filter(
  (name) => name !== 'progressivity',
);
