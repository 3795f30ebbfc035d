// Defines the measurements of one network under one draw, from which proxies are computed.

import type { Reads } from '../core/ir/measured.js';

/** The spread of a feature over its channels, and the number of samples from which it was estimated. */
export interface FeatureSpectrum {
  /** The participation ratio, which batched supernets do not compute. */
  readonly participation?: number;
  readonly samples: number;
  readonly channels: number;
}

/**
 * The expressivity of each measured feature (one more than blocks), and the trainability of each measured
 * block, which is null for a skipped block.
 */
export interface NetworkScore {
  readonly features: readonly number[];
  readonly blocks: readonly (number | null)[];
  /** The measurements that each proxy reads; all of them if absent. */
  readonly reads?: Reads;
  /** Further measurements of each feature. */
  readonly spectra: readonly FeatureSpectrum[];
  /**
   * The trace of each measured block's signal Jacobian divided by its channels; null where input and output
   * differ in shape.
   */
  readonly traces: readonly (number | null)[];
}
