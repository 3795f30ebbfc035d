// In: a specification's `space`. Out: the interface through which everything else sees candidates.
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
  /** Only of a space that is small enough to be walked through. */
  readonly enumeration?: Enumeration;
  /** The proxies that mean something here, in canonical order. */
  readonly proxies: readonly AzNasProxy[];
  /** The text in its usual spelling; throws SpecError that says what is wrong with a bad one. */
  parse(text: string): string;
  /** Two candidates of one key are the same function (under weights tied accordingly). */
  canonicalKey(candidate: string): string;
  /** Where an evolution begins; without one it begins with random candidates. */
  readonly start?: string;
  /** The candidate of a key, distributed as the space says. */
  random(key: RandomKey): string;
  /** A child of `parent` with that many replacements, distributed as the space says; may equal its parent. */
  mutate(args: { parent: string; key: RandomKey; mutations: number }): string;
  /** The side of the images must be a multiple of this many pixels; without a candidate: for random candidates. */
  resolutionStep(candidate?: string): number;
  /** `resolution`: side of the images in pixels. A space whose costs are counted at one size alone ignores it. */
  costs(args: { candidate: string; resolution: number }): Costs;
  /** Of such a space: that size, as its benchmark has it. */
  readonly countedAt?: number;
  /** Exactly, where the space can tell without walking through it; undefined where that would take long. */
  costRanges?(args: { resolution: number }): CostRanges | undefined;
  network(args: { candidate: string; resolution: number }): Network;
}

export interface Enumeration {
  readonly size: number;
  /** Text of candidate `index`, 0 to size - 1. */
  at(index: number): string;
  /** The cheapest candidate with the same canonical key; of equally cheap ones the first. */
  representative(candidate: string): string;
}
