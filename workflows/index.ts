// Exports every workflow, for the bundle of control workers, under the names by which Temporal starts them.
import { concludeSearch } from './conclude-search.js';
import { withBlobRepair } from './with-blob-repair.js';

export { measureLatencies } from './measure-latencies.js';
export { scorePart } from './score-part.js';

export const search = concludeSearch(withBlobRepair);
