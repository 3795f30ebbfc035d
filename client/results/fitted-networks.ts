// Finds the networks to whose accuracies the ranking of a search was calibrated: with these it agrees better
// than with others.
import { readCalibration } from '../../activities/rank/calibrated.js';
import type { Specification } from '../../core/specification/specification.js';
import type { BlobStore } from '../../store/store.js';

interface FittedNetworksRequest {
  readonly blobs: BlobStore;
  readonly specification: Specification;
}

/**
 * The canonical texts of these networks. Empty where nothing was fitted, and for a calibration of an earlier
 * release, which does not name them.
 */
export async function readFittedNetworks({
  blobs,
  specification: { aggregation },
}: FittedNetworksRequest): Promise<ReadonlySet<string>> {
  if (!aggregation.calibration || aggregation.calibration.method === 'own') return new Set();
  const { labelled = [] } = await readCalibration(blobs, aggregation.calibration.digest);
  return new Set(labelled);
}
