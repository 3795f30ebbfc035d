// Finds the embedded servers for commands that start none: one that lives is waited for, and one that is not there is an error.
import { ServiceError } from '../../core/spec/errors.js';
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
    if (pids.length < absent.length || Date.now() > deadline) throw notRunning({ home, absent, pids });
    await sleep(LOOK_MS);
  }
}

function notRunning(given: {
  readonly home: Home;
  readonly absent: readonly ServiceName[];
  readonly pids: readonly number[];
}): ServiceError {
  const { home, absent, pids } = given;
  const titles = absent.map((name) => (name === 'temporal' ? 'Temporal' : 'NATS')).join(' and ');
  const variables = absent
    .map((name) => (name === 'temporal' ? 'TEMPORAL_ADDRESS' : 'NATS_URL'))
    .join(' and ');
  const message =
    pids.length < absent.length
      ? `nothing is configured and no embedded server runs (looked in ${home.root}). Run \`zeroscout services up\`, or set ${variables}.`
      : `runs embedded (pid ${pids.join(', ')}; ${home.root}) and does not answer. \`zeroscout services up\` waits for it longer, or says what is wrong.`;
  return new ServiceError({ address: home.root, message: `${titles}: ${message}` });
}
