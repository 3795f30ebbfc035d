// Runs a control worker under which a search is damaged once, as the beginning of its id says: `repaired` meets
// a damaged blob when it is ranked, `lost` loses a score after it was counted.
import { ApplicationFailure } from '@temporalio/common';
import { addressOf, listScopesByFamily } from '../../dist/activities/address-scores.js';
import { readHistory } from '../../dist/activities/evolution-record.js';
import { scoreKey } from '../../dist/core/address.js';
import { readCandidates } from '../../dist/store/candidate-list.js';
import { runControlWorker } from '../support/control-worker.mjs';

const damaged = new Set();
const isFirst = (run, what) => run.startsWith(what) && !damaged.has(run) && damaged.add(run);

/** Discards the scores of the first candidate that has some. */
async function loseOne(store, input, candidates) {
  const scopes = [...listScopesByFamily({ ...input, address: addressOf(input) }).values()];
  for await (const candidate of candidates) {
    const keys = [scoreKey({ candidate, draw: 0 })];
    let lost = 0;
    for (const scope of scopes)
      for (const { worker } of (await store.signed.get(scope, keys)).values())
        lost += await store.signed.discard(scope, keys, worker);
    if (lost > 0) return;
  }
}

await runControlWorker({
  name: 'losing-control',
  replaced: ({ store, activities }) => ({
    breedGeneration: async (input) => {
      if (input.history?.generations === 2 && isFirst(input.run, 'lost')) {
        const newest = [];
        for await (const candidate of readHistory(store.blobs, input.history)) newest.unshift(candidate);
        await loseOne(store, input, newest);
      }
      return activities.breedGeneration(input);
    },
    rankCandidates: async (input) => {
      if (isFirst(input.run, 'repaired'))
        throw ApplicationFailure.create({ type: 'BlobError', message: 'damaged', nonRetryable: true });
      if (isFirst(input.run, 'lost')) await loseOne(store, input, readCandidates(store.blobs, input.plan));
      return activities.rankCandidates(input);
    },
  }),
});
process.exit(0);
