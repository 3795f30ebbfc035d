// Lists, without repeats, the candidates of a plan that have neither a score in the store nor a recorded
// failure.

import type { SearchActivities } from '../core/contract/search-activities.js';
import { isBatchedDevice } from '../core/specification/devices.js';
import { createTextIndex } from '../core/text/text-index.js';
import { writeCandidateList } from '../store/candidate-list.js';
import type { Store } from '../store/store.js';
import { addressOf } from './address-scores.js';
import { hasDistinctUnits, lookUp, memberBatches } from './cohort.js';
import { spreadEvenly } from './spread-evenly.js';

export function auditScores({
  store,
  verify = 0,
}: {
  readonly store: Store;
  /** The share of the scores to be verified where the specification is silent. */
  readonly verify?: number | undefined;
}): SearchActivities['auditScores'] {
  return async (input) => {
    const { run, specification, plan, part } = input;
    const address = addressOf(input);
    const setAside = new Set((await store.failures.list(run)).map(({ candidate }) => candidate));
    const distinct = hasDistinctUnits(specification);
    const seen = createTextIndex();
    const counts = { missing: 0, failed: 0 };
    async function* todo(): AsyncGenerator<string> {
      for await (const members of memberBatches({ store, specification, plan, part })) {
        const units = [...new Set(members.map(({ unit }) => unit))];
        const found = await lookUp({ store, specification, address, units });
        const missing = new Set(units.filter((_, i) => found[i]!.includes(undefined)));
        for (const { unit } of members) {
          if (!missing.has(unit)) continue;
          if (setAside.has(unit)) {
            counts.failed++;
            continue;
          }
          counts.missing++;
          if (distinct || seen.add(unit).isNew) yield unit;
        }
      }
    }
    // Neighbouring candidates are similar. A batched supernet fills its slots evenly if candidates of all
    // kinds come together.
    const list = isBatchedDevice(specification.execution.device) ? spreadEvenly(todo()) : todo();
    const written = await writeCandidateList(store.blobs, list);
    return { todo: written, ...counts, ...(verify > 0 ? { verify } : {}) };
  };
}
