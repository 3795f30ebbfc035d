// Out: what a module answers to be a space (`space: { kind: module, file: my-space.ts }`), and what it is built with. docs/guides/own-space.md.
import type { Network } from '../../ir/network.js';
import type { RandomStream } from '../../random/random-stream.js';
import type { AzNasProxy } from '../../specification/families.js';
import type { Costs } from '../space.js';

export { type Block, BlockBuilder, type Weight } from '../../ir/block.js';
export type { Network } from '../../ir/network.js';
export type { RandomStream } from '../../random/random-stream.js';
export type { Costs } from '../space.js';

/**
 * The default export of a module. A candidate is its text: one line, at most 4,096 characters. Everything is a function of
 * its arguments: the same candidate has the same network in every process, and randomness comes from `random` alone.
 */
export interface SpaceModule {
  /** Side of the images in pixels where a specification names none. */
  readonly resolution: number;
  /** The side of the images must be a multiple of this; of 1 where nothing is said. */
  readonly step?: number;
  /** How many candidates there are, where that is known. */
  readonly size?: number | bigint;
  /** Where an evolution begins; without one it begins with random candidates. */
  readonly start?: string;
  /** The proxies that mean something here; all of them where nothing is said. */
  readonly proxies?: readonly AzNasProxy[];
  /** The text in its usual spelling; throws an Error that says what would be right. Two candidates of one text are one. */
  parse(text: string): string;
  random(random: RandomStream): string;
  /** A child with one change. */
  mutate(parent: string, random: RandomStream): string;
  /** Stem, blocks and classifier. `resolution`: side of the images in pixels. */
  network(candidate: string, resolution: number): Network;
  /** Counted over the network where there is no such function. */
  costs?(candidate: string, resolution: number): Costs;
}
