// Tests that the JetStream store keeps the contract on a real nats-server, also across processes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { connectStore } from '../../store/jetstream.js';
import { startNats } from '../support/nats.js';
import { storeContract } from './contract.js';

const dir = await mkdtemp(join(tmpdir(), 'zeroscout-store-'));
const server = await startNats({ dir });
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

const connect = () => connectStore({ url: server.url });
storeContract({ name: 'JetStream', open: connect, connect });
