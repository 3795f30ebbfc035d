// Defines the measurements of one network under one draw, which proxies are computed from.

/**
 * Expressivity of each measured feature (one more than blocks) and trainability of each measured block, null of a block that is
 * skipped.
 */
export interface NetworkScore {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
  /** Trace of each measured block's signal Jacobian over its channels; batched supernets do not compute it. */
  readonly traces?: readonly (number | null)[];
}
