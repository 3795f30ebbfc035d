// Cuts a long plan into parts, each of which is scored by a workflow of its own.
import type { Specification } from '../specification/specification.js';
import { isDistinct } from '../specification/stages.js';

/** Three thousand events: Temporal suggests a new history at 4,096. */
const SHARDS_OF_A_PART = 500;
/** Of a part, under way at a time; the server takes 2,000 from one workflow. */
const WIDEST = 100;
/** One part alone would leave workers idle while its last shards end. */
const FEWEST_AT_ONCE = 2;
/** Of a plan in which a unit may come twice: each part reads all of it and takes the units that are its own. */
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
