// Cuts a long plan into parts, each of which is scored by a workflow of its own.
import type { Specification } from '../specification/specification.js';
import { isDistinct } from '../specification/stages.js';

/** Shards that one workflow carries: about 3,000 events, and Temporal suggests a new history at 4,096. */
const SHARDS_OF_A_PART = 500;
/** Shards of one part under way at a time, at most; the server takes 2,000 activities of one workflow. */
const WIDEST = 100;
/** Parts under way at a time, at least: a single part would leave workers idle while its last shards end. */
const FEWEST_AT_ONCE = 2;
/** Parts of a plan in which a unit may come twice, at most: each part reads the whole plan and takes its own units. */
const MOST_BY_DIGEST = 16;

/** One of the parts of a plan, counted from 0. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

export interface Cut {
  readonly parts: number;
  readonly atOnce: number;
  /** Shards of each part that are under way at a time: `execution.window` is shared by those at once. */
  readonly window: number;
}

/** Undefined for a plan that one workflow carries. */
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
  // Equal ones that start together end together.
  const even = widest * Math.ceil(least / widest);
  const parts = isDistinct(specification) ? even : Math.min(even, MOST_BY_DIGEST);
  const atOnce = Math.min(widest, parts);
  return { parts, atOnce, window: Math.floor(window / atOnce) };
}

/** Candidates `from` up to, not including, `to` of a plan of `count`. */
export function rangeOf({ number, of }: Part, count: number): { readonly from: number; readonly to: number } {
  // Exact: a billion candidates in a hundred million parts have products beyond 2^53.
  const start = (part: number) => Number((BigInt(part) * BigInt(count)) / BigInt(of));
  return { from: start(number), to: start(number + 1) };
}
