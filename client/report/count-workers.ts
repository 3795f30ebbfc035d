// Counts the workers that computed the scores of a search, by the names with which scores are signed.
import { addressOfResult, listScopesByFamily } from '../../activities/address-scores.js';
import { memberBatches } from '../../activities/cohort.js';
import { scoreKey } from '../../core/address.js';
import type { SearchResult } from '../../core/contract/search.js';
import type { Specification } from '../../core/specification/specification.js';
import type { Store } from '../../store/store.js';

/** The approximate number of batches of a plan that are read; for a longer plan, workers are counted in a sample. */
const MOST_BATCHES = 20;
const BATCH = 1_000;

/** Undefined if no score is signed with the name of its worker; earlier releases did not sign scores. */
export async function countWorkers({
  store,
  specification,
  result,
}: {
  readonly store: Store;
  /** The specification of the last stage. */
  readonly specification: Specification;
  readonly result: SearchResult;
}): Promise<number | undefined> {
  const address = addressOfResult({ specification, result });
  const [scope] = listScopesByFamily({ specification, address }).values();
  if (scope === undefined) return undefined;
  const every = Math.max(1, Math.ceil(result.plan.count / BATCH / MOST_BATCHES));
  const workers = new Set<string>();
  let at = 0;
  for await (const members of memberBatches({ store, specification, plan: result.plan })) {
    at += 1;
    if ((at - 1) % every !== 0) continue;
    const keys = [...new Set(members.map(({ unit }) => scoreKey({ candidate: unit, draw: 0 })))];
    for (const { worker } of (await store.signed.get(scope, keys)).values()) workers.add(worker);
  }
  workers.delete('');
  return workers.size > 0 ? workers.size : undefined;
}
