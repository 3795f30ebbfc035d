// Tests that the owner of a store learns when NATS is away, why it refuses, and when it is back, each once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { connectStore } from '../../store/jetstream.js';
import type { LinkState } from '../../store/link.js';
import { freePort, runNats } from '../support/nats.js';

test('a server that is gone, then refuses the password, then takes it again', {
  timeout: 60_000,
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'zeroscout-link-state-'));
  const port = await freePort();
  const file = join(dir, 'nats.conf');
  const allow = (password: string) =>
    writeFile(
      file,
      `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${dir}" }\nauthorization { user: "one", password: "${password}" }\n`,
    );
  await allow('first');
  const server = await runNats({ host: '127.0.0.1', port, args: ['-c', file] });
  const states: LinkState[] = [];
  const store = await connectStore({
    url: server.url,
    access: { user: 'one', password: 'first' },
    listener: { onState: (state) => states.push(state) },
  });
  try {
    const until = (expected: readonly LinkState[]) =>
      vi.waitFor(() => expect(states).toEqual(expected), { timeout: 20_000, interval: 50 });
    await server.stop();
    const gone: LinkState[] = [{ state: 'away' }];
    await until(gone);
    await allow('second');
    await server.restart();
    const refused: LinkState[] = [...gone, { state: 'away', why: 'Authorization Violation' }];
    await until(refused);
    await server.stop();
    await allow('first');
    await server.restart();
    await until([...refused, { state: 'there' }]);
    expect(await store.answers(5_000)).toBe(true);
    expect(states).toHaveLength(3);
  } finally {
    await store.close();
    await server.stop();
    await rm(dir, { recursive: true });
  }
});
