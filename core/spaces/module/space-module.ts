// The package's entry `zeroscout/space`: what a module must export to be a space, and the builder of its blocks (docs/guides/own-space.md).
import type { Network } from '../../ir/network.js';
import type { RandomStream } from '../../random/random-stream.js';
import type { AzNasProxy } from '../../specification/families.js';
import type { Costs } from '../space.js';

export { type Block, BlockBuilder, type Weight } from '../../ir/block.js';
export type { Network } from '../../ir/network.js';
export type { RandomStream } from '../../random/random-stream.js';
export type { Costs } from '../space.js';

/**
 * The default export of a module. A candidate is its text: one line, at most 4,096 characters. Every function depends on its
 * arguments alone: a candidate has the same network in every process, and all randomness comes from `random`.
 */
export interface SpaceModule {
  /** Side of the images in pixels where a specification names none. */
  readonly resolution: number;
  /** The side of the images must be a multiple of this; 1 by default. */
  readonly step?: number;
  /** How many candidates there are, where that is known. */
  readonly size?: number | bigint;
  /** Where an evolution begins; without one it begins with random candidates. */
  readonly start?: string;
  /** The proxies that mean something here; all of them by default. */
  readonly proxies?: readonly AzNasProxy[];
  /** The text in its usual spelling. Throws an Error that says what would be right. Candidates with equal texts are the same candidate. */
  parse(text: string): string;
  random(random: RandomStream): string;
  /** A child with one change. */
  mutate(parent: string, random: RandomStream): string;
  /** Stem, blocks and classifier. `resolution`: side of the images in pixels. */
  network(candidate: string, resolution: number): Network;
  /** Without this function costs are counted over the network. */
  costs?(candidate: string, resolution: number): Costs;
}
