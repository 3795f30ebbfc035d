// Runs a control worker of the build, some of whose activities a test replaces, until SIGTERM.
import { NativeConnection, Worker } from '@temporalio/worker';
import { createControlActivities } from '../../dist/activities/create.js';
import { CONTROL_QUEUE } from '../../dist/core/contract/search-queues.js';
import { connectStore } from '../../dist/store/jetstream.js';
import { locateBundle } from '../../dist/workers/bundle.js';

/** `replaced` gets the store and the usual activities, and returns those that take their places. */
export async function runControlWorker({ name, replaced }) {
  const { TEMPORAL_ADDRESS: address, NATS_URL: url } = process.env;
  const store = await connectStore({ url, name });
  const activities = createControlActivities({
    store,
    notifying: { commands: 'refused', env: {} },
    verification: { polling: async () => [] },
  });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: CONTROL_QUEUE,
    workflowBundle: { codePath: locateBundle({ payloads: 'plain', spans: 'none' }) },
    activities: { ...activities, ...replaced({ store, activities }) },
  });
  process.on('SIGTERM', () => worker.shutdown());
  console.log('"worker ready"');
  await worker.run();
  await Promise.all([store.close(), connection.close()]);
}
