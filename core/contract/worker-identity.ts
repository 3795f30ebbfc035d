// Spells and reads the name by which Temporal and `zeroscout workers` show a worker.
import { DEVICES, type Device } from '../specification/devices.js';

export type WorkerIdentity =
  | { readonly role: 'control'; readonly place: string; readonly engine?: string }
  | {
      readonly role: 'score';
      readonly device: Device;
      /** Candidates scored at once, or threads where one process owns the device. */
      readonly concurrency: number;
      /** The name of a process, `PID@HOST`. */
      readonly place: string;
      /** Version of the engine; workers of earlier releases do not say. */
      readonly engine?: string;
    };

/** `1234@node-7 control block-8`, `1235@node-7 score cuda x8 block-8`: begins as Temporal's own do. */
export function spellIdentity(worker: WorkerIdentity): string {
  const { place, role, engine } = worker;
  const what = role === 'control' ? 'control' : `score ${worker.device} x${worker.concurrency}`;
  return `${place} ${what}${engine ? ` ${engine}` : ''}`;
}

/** Undefined for a worker that is none of ours, or an older one. */
export function readIdentity(text: string): WorkerIdentity | undefined {
  const [, place = '', rest = ''] = /^(\S+) (.*)$/.exec(text) ?? [];
  const [, control, name, concurrency, version] =
    /^(?:(control)|score (\S+) x(\d+))(?: (\S+))?$/.exec(rest) ?? [];
  const engine = version ? { engine: version } : {};
  if (control) return { role: 'control', place, ...engine };
  const device = DEVICES.find((one) => one === name);
  return device && { role: 'score', device, concurrency: Number(concurrency), place, ...engine };
}
