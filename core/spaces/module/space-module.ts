// Defines the package's entry `zeroscout/space`: what a module must export to be a space, and the builder of
// its blocks (docs/guides/own-space.md).
import type { Network } from '../../ir/network.js';
import type { RandomStream } from '../../random/random-stream.js';
import type { AzNasProxy } from '../../specification/families.js';
import type { Costs } from '../space.js';

export { type Block, BlockBuilder, type Weight } from '../../ir/block.js';
export type { Network } from '../../ir/network.js';
export type { RandomStream } from '../../random/random-stream.js';
export type { Costs } from '../space.js';

/**
 * The default export of a module. A candidate is its text: one line of at most 4,096 characters. Every
 * function must depend on its arguments alone: a candidate has the same network in every process, and all
 * randomness comes from `random`.
 */
export interface SpaceModule {
  /** The default side of the images in pixels: a multiple of 4 from 8 to 512. */
  readonly resolution: number;
  /** The side of the images must be a multiple of this; 1 by default. */
  readonly step?: number;
  /** The number of candidates, if it is known. */
  readonly size?: number | bigint;
  /** The candidate with which an evolution begins; by default it begins with random candidates. */
  readonly start?: string;
  /** The proxies of AZ-NAS that are defined in this space; by default all four. */
  readonly proxies?: readonly AzNasProxy[];
  /**
   * Returns the text in its usual spelling. Throws an Error that says what would be right. Candidates with
   * equal texts are the same candidate.
   */
  parse(text: string): string;
  /** Returns a candidate in its usual spelling. */
  random(random: RandomStream): string;
  /** Returns a child that differs from its parent in one change. */
  mutate(parent: string, random: RandomStream): string;
  /** Returns stem, blocks and classifier. `resolution` is the side of the images in pixels. */
  network(candidate: string, resolution: number): Network;
  /**
   * Returns the multiply-accumulates of one image of this side in pixels, and the number of parameters. Without this
   * function they are counted from the network.
   */
  costs?(candidate: string, resolution: number): Costs;
}
