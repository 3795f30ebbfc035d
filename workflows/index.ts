// Out: every workflow, for the bundle.
import { concluded } from './concluded.js';
import { mended } from './mended.js';

export { measureLatencies } from './measure-latencies.js';
export { scorePart } from './score-part.js';

export const search = concluded(mended);
