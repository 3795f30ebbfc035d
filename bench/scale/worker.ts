// Runs a worker like that of `zeroscout worker`, but with synthetic scores, which a group of 64 candidates gets
// at once, as on a device that scores many together.
import { connectTemporal } from '../../client/connections/connect-temporal.js';
import { resolveConnections } from '../../client/connections/resolve-connections.js';
import { resolveHome } from '../../client/embedded/home.js';
import { connectStore } from '../../store/jetstream.js';
import { runWorker } from '../../workers/run.js';
import { syntheticPool } from './synthetic-pool.js';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
// Sent where the benchmark that started this process has ended; only some start it with a channel.
process.on('disconnect', () => process.exit(1));
const role = process.argv[2] === 'control' ? 'control' : 'score';
const { temporal, nats } = await resolveConnections({
  home: resolveHome(),
  start: 'never',
  onStep: () => {},
});
await (await connectTemporal(temporal)).close();
const store = await connectStore({ url: nats.url, patienceMs: 60_000, name: `bench-${role}` });
await runWorker({
  role,
  process: { stop: stop.signal },
  temporal,
  store,
  scoring: {
    device: 'cpu-stack',
    concurrency: 1,
    createPool: syntheticPool(0),
  },
  control: { commands: 'refused' },
});
await store.close();
process.exit(0);
