// Runs a worker like that of `zeroscout worker`, but with the synthetic scorer.
import { fileURLToPath } from 'node:url';
import { connectTemporal, resolveConnections } from '../../client/connections/resolve-connections.js';
import { resolveHome } from '../../client/embedded/home.js';
import { connectStore } from '../../store/jetstream.js';
import { runWorker } from '../../workers/run.js';

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
    scorerScript: fileURLToPath(new URL('./synthetic-scorer.js', import.meta.url)),
  },
  control: { commands: 'refused' },
});
await store.close();
process.exit(0);
