// Runs a control worker under which a search is damaged once, as the beginning of its id says: `repaired` meets
// a damaged blob when it is ranked, `lost` loses a score after it was counted.
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { addressOf, listScopesByFamily } from '../../dist/activities/address-scores.js';
import { createControlActivities } from '../../dist/activities/create.js';
import { readHistory } from '../../dist/activities/evolution-record.js';
import { scoreKey } from '../../dist/core/address.js';
import { CONTROL_QUEUE } from '../../dist/core/contract/search-queues.js';
import { readCandidates } from '../../dist/store/candidate-list.js';
import { connectStore } from '../../dist/store/jetstream.js';
import { locateBundle } from '../../dist/workers/bundle.js';

const { TEMPORAL_ADDRESS: address, NATS_URL: url } = process.env;
const store = await connectStore({ url, name: 'losing-control' });
const activities = createControlActivities({
  store,
  notifying: { commands: 'refused', env: {} },
  verification: { polling: async () => [] },
});
const damaged = new Set();
const isFirst = (run, what) => run.startsWith(what) && !damaged.has(run) && damaged.add(run);

/** Discards the scores of the first candidate that has some. */
async function loseOne(input, candidates) {
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

const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: CONTROL_QUEUE,
  workflowBundle: { codePath: locateBundle({ payloads: 'plain', spans: 'none' }) },
  activities: {
    ...activities,
    breedGeneration: async (input) => {
      if (input.history?.generations === 2 && isFirst(input.run, 'lost')) {
        const newest = [];
        for await (const candidate of readHistory(store.blobs, input.history)) newest.unshift(candidate);
        await loseOne(input, newest);
      }
      return activities.breedGeneration(input);
    },
    rankCandidates: async (input) => {
      if (isFirst(input.run, 'repaired'))
        throw ApplicationFailure.create({ type: 'BlobError', message: 'damaged', nonRetryable: true });
      if (isFirst(input.run, 'lost')) await loseOne(input, readCandidates(store.blobs, input.plan));
      return activities.rankCandidates(input);
    },
  },
});
process.on('SIGTERM', () => worker.shutdown());
console.log('"worker ready"');
await worker.run();
await Promise.all([store.close(), connection.close()]);
process.exit(0);
