// Finds the embedded servers for commands that start none: one that lives is waited for, and one that is not there is an error.
import { ServiceError } from '../../core/errors.js';
import { whyAbsent } from './absent.js';
import { type EmbeddedServices, findRunning } from './embedded.js';
import type { Home, ServiceName } from './home.js';
import { checkOwner } from './home-folders.js';
import { pidsOf } from './lifecycle.js';
import { sleep } from './process.js';

/** A server on a busy machine answers late: while it lives it is waited for so long. */
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
    if (pids.length < absent.length || Date.now() > deadline)
      throw new ServiceError({ address: home.root, ...(await whyAbsent({ home, absent })) });
    await sleep(LOOK_MS);
  }
}
