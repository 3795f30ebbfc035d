// Out: every workflow, for the bundle.
import { concluded } from './concluded.js';
import { search as score } from './search.js';

export { scorePart } from './score-part.js';

export const search = concluded(score);
