// Defines the interface of a search space.
import type { Architecture } from '../drawing/architecture.js';
import type { CandidateGraph } from '../graph/network-builder.js';
import type { Network } from '../ir/network.js';
import type { RandomKey } from '../random/random.js';
import type { AzNasProxy, FAMILIES } from '../specification/families.js';

export interface Costs {
  /** Multiply-accumulates of one image, as the space counts them. */
  readonly flops: number;
  /** Trainable parameters, as the space counts them. */
  readonly parameters: number;
  /** The depth, if the space counts it. */
  readonly layers?: number;
}

/** The proxies of the family `counts`, by name. */
export type LayerCounts = Readonly<Record<keyof (typeof FAMILIES)['counts']['proxies'], number>>;

export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** The smallest and the largest costs of candidates; layers if the space counts them. */
export interface CostRanges {
  readonly flops: CostRange;
  readonly parameters: CostRange;
  readonly layers?: CostRange;
}

/** A candidate is represented by its text, which is what people write and what lists and rankings contain. */
export interface Space {
  readonly kind: string;
  /** The exact number of candidates; `unbounded` where a width or a depth has no maximum. */
  readonly size: bigint | 'unbounded';
  /** The list of all candidates, if the space is small enough. */
  readonly enumeration?: Enumeration;
  /** The proxies that are defined in this space, in canonical order. */
  readonly proxies: readonly AzNasProxy[];
  /**
   * The proxies of AZ-NAS that a score contains; `proxies` by default. More where searches over other networks of
   * the space share the scores and define more.
   */
  readonly scored?: readonly AzNasProxy[];
  /**
   * Returns the text in its usual spelling. Throws a SpecError that says what is wrong with a text that is
   * not a candidate.
   */
  parse(text: string): string;
  /**
   * Candidates with equal keys form one equivalence class: they compute the same function if their weights
   * are tied accordingly.
   */
  canonicalKey(candidate: string): string;
  /**
   * The representative of the candidate's equivalence class: its cheapest member, and the first among equally
   * cheap ones. Absent if the space does not know it.
   */
  representative?(candidate: string): string;
  /**
   * `classes`: published accuracies belong to classes, and a table lists any one member of each, such as one
   * of several isomorphic graphs. If absent, every text was trained by itself.
   */
  readonly accuraciesOf?: 'classes';
  /** The candidate with which an evolution begins; if absent, it begins with random candidates. */
  readonly start?: string;
  /** The random candidate of a key; the space defines the distribution. */
  random(key: RandomKey): string;
  /**
   * A child of `parent` with that many replacements; the space defines the distribution. The child may equal
   * its parent.
   */
  mutate(args: { parent: string; key: RandomKey; mutations: number }): string;
  /**
   * The number of pixels of which the side of the images must be a multiple, for this candidate, or for
   * random candidates if none is given.
   */
  resolutionStep(candidate?: string): number;
  /**
   * `resolution` is the side of the images in pixels. It is ignored by a space whose costs are defined at one
   * size only.
   */
  costs(args: { candidate: string; resolution: number }): Costs;
  /**
   * The counts of the candidate's network, if the space has a formula for them, which is quicker than writing the
   * network.
   */
  layerCounts?(args: { candidate: string; resolution: number }): LayerCounts;
  /** The side in pixels at which a space that ignores `resolution` counts costs. */
  readonly countedAt?: number;
  /** The shape of an image, where all networks read images of one shape that is not square; `countedAt` then stands for it. */
  readonly image?: readonly number[];
  /**
   * The exact smallest and largest costs, if the space knows them without enumeration; undefined where
   * computing them would take long.
   */
  costRanges?(args: { resolution: number }): CostRanges | undefined;
  /**
   * For a space whose networks are graphs in the blob store: the digest of the candidate's structure. The
   * structure is what is scored, so candidates with the same structure are scored once; `costs` accepts
   * digests too.
   */
  structureOf?(candidate: string): string;
  /**
   * For a space whose built-in networks are graphs: the graph that the engine measures. `network` then throws
   * a SpecError.
   */
  graph?(args: { candidate: string; resolution: number }): CandidateGraph;
  network(args: { candidate: string; resolution: number }): Network;
  /** The contents of a candidate's picture, if the space has a better picture than that of the network. */
  drawing?(args: { candidate: string; resolution: number }): Architecture;
}

export interface Enumeration {
  readonly size: number;
  /** The text of candidate `index`, 0 to size - 1. */
  at(index: number): string;
}
