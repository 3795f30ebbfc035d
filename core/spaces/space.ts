// Defines the interface through which everything else sees the candidates of a space.
import type { CandidateGraph } from '../graph/network-builder.js';
import type { Network } from '../ir/network.js';
import type { RandomKey } from '../random/random.js';
import type { AzNasProxy } from '../specification/families.js';

export interface Costs {
  /** Multiply-accumulates of one image, as the space counts them. */
  readonly flops: number;
  /** Trainable parameters, as the space counts them. */
  readonly parameters: number;
  /** Depth, where the space counts it. */
  readonly layers?: number;
}

export interface CostRange {
  readonly min: number;
  readonly max: number;
}

/** The least and the most that candidates of a space cost; layers where it counts them. */
export interface CostRanges {
  readonly flops: CostRange;
  readonly parameters: CostRange;
  readonly layers?: CostRange;
}

/** A candidate is its text: what a person writes, what lists and rankings hold. */
export interface Space {
  readonly kind: string;
  /** Number of candidates, exactly; `unbounded` where a width or a depth has no maximum. */
  readonly size: bigint | 'unbounded';
  /** The list of all candidates, where the space is small enough. */
  readonly enumeration?: Enumeration;
  /** The proxies that mean something here, in canonical order. */
  readonly proxies: readonly AzNasProxy[];
  /** The text in its usual spelling. Throws a SpecError that says what is wrong with a text that is no candidate. */
  parse(text: string): string;
  /** Candidates with equal keys are one equivalence class: they compute the same function if their weights are tied accordingly. */
  canonicalKey(candidate: string): string;
  /**
   * The representative of the candidate's equivalence class: its cheapest member, of equally cheap ones the first. Only of a space
   * that knows it.
   */
  representative?(candidate: string): string;
  /**
   * `classes`: published accuracies are those of classes, and a table has any one member of each, such as one of isomorphic
   * graphs. Without it every text was trained by itself.
   */
  readonly accuraciesOf?: 'classes';
  /** Where an evolution begins; without one it begins with random candidates. */
  readonly start?: string;
  /** The candidate of a key, distributed as the space says. */
  random(key: RandomKey): string;
  /** A child of `parent` with that many replacements, distributed as the space says. It may equal its parent. */
  mutate(args: { parent: string; key: RandomKey; mutations: number }): string;
  /** The side of the images must be a multiple of this many pixels. Without a candidate: for random candidates. */
  resolutionStep(candidate?: string): number;
  /** `resolution`: side of the images in pixels. A space whose costs are defined at one size only ignores it. */
  costs(args: { candidate: string; resolution: number }): Costs;
  /** That size, in pixels, of a space that ignores `resolution`. */
  readonly countedAt?: number;
  /** The exact least and largest costs, of a space that knows them without enumeration; undefined where that would take long. */
  costRanges?(args: { resolution: number }): CostRanges | undefined;
  /**
   * Of a space whose networks are graphs in the blob store: the digest of the candidate's structure. It is what is scored, so
   * that candidates of one structure are scored once; `costs` answers for digests too.
   */
  structureOf?(candidate: string): string;
  /** Only of a space whose built-in networks are graphs: then the engine measures this, and `network` throws a SpecError. */
  graph?(args: { candidate: string; resolution: number }): CandidateGraph;
  network(args: { candidate: string; resolution: number }): Network;
}

export interface Enumeration {
  readonly size: number;
  /** Text of candidate `index`, 0 to size - 1. */
  at(index: number): string;
}
