// Writes and reads the identity under which Temporal and `zeroscout workers` list a worker.
import { DEVICES, type Device } from '../specification/devices.js';
import { expandVersion, shortenVersion } from './short-version.js';

export type WorkerIdentity =
  | { readonly role: 'control'; readonly place: string; readonly engine?: string }
  | {
      readonly role: 'score';
      readonly device: Device;
      /** The number of candidates scored at once, or of threads where one process owns the device. */
      readonly concurrency: number;
      /** The process, as `PID@HOST`. */
      readonly place: string;
      /** The version of the engine; absent for workers of earlier releases. */
      readonly engine?: string;
    };

/**
 * `1234@node-7 control block-8`, `1235@node-7 score cuda x8 block-8~1qxw`: the beginning is that of Temporal's
 * default identities. It is short, because a Temporal on PostgreSQL refuses names of more than 255 characters,
 * and the queue of a control worker's cached workflows is named after its identity.
 */
export function formatIdentity(worker: WorkerIdentity): string {
  const { place, role, engine } = worker;
  const what = role === 'control' ? 'control' : `score ${worker.device} x${worker.concurrency}`;
  return `${place} ${what}${engine ? ` ${shortenVersion(engine)}` : ''}`;
}

/** Undefined for an identity that is not a zeroscout worker's, or an older one's. */
export function readIdentity(text: string): WorkerIdentity | undefined {
  const [, place = '', rest = ''] = /^(\S+) (.*)$/.exec(text) ?? [];
  const [, control, name, concurrency, version] =
    /^(?:(control)|score (\S+) x(\d+))(?: (\S+))?$/.exec(rest) ?? [];
  const engine = version ? { engine: expandVersion(version) } : {};
  if (control) return { role: 'control', place, ...engine };
  const device = DEVICES.find((one) => one === name);
  return device && { role: 'score', device, concurrency: Number(concurrency), place, ...engine };
}
