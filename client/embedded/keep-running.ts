// Restarts embedded servers that die while a command uses them.
import { ensureServices } from './embedded.js';
import { describeFullDisk, needsRestart } from './full-disk.js';
import type { Home, ServiceName } from './home.js';
import { faultOfRunning } from './lifecycle.js';
import { isServerProcess } from './process.js';
import { SERVERS } from './servers.js';
import { readState } from './state.js';

const LOOK_MS = 1_000;
/** The number of checks of the process for each check of the server's log and files, which costs more. */
const LOOKS_PER_FAULT = 10;
/** The pause before a server that does not start is tried again. */
const PAUSE_MS = 10_000;

interface Watched {
  readonly home: Home;
  readonly which: readonly ServiceName[];
  /** Called for every step, once for each reason why a server cannot be started, and when the disk is full. */
  readonly onStep: (text: string) => void;
}

export interface Keeper {
  /** Whether it would restart this server. A server that `services down` stopped stays down. */
  restarts(name: ServiceName): boolean;
  stop(): void;
}

/** Checks every second until it is stopped. Ports are kept, so clients reconnect by themselves. */
export function keepRunning({ home, which, onStep }: Watched): Keeper {
  let looks = 0;
  let isBusy = false;
  let resting = 0;
  let told = '';
  let toldOfDisk: string | undefined;
  const look = async (): Promise<void> => {
    looks += 1;
    const depth = looks % LOOKS_PER_FAULT ? 'process' : 'data';
    await restartEmbedded({ home, which, onStep, depth });
    if (depth === 'process') return;
    const disk = describeFullDisk({ home, which });
    if (disk !== undefined && disk !== toldOfDisk) onStep(disk);
    toldOfDisk = disk;
  };
  const timer = setInterval(() => {
    if (isBusy || Date.now() < resting) return;
    isBusy = true;
    void look()
      .catch((error: Error) => {
        resting = Date.now() + PAUSE_MS;
        if (error.message !== told) onStep(error.message);
        told = error.message;
      })
      .finally(() => {
        isBusy = false;
      });
  }, LOOK_MS);
  return {
    restarts: (name) => which.includes(name) && readState({ home }).services[name]?.pid !== undefined,
    stop: () => clearInterval(timer),
  };
}

/**
 * Restarts the servers whose process has ended other than by `services down`; with `data`, also those whose
 * data are damaged or whose disk was full. Returns their names. Throws a ServiceError if one does not start.
 */
export async function restartEmbedded({
  home,
  which,
  onStep,
  depth,
}: Watched & { readonly depth: 'process' | 'data' }): Promise<readonly ServiceName[]> {
  const looks = await Promise.all(
    which.map(async (name) => ((await isLost({ home, name, depth })) ? [name] : [])),
  );
  // A server that `services down` has stopped in the meantime has no recorded process any more.
  const lost = looks.flat().filter((name) => readState({ home }).services[name]?.pid !== undefined);
  if (lost.length > 0) await ensureServices({ home, which: lost, onStep });
  return lost;
}

async function isLost({
  home,
  name,
  depth,
}: {
  readonly home: Home;
  readonly name: ServiceName;
  readonly depth: 'process' | 'data';
}): Promise<boolean> {
  const record = readState({ home }).services[name];
  if (record?.pid === undefined) return false;
  const { pid, port } = record;
  if (!(await isServerProcess({ pid, port, marker: SERVERS[name].marker(home) }))) return true;
  return (
    depth === 'data' && ((await faultOfRunning({ home, name })) !== undefined || needsRestart({ home, name }))
  );
}
