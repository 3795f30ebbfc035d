// Splits a long plan into parts, each of which is scored by a workflow of its own.
import type { Specification } from '../specification/specification.js';
import { isDistinct } from '../specification/stages.js';

/**
 * The number of shards that one workflow schedules. They cause about 3,000 events; Temporal suggests
 * continue-as-new at 4,096.
 */
const SHARDS_OF_A_PART = 500;
/**
 * The most shards of one part that run at a time. The server accepts 2,000 pending activities of one
 * workflow.
 */
const WIDEST = 100;
/** The fewest parts that run at a time. A single part would leave workers idle while its last shards end. */
const FEWEST_AT_ONCE = 2;
/**
 * The most parts of a plan in which a unit may occur twice. Each part reads the whole plan and takes its own
 * units.
 */
const MOST_BY_DIGEST = 16;

/** One of the parts of a plan, counted from 0. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

export interface Cut {
  readonly parts: number;
  readonly atOnce: number;
  /** The shards of each part that run at a time: the parts that run at once share `execution.window`. */
  readonly window: number;
}

/** Undefined for a plan that one workflow can carry. */
export function cutOf({
  specification,
  candidates,
}: {
  readonly specification: Specification;
  readonly candidates: number;
}): Cut | undefined {
  const { shardSize, window, partSize = SHARDS_OF_A_PART } = specification.execution;
  const least = Math.ceil(candidates / shardSize / partSize);
  if (least <= 1) return undefined;
  const widest = Math.min(window, Math.max(FEWEST_AT_ONCE, Math.ceil(window / WIDEST)));
  // Parts of equal size that start together end together, so the number of parts is a multiple of those that
  // run at once.
  const even = widest * Math.ceil(least / widest);
  const parts = isDistinct(specification) ? even : Math.min(even, MOST_BY_DIGEST);
  const atOnce = Math.min(widest, parts);
  return { parts, atOnce, window: Math.floor(window / atOnce) };
}

/** The candidates `from` up to and excluding `to` of a plan of `count`. */
export function rangeOf({ number, of }: Part, count: number): { readonly from: number; readonly to: number } {
  // The product is computed with BigInt because a billion candidates in a hundred million parts exceed 2^53.
  const start = (part: number) => Number((BigInt(part) * BigInt(count)) / BigInt(of));
  return { from: start(number), to: start(number + 1) };
}
