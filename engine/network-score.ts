// What is measured of one network under one draw, before it becomes proxies.

/** Expressivity of each measured feature (blocks + 1) and trainability of each block, null of one that is skipped. */
export interface NetworkScore {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
  /** Trace of each measured block's signal Jacobian over its channels; stacks do not compute it. */
  readonly traces?: readonly (number | null)[];
}
