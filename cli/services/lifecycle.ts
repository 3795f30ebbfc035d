// In: one service's name and the home folder. Out: its daemon, started until it can be used, or ended. The lock is held.

import { ServiceError } from '../../core/spec/errors.js';
import { withoutSettings } from '../../engine/without-settings.js';
import { binaryOf, ensureBinary, type OnStep } from './binaries.js';
import {
  addresses,
  type Home,
  logFile,
  readState,
  type ServiceName,
  type ServiceRecord,
  writeRecord,
} from './home.js';
import { freePorts } from './ports.js';
import {
  type Daemon,
  findByCommandLine,
  isOurs,
  lastLines,
  sleep,
  startDaemon,
  terminate,
} from './process.js';
import { SERVERS } from './servers.js';
import { prepareTemporal } from './temporal-setup.js';

export interface RunningService {
  readonly name: ServiceName;
  readonly pid: number;
  /** For a client: `127.0.0.1:PORT` or `nats://127.0.0.1:PORT`. */
  readonly address: string;
  /** For a person: Temporal's web page, NATS's monitoring page. */
  readonly web: string;
  readonly version: string;
  /** True where this call started it, false where it was running. */
  readonly started: boolean;
}

interface Place {
  readonly home: Home;
  readonly name: ServiceName;
}

const READY_MS = 30_000;
const ATTEMPTS = 3;

export async function startService({
  home,
  name,
  onStep,
}: Place & {
  readonly onStep: OnStep;
}): Promise<RunningService> {
  const marker = SERVERS[name].marker(home);
  const record = readState({ home }).services[name];
  if (record?.pid && (await isOurs({ pid: record.pid, marker }))) {
    const { pid } = record;
    const ended = (): undefined => undefined;
    await untilReady({ home, name, port: record.port, daemon: { pid, ended } });
    return toRunning({ name, record, started: false });
  }
  // A daemon that the record does not know (services.json was removed) holds the data: two on one folder destroy it.
  await stopService({ home, name });
  const binary = await ensureBinary({ home, name: binaryOf(name), onStep });
  for (let attempt = 1; ; attempt += 1) {
    const started = performance.now();
    const { daemon, record: next } = await startOne({ home, name, binary, attempt });
    try {
      await untilReady({ home, name, port: next.port, daemon });
      if (name === 'temporal') await prepareTemporal({ address: addresses(name, next).address });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      onStep(
        `${SERVERS[name].title} ${next.version} started in ${seconds} s at ${addresses(name, next).address}`,
      );
      return toRunning({ name, record: next, started: true });
    } catch (error) {
      // Between the search for a free port and its use another program may have taken it: other ports, once more.
      const portTaken =
        daemon.ended() &&
        /address already in use/i.test(lastLines({ file: logFile({ home, name }), count: 20 }));
      if (!portTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOne({
  home,
  name,
  binary,
  attempt,
}: Place & {
  readonly binary: { readonly path: string; readonly version: string };
  readonly attempt: number;
}): Promise<{ readonly daemon: Daemon; readonly record: ServiceRecord }> {
  const last = attempt === 1 ? readState({ home }).services[name] : undefined;
  const [port, webPort] = await freePorts({ count: 2, preferred: last ? [last.port, last.webPort] : [] });
  const args = SERVERS[name].prepare({ home, port: port!, webPort: webPort! });
  const daemon = await startDaemon({
    command: binary.path,
    args,
    log: logFile({ home, name }),
    cwd: home.root,
    env: { ...SERVERS[name].env, ...withoutSettings(process.env) },
  });
  const record: ServiceRecord = {
    pid: daemon.pid,
    port: port!,
    webPort: webPort!,
    binary: binary.path,
    version: binary.version,
    startedAt: new Date().toISOString(),
  };
  // Before it is ready: if this process dies now, the next one finds the daemon.
  writeRecord({ home, name, record });
  return { daemon, record };
}

async function untilReady({
  home,
  name,
  port,
  daemon,
}: Place & {
  readonly port: number;
  readonly daemon: Daemon;
}): Promise<void> {
  const deadline = Date.now() + READY_MS;
  const marker = SERVERS[name].marker(home);
  while (!(await SERVERS[name].isReady({ home, port }))) {
    const gone = daemon.ended() ?? ((await isOurs({ pid: daemon.pid, marker })) ? undefined : 'is gone');
    if (gone || Date.now() > deadline) {
      const what =
        gone ??
        `runs (pid ${daemon.pid}) but did not answer within ${READY_MS / 1000} s; \`zeroscout services down\` ends it`;
      throw startFailure({ home, name, port, what });
    }
    await sleep(50);
  }
}

function startFailure({
  home,
  name,
  port,
  what,
}: Place & {
  readonly port: number;
  readonly what: string;
}): ServiceError {
  const file = logFile({ home, name });
  const tail = lastLines({ file, count: 12 });
  const { address } = addresses(name, { port, webPort: port });
  return new ServiceError({
    address,
    message: `the embedded ${SERVERS[name].title} server (${address}) ${what}. ${tail ? `End of ${file}:\n${tail}` : `${file} is empty.`}`,
  });
}

export async function stopService({ home, name }: Place): Promise<boolean> {
  const marker = SERVERS[name].marker(home);
  const { graceMs } = SERVERS[name];
  const pids = await pidsOf({ home, name });
  await Promise.all(pids.map((pid) => terminate({ pid, marker, graceMs })));
  const record = readState({ home }).services[name];
  if (record?.pid) {
    const { pid: _ended, ...rest } = record;
    writeRecord({ home, name, record: rest });
  }
  return pids.length > 0;
}

export function pidsOf({ home, name }: Place): Promise<readonly number[]> {
  return findByCommandLine({ marker: SERVERS[name].marker(home) });
}

export function toRunning({
  name,
  record,
  started,
}: {
  readonly name: ServiceName;
  readonly record: ServiceRecord;
  readonly started: boolean;
}): RunningService {
  const { pid, version } = record;
  return { name, pid: pid!, ...addresses(name, record), version, started };
}
