// Finds out whether some features of a search had fewer samples than channels.
import { ServiceError } from '../core/errors.js';
import { openSpace } from '../core/spaces/index.js';
import {
  candidatesToExamine,
  type SampledCandidate,
  sampleWarnings,
} from '../core/specification/sample-warnings.js';
import type { Specification } from '../core/specification/specification.js';
import type { Store } from '../store/store.js';
import { createStructures } from './structures.js';

/** The messages; none if the networks cannot be examined, because a warning must not end a search that is finished. */
export async function sampleWarningsOf({
  store,
  specification,
}: {
  readonly store: Pick<Store, 'blobs'>;
  readonly specification: Specification;
}): Promise<readonly string[]> {
  try {
    const space = openSpace(specification.space);
    const structures = createStructures({ blobs: store.blobs });
    const candidates: SampledCandidate[] = [];
    for (const candidate of candidatesToExamine(space))
      candidates.push({ candidate, ...(await structures({ space: specification.space, candidate })) });
    return sampleWarnings({ specification, space, candidates }).map(({ message }) => message);
  } catch (error) {
    // A store that is away says nothing of the networks, and the summary must not depend on it.
    if (error instanceof ServiceError) throw error;
    return [];
  }
}
