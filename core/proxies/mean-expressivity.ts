// Computes expressivity for networks that differ in their number of features.
import { expressivity } from './az-nas.js';

/**
 * The mean over the entropies of the features, where expressivity is their sum; -Infinity if a feature is
 * dead. A stage without a block, such as one whose choice is an identity, has the feature before it once more, so that
 * networks of one space have a mean over as many stages. At the ends of stages a sum also counts the stages, so it
 * favours networks that reduce their maps more often.
 */
export function meanExpressivity(features: readonly number[]): number {
  return expressivity(features) / features.length;
}
