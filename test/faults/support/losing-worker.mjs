// Runs a control worker whose first ranking finds that the store has lost acknowledged scores.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createControlActivities } from '../../../dist/activities/create.js';
import { CONTROL_QUEUE } from '../../../dist/core/contract/search-queues.js';
import { connectStore } from '../../../dist/store/jetstream.js';
import { SCORES } from '../../../dist/store/streams.js';
import { locateBundle } from '../../../dist/workers/bundle.js';

const { TEMPORAL_ADDRESS: address, NATS_URL: url } = process.env;
const store = await connectStore({ url, name: 'losing-worker' });
const behindItsBack = await connect({ servers: url });
const activities = createControlActivities({
  store,
  notifying: { commands: 'refused', env: {} },
  verification: { polling: async () => [] },
});
let lost = false;
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: CONTROL_QUEUE,
  workflowBundle: { codePath: locateBundle({ payloads: 'plain', spans: 'none' }) },
  activities: {
    ...activities,
    rankCandidates: async (input) => {
      if (!lost) {
        lost = true;
        const jsm = await jetstreamManager(behindItsBack);
        const { purged } = await jsm.streams.purge(SCORES.stream, { keep: 3 });
        console.log(`lost ${purged} scores`);
      }
      return activities.rankCandidates(input);
    },
  },
});
process.on('SIGTERM', () => worker.shutdown());
await worker.run();
await Promise.all([store.close(), behindItsBack.close(), connection.close()]);
process.exit(0);
