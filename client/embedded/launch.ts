// Starts an embedded server's process on free ports and waits until clients can use it.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Advice, ServiceError, type ServiceFault } from '../../core/errors.js';
import { withoutSettings } from '../../engine/without-settings.js';
import { prepareTemporal } from '../connections/temporal-setup.js';
import type { Binary, OnStep } from './binaries.js';
import { type Home, locateLog, type ServiceName } from './home.js';
import { freePorts } from './ports.js';
import { type Daemon, isServerProcess, startDaemon } from './process.js';
import { openLogPart, readLastLines, readLogOfLastStart } from './server-log.js';
import { SERVERS } from './servers.js';
import { formatAddresses, readState, type ServiceRecord, writeRecord } from './state.js';
import { chooseWebHost } from './web-host.js';

interface Place {
  readonly home: Home;
  readonly name: ServiceName;
}

const READY_MS = 30_000;
const ATTEMPTS = 3;

/**
 * `ended`: with an exit code of its own; `killed`: by a signal, which says nothing about its data; `silent`:
 * it runs but does not answer.
 */
export type StartTrouble = 'ended' | 'killed' | 'silent';

/** The server ended or was not ready for clients in time. */
export class StartError extends ServiceError {
  readonly trouble: StartTrouble;

  constructor({
    trouble,
    ...rest
  }: Omit<ServiceFault, 'reason'> & {
    readonly trouble: StartTrouble;
  }) {
    super({ ...rest, reason: 'start-failed' });
    this.trouble = trouble;
  }
}

/**
 * The caller holds the lock and has checked that no server of this home runs. Throws a StartError with the
 * end of the log.
 */
export async function launch({
  home,
  name,
  binary,
  lock,
  onStep,
}: Place & {
  readonly binary: Binary;
  /**
   * The descriptor of the lock on the data. The server inherits it and holds the lock as long as it runs.
   */
  readonly lock: number;
  readonly onStep: OnStep;
}): Promise<ServiceRecord> {
  for (let attempt = 1; ; attempt += 1) {
    const started = performance.now();
    const { daemon, record } = await startOne({ home, name, binary, lock, attempt });
    const { address } = formatAddresses(name, record);
    try {
      await untilReady({ home, name, port: record.port, daemon });
      if (name === 'temporal') await prepareService({ home, address, daemon });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      onStep(`${SERVERS[name].title} ${record.version} started in ${seconds} s at ${address}`);
      return record;
    } catch (error) {
      // Another program may have taken a port after it was found free, so the start is tried once more with
      // other ports.
      const portTaken =
        daemon.ended() &&
        /address already in use/i.test(readLastLines({ file: locateLog({ home, name }), count: 20 }));
      if (!portTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Returns when clients can use the server. Throws a StartError if it ends before, or takes more than half a
 * minute.
 */
export async function untilReady({
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
    const gone =
      daemon.ended() ?? ((await isServerProcess({ pid: daemon.pid, marker })) ? undefined : 'is gone');
    if (gone) {
      const trouble = gone.includes('exit code') ? 'ended' : 'killed';
      throw startError({ home, name, port, trouble, what: gone });
    }
    const fault = SERVERS[name].faultIn(readLogOfLastStart(locateLog({ home, name })));
    if (fault || Date.now() > deadline) {
      const what = `runs (pid ${daemon.pid}) but did not answer within ${READY_MS / 1000} s`;
      throw startError({
        home,
        name,
        port,
        trouble: 'silent',
        what: fault ? `does not work: ${fault}` : what,
        advice: { code: 'stop-servers', text: 'embeddedServers.stop() ends it.' },
      });
    }
    await sleep(50);
  }
}

/** The last step of a start writes to the database, so it is the first to meet some kinds of damage. */
async function prepareService({
  home,
  address,
  daemon,
}: {
  readonly home: Home;
  readonly address: string;
  readonly daemon: Daemon;
}): Promise<void> {
  try {
    await prepareTemporal({ address });
  } catch (cause) {
    const file = locateLog({ home, name: 'temporal' });
    throw new StartError({
      trouble: daemon.ended() ? 'ended' : 'silent',
      address,
      fault: `the embedded Temporal server (${address}) does not take its settings: ${(cause as Error).message}. End of ${file}:\n${readLastLines({ file, count: 12 })}`,
      cause,
    });
  }
}

async function startOne({
  home,
  name,
  binary,
  lock,
  attempt,
}: Place & {
  readonly binary: Binary;
  readonly lock: number;
  readonly attempt: number;
}): Promise<{ readonly daemon: Daemon; readonly record: ServiceRecord }> {
  const last = attempt === 1 ? readState({ home }).services[name] : undefined;
  const preferred = last ? [last.port, ...(last.web ? [last.web.port] : [])] : [];
  const [port, webPort] = await freePorts({ count: 2, preferred });
  // Further attempts choose new ports, since some port was taken; the page's address stays as people have
  // bookmarked it.
  const host =
    name === 'temporal' ? chooseWebHost({ last: readState({ home }).services[name]?.web?.host }) : undefined;
  const web = host === undefined ? undefined : { host, port: webPort! };
  const args = SERVERS[name].prepare({ home, port: port!, web });
  const title = `${SERVERS[name].title} ${binary.version}`;
  const output = openLogPart({ file: locateLog({ home, name }), title });
  const daemon = await startDaemon({
    command: binary.path,
    args,
    output,
    inherited: lock,
    cwd: home.root,
    env: { ...SERVERS[name].env, ...withoutSettings(process.env) },
  });
  const record: ServiceRecord = {
    pid: daemon.pid,
    port: port!,
    ...(web && { web }),
    binary: binary.path,
    version: binary.version,
    startedAt: new Date().toISOString(),
  };
  // The record is written before the server is ready, so that the next process finds the daemon if this one
  // dies now.
  writeRecord({ home, name, record });
  return { daemon, record };
}

interface FailedStart extends Place {
  readonly port: number;
  readonly trouble: StartTrouble;
  readonly what: string;
  readonly advice?: Advice;
}

function startError({ home, name, port, trouble, what, advice }: FailedStart): StartError {
  const file = locateLog({ home, name });
  const tail = readLastLines({ file, count: 12 });
  const { address } = formatAddresses(name, { port });
  return new StartError({
    trouble,
    address,
    fault: `the embedded ${SERVERS[name].title} server (${address}) ${what}. ${tail ? `End of ${file}:\n${tail}\n` : `${file} is empty.`}`,
    advice,
  });
}
