// Starts one embedded server if none runs, and stops it. The caller holds the lock of the services.
import { lstatSync } from 'node:fs';
import { binaryOf, ensureBinary, type OnStep } from './binaries.js';
import { endFirstStart, locateData } from './data-folder.js';
import { needsRestart } from './full-disk.js';
import { type Home, locateDataLock, locateLog, type ServiceName } from './home.js';
import { untilReady } from './launch.js';
import { withDataLock } from './lock.js';
import { findByCommandLine, isServerProcess, terminate } from './process.js';
import { readLogOfLastStart } from './server-log.js';
import { SERVERS } from './servers.js';
import { launchOnSoundData } from './sound-data.js';
import { formatAddresses, readState, type ServiceRecord, writeRecord } from './state.js';
import { findDamageWhileRunning } from './stream-blocks.js';

export interface RunningService {
  readonly name: ServiceName;
  readonly pid: number;
  /** The address for a client: `127.0.0.1:PORT` or `nats://127.0.0.1:PORT`. */
  readonly address: string;
  /** The address of Temporal's web page, if it has one. */
  readonly web?: string;
  readonly version: string;
  /** Whether this call started the server. */
  readonly started: boolean;
}

interface Place {
  readonly home: Home;
  readonly name: ServiceName;
}

export async function startService({
  home,
  name,
  onStep,
}: Place & {
  readonly onStep: OnStep;
}): Promise<RunningService> {
  const marker = SERVERS[name].marker(home);
  const record = readState({ home }).services[name];
  const fault = await faultOfRunning({ home, name });
  const isUsable = !fault && !needsRestart({ home, name });
  if (record?.pid && isUsable && (await isServerProcess({ pid: record.pid, marker, port: record.port }))) {
    const { pid } = record;
    const ended = (): undefined => undefined;
    await untilReady({ home, name, port: record.port, daemon: { pid, ended } });
    endFirstStart({ home, name });
    return describeRunning({ name, record, started: false });
  }
  // A daemon that the record does not know (services.json was removed) may hold the data. Two servers on one
  // folder destroy it, so it is stopped first.
  const ran = await stopService({ home, name });
  const binary = await ensureBinary({ home, name: binaryOf(name), onStep });
  const next = await withDataLock({
    file: locateDataLock({ home, name }),
    title: SERVERS[name].title,
    work: async (lock) =>
      await launchOnSoundData({
        home,
        name,
        binary,
        // A backup may have been restored after the server that wrote the log had ended, so a fault in its
        // log counts only if it ran until now.
        fault: ran ? fault : undefined,
        lock,
        onStep,
        stop: () => stopService({ home, name }),
      }),
  });
  return describeRunning({ name, record: next, started: true });
}

/** The reason why a running server's data are unusable, according to its log and files. */
export async function faultOfRunning({ home, name }: Place): Promise<string | undefined> {
  const said = SERVERS[name].faultIn(readLogOfLastStart(locateLog({ home, name })));
  if (said !== undefined) return said;
  // A server continues silently with a deleted file for a while.
  const [main] = locateData({ home, name });
  const stats = lstatSync(main!, { throwIfNoEntry: false });
  if (stats === undefined) return `${main} is gone`;
  if (name === 'temporal') return stats.isDirectory() ? `${main} is a folder` : undefined;
  const stream = await findDamageWhileRunning(home);
  return stream && `the last block of stream ${stream} is damaged`;
}

export async function stopService({ home, name }: Place): Promise<boolean> {
  const marker = SERVERS[name].marker(home);
  const { graceMs } = SERVERS[name];
  const pids = await pidsOf({ home, name });
  const record = readState({ home }).services[name];
  // The record is removed before the server ends, because a command that sees a recorded process end restarts
  // the server.
  if (record?.pid) {
    const { pid: _ended, ...rest } = record;
    writeRecord({ home, name, record: rest });
  }
  await Promise.all(pids.map((pid) => terminate({ pid, marker, graceMs })));
  return pids.length > 0;
}

export function pidsOf({ home, name }: Place): Promise<readonly number[]> {
  return findByCommandLine({ marker: SERVERS[name].marker(home) });
}

export function describeRunning({
  name,
  record,
  started,
}: {
  readonly name: ServiceName;
  readonly record: ServiceRecord;
  readonly started: boolean;
}): RunningService {
  const { pid, version } = record;
  return { name, pid: pid!, ...formatAddresses(name, record), version, started };
}
