// Computes progressivity over those features whose spectrum is estimated from enough samples.
import { progressivity } from './az-nas.js';

/** With fewer samples for each channel, a spectrum reflects the sample more than the feature. */
const SAMPLES_PER_CHANNEL = 4;

export interface SampledFeature {
  /** The entropy of the feature's spectrum (core/proxies/az-nas.ts). */
  readonly expressivity: number;
  readonly samples: number;
  readonly channels: number;
}

function isWellSampled({ samples, channels }: Omit<SampledFeature, 'expressivity'>): boolean {
  return samples >= SAMPLES_PER_CHANNEL * channels;
}

/**
 * Smallest step of entropy between consecutive well-sampled features. The entropy from n samples is at most
 * log(n - 1), so every network seems to lose information where its maps become small and its channels many;
 * the smallest of all steps would then depend on the fidelity instead of the network. 0 where fewer than two
 * features are well sampled, and minus infinity where one of them is dead.
 */
export function sampledProgressivity(features: readonly SampledFeature[]): number {
  const known = features.filter(isWellSampled);
  return known.length < 2 ? 0 : progressivity(known.map(({ expressivity }) => expressivity));
}
