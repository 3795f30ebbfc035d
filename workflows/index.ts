// Out: every workflow, for the bundle.
export { search } from './search.js';
