// Runs a score worker that computes with a given scorer script.

import { connectTemporal } from '../../dist/client/connections/connect-temporal.js';
import { readEncryptionKeys } from '../../dist/client/connections/encryption-keys.js';
import { readConfigured } from '../../dist/client/connections/read-configured.js';
import { connectStore } from '../../dist/store/jetstream.js';
import { runWorker } from '../../dist/workers/run.js';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const { temporal, nats } = readConfigured({});
await (await connectTemporal(temporal)).close();
const store = await connectStore({ ...nats, patienceMs: 60_000, name: 'e2e-worker' });
const ended = await runWorker({
  role: 'score',
  process: { name: process.env.ZEROSCOUT_WORKER_NAME, stop: stop.signal },
  temporal: { ...temporal, keys: readEncryptionKeys() },
  store,
  scoring: { device: process.argv[3] ?? 'cpu', concurrency: 2, scorerScript: process.argv[2] },
  control: { commands: 'refused' },
});
await store.close();
process.exit(ended === 'set aside' ? 3 : 0);
