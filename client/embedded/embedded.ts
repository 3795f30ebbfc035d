// Starts, finds and stops the embedded servers of a home, which run as daemons.

import { ServiceError } from '../../core/errors.js';
import type { OnStep } from './binaries.js';
import { endFirstStart } from './data-folder.js';
import { needsRestart } from './full-disk.js';
import { type Home, SERVICE_NAMES, type ServiceName } from './home.js';
import { checkOwner, createFolders } from './home-folders.js';
import {
  describeRunning,
  faultOfRunning,
  pidsOf,
  type RunningService,
  startService,
  stopService,
} from './lifecycle.js';
import { withLock } from './lock.js';
import { isServerProcess } from './process.js';
import { SERVERS } from './servers.js';
import { readState } from './state.js';

export type EmbeddedServices = { readonly [name in ServiceName]?: RunningService };

const LOCK_MS = 5 * 60_000;

/**
 * Starts the servers that do not run, and returns when all can be used. Otherwise throws a ServiceError with
 * the end of the log.
 */
export async function ensureServices({
  home,
  onStep,
  which = SERVICE_NAMES,
}: {
  readonly home: Home;
  readonly onStep: OnStep;
  readonly which?: readonly ServiceName[];
}): Promise<EmbeddedServices> {
  checkOwner({ home });
  const running = await findRunning({ home, which });
  const looks = which.map(
    async (name) => running[name] && !(await faultOfRunning({ home, name })) && !needsRestart({ home, name }),
  );
  if ((await Promise.all(looks)).every(Boolean)) return running;
  createFolders({ home });
  return await withLock({
    file: home.lockFile,
    patienceMs: LOCK_MS,
    onWait: (holder) => onStep(`waiting for ${holder}, which is starting or stopping the services`),
    work: async () => {
      // Another process may have started them while this one waited for the lock.
      const outcomes = await Promise.allSettled(which.map((name) => startService({ home, name, onStep })));
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      if (failures.length > 0) throw combineFailures(failures);
      return Object.fromEntries(
        outcomes.flatMap((outcome) =>
          outcome.status === 'fulfilled' ? [[outcome.value.name, outcome.value]] : [],
        ),
      );
    },
  });
}

/**
 * Stops the running servers: SIGTERM, then SIGKILL after a while. Data, logs and ports are kept. Returns the
 * names of those that were running.
 */
export async function stopServices({ home }: { readonly home: Home }): Promise<readonly ServiceName[]> {
  const anything = (await Promise.all(SERVICE_NAMES.map((name) => pidsOf({ home, name })))).flat();
  if (anything.length === 0) return [];
  return await withLock({
    file: home.lockFile,
    patienceMs: LOCK_MS,
    onWait: () => {},
    work: async () => {
      const stopped = await Promise.all(SERVICE_NAMES.map((name) => stopService({ home, name })));
      return SERVICE_NAMES.filter((_, index) => stopped[index]);
    },
  });
}

/** The servers among `which` that run and answer now. Starts nothing. */
export async function findRunning({
  home,
  which = SERVICE_NAMES,
}: {
  readonly home: Home;
  readonly which?: readonly ServiceName[];
}): Promise<EmbeddedServices> {
  const { services } = readState({ home });
  const found = await Promise.all(
    which.map(async (name) => {
      const record = services[name];
      if (!record?.pid) return undefined;
      const { pid, port } = record;
      if (!(await isServerProcess({ pid, port, marker: SERVERS[name].marker(home) }))) return undefined;
      if (!(await SERVERS[name].isReady({ home, port }))) return undefined;
      // The process that started the server may have been killed before it could remove the mark.
      endFirstStart({ home, name });
      return describeRunning({ name, record, started: false });
    }),
  );
  return Object.fromEntries(found.flatMap((service) => (service ? [[service.name, service]] : [])));
}

/** Both servers may be missing, so one error reports both failures. */
function combineFailures(failures: readonly unknown[]): unknown {
  if (failures.length === 1 || !failures.every((failure) => failure instanceof ServiceError))
    return failures[0];
  return new ServiceError({
    reason: failures[0]!.reason,
    address: failures.map(({ address }) => address).join(', '),
    fault: failures.map(({ message }) => message).join('\n'),
    cause: failures[0],
  });
}
