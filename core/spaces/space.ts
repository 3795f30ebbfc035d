// In: a specification's `space`. Out: the interface through which everything else sees candidates.
import type { Network } from '../programs/block.js';

/** Multiply-accumulates of one image, and trainable parameters. */
export interface Costs {
  readonly flops: number;
  readonly parameters: number;
}

/** A candidate is its text: what a person writes, what lists and rankings hold. */
export interface Space {
  readonly kind: string;
  /** Number of candidates. */
  readonly size: number;
  /** Text of candidate `index`, 0 to size - 1. */
  at(index: number): string;
  /** The text in its usual spelling; throws SpecError that says what is wrong with a bad one. */
  parse(text: string): string;
  /** Two candidates of one key are the same function (under weights tied accordingly). */
  canonicalKey(candidate: string): string;
  /** The cheapest candidate with the same canonical key; of equally cheap ones the first. */
  representative(candidate: string): string;
  costs(candidate: string): Costs;
  network(candidate: string): Network;
}
