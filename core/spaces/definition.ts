// Defines what the definition of a kind of space contains; the rest of the project knows a space only through
// it.
import type { z } from 'zod';
import { AZ_NAS_PROXIES, type AzNasProxy } from '../specification/families.js';
import type { Space } from './space.js';

/** The properties of a space that are known before it is opened. */
export interface SpaceDefaults {
  /** The proxies that are defined in this space, in canonical order. */
  readonly proxies: readonly AzNasProxy[];
  /** The default side of the images in pixels: the published one, at which costs are counted. */
  readonly resolution: number;
  /** The default side of the images on which candidates are scored, where it is not the published one. */
  readonly scored?: number;
  /** Whether the space can tell which candidates are the same function (equivalence classes). */
  readonly classes: boolean;
}

/** The file that people name to define a space: `space: { kind: custom, file: my-space.yaml }`. */
export interface SpaceFile {
  /**
   * The field of the specification that workers receive, in which the file's contents take the place of its
   * path.
   */
  readonly field: 'definition' | 'code' | 'networks';
  /** The field in which people name the file or files. */
  readonly written: 'file' | 'files';
  /** The required contents of the file, for messages. */
  readonly right: string;
  /** The contents of the file, for the JSON Schema of specifications. */
  readonly description: string;
  /** Further keys of what people write that say how the file is read, as JSON Schema. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A zod mapping with `kind` as a literal. By default the whole mapping is part of every score's address. */
export type KindSchema = z.ZodObject<{ readonly kind: z.ZodLiteral<string> } & z.core.$ZodLooseShape>;

/**
 * `summing-cells`: networks of a repeated cell that adds up its paths. `concatenating-cells`: those whose cell
 * concatenates them. `large-images`: convolutional networks of fixed widths for many classes of large images, as those
 * for ImageNet are.
 */
export type RankedAs = 'summing-cells' | 'concatenating-cells' | 'large-images';

export interface SpaceDefinition<Schema extends KindSchema = KindSchema> {
  readonly kind: z.output<Schema>['kind'];
  readonly schema: Schema;
  readonly defaults: (space: z.output<Schema>) => SpaceDefaults;
  /** Opens the space. This must be cheap, since it is done for every candidate that is scored. */
  readonly open: (space: z.output<Schema>) => Space;
  /** The file that defines the space; absent for kinds without one. */
  readonly file?: SpaceFile;
  /**
   * `specification`: opening the space runs code that came with the specification, for which the process
   * needs permission.
   */
  readonly code: 'built-in' | 'specification';
  /** Whether a batched supernet can score many candidates in one run, as devices other than `cpu` need. */
  readonly batched: boolean;
  /**
   * The part of the mapping that is part of every score's address; by default all of it. `resolution` is that of the
   * images of the score.
   */
  readonly inAddress?: (space: z.output<Schema>, resolution: number) => unknown;
  /**
   * Whether networks are scored as graphs (`core/graph/`), whose programs have a version of their own in the
   * addresses of scores, `GRAPH_VERSION`; by default they are chains of blocks.
   */
  readonly isGraph?: (space: z.output<Schema>) => boolean;
  /** Which of its terms the preset `assembled` has in the space; the general ones by default. */
  readonly rankedAs?: (space: z.output<Schema>) => RankedAs | undefined;
  /**
   * `shared`: the layers of all candidates have the same shapes, so a scorer's memory does not grow with the
   * number of candidates.
   */
  readonly shapes: 'shared' | 'own';
}

/** Checks the types of a definition and preserves the type of its schema. */
export function defineSpace<Schema extends KindSchema>(
  definition: SpaceDefinition<Schema>,
): SpaceDefinition<Schema> {
  return definition;
}

/**
 * Progressivity is left out for token streams, as in the paper: in a residual stream, steps from feature to
 * feature do not indicate quality.
 */
export const PROXIES_OF_TOKENS: readonly AzNasProxy[] = AZ_NAS_PROXIES.filter(
  (name) => name !== 'progressivity',
);
