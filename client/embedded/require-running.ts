// Finds the embedded servers for commands that do not start any: waits for a server that is alive, and throws
// for one that is absent.
import { setTimeout as sleep } from 'node:timers/promises';
import { createAbsentError } from './absent.js';
import { type EmbeddedServices, findRunning } from './embedded.js';
import type { Home, ServiceName } from './home.js';
import { checkOwner } from './home-folders.js';
import { pidsOf } from './lifecycle.js';

/** How long to wait for the answer of a running server, since a busy machine may delay it. */
const SILENCE_MS = 5_000;
const LOOK_MS = 100;

export async function requireRunning({
  home,
  missing,
}: {
  readonly home: Home;
  readonly missing: readonly ServiceName[];
}): Promise<EmbeddedServices> {
  checkOwner({ home });
  const deadline = Date.now() + SILENCE_MS;
  for (;;) {
    const services = await findRunning({ home, which: missing });
    const absent = missing.filter((name) => !services[name]);
    if (absent.length === 0) return services;
    const pids = (await Promise.all(absent.map((name) => pidsOf({ home, name })))).flat();
    if (pids.length < absent.length || Date.now() > deadline) throw await createAbsentError({ home, absent });
    await sleep(LOOK_MS);
  }
}
