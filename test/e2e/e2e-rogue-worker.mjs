// Runs a score worker called "rogue" that stores wrong numbers, and continues when it is set aside.
import { NativeConnection, Worker } from '@temporalio/worker';
import { createScoreActivities } from '../../dist/activities/create.js';
import { scoreQueue } from '../../dist/core/contract/search-queues.js';
import { formatIdentity } from '../../dist/core/contract/worker-identity.js';
import { proxiesOfFamily } from '../../dist/core/specification/families.js';
import { connectStore } from '../../dist/store/jetstream.js';

const { TEMPORAL_ADDRESS: address, NATS_URL: url } = process.env;
const store = await connectStore({ url, name: 'rogue' });
const connection = await NativeConnection.connect({ address });
const ignore = () => {};
const wrong = (families) => Object.fromEntries(families.flatMap(proxiesOfFamily).map((name) => [name, 1]));
const worker = await Worker.create({
  connection,
  taskQueue: scoreQueue('cpu'),
  identity: formatIdentity({ role: 'score', device: 'cpu', concurrency: 1, place: 'rogue' }),
  activities: createScoreActivities({
    store,
    images: {},
    gate: Object.assign(async ({ address }) => address, {
      admit: async () => {},
      isAlone: async () => true,
    }),
    scoring: {
      device: 'cpu',
      worker: 'rogue',
      standing: new AbortController().signal,
      size: 1,
      countDeaths: () => 0,
      // It is about as fast as the others, so that these get work too.
      score: ({ draws, families }) =>
        new Promise((done) =>
          setTimeout(
            done,
            30,
            draws.map(() => wrong(families)),
          ),
        ),
      onScored: ignore,
      onVerified: ignore,
      onFailed: ignore,
    },
  }),
  maxConcurrentActivityTaskExecutions: 1,
});
process.on('SIGTERM', () => worker.shutdown());
console.log('"worker ready"');
await worker.run();
await Promise.all([store.close(), connection.close()]);
process.exit(0);
