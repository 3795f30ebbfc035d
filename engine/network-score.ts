// Defines the measurements of one network under one draw, which proxies are computed from.

import type { Reads } from '../core/ir/measured.js';

/** How far a feature spreads over its channels, and from how many samples that was estimated. */
export interface FeatureSpectrum {
  readonly participation: number;
  readonly samples: number;
  readonly channels: number;
}

/**
 * Expressivity of each measured feature (one more than blocks) and trainability of each measured block, null of a block that is
 * skipped.
 */
export interface NetworkScore {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
  /** Which of these each proxy reads; all of them where it is not said. */
  readonly reads?: Reads;
  /** What each measured feature is like beside that; batched supernets do not compute it. */
  readonly spectra?: readonly FeatureSpectrum[];
  /** Trace of each measured block's signal Jacobian over its channels; batched supernets do not compute it. */
  readonly traces?: readonly (number | null)[];
}
