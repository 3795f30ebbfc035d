// Out: every workflow, for the bundle.
import { concluded } from './concluded.js';
import { search as score } from './search.js';

export const search = concluded(score);
