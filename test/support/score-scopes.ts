// Finds and deletes the scores that a search has stored, in the scopes of all its families of proxies.
import { addressOf, listScopesByFamily } from '../../activities/address-scores.js';
import type { Specification } from '../../core/specification/specification.js';
import type { Store } from '../../store/store.js';

/** The scopes of a search of one stage, one for each family. */
export const scopesOf = (specification: Specification): readonly string[] => [
  ...listScopesByFamily({ specification, address: addressOf({ specification }) }).values(),
];

/** Deletes the scores in all `scopes`, so that the next search must compute everything. */
export async function forgetScores(store: Store, scopes: readonly string[]): Promise<void> {
  for (const scope of scopes) await store.housekeeping.deleteScope(scope);
}
