// In: what a worker is. Out: the name by which Temporal and `zeroscout workers` show it, and back.
import { DEVICES, type Device } from './devices.js';

export type WorkerIdentity =
  | { readonly role: 'control'; readonly place: string }
  | {
      readonly role: 'score';
      readonly device: Device;
      /** Candidates scored at once, or threads where one process owns the device. */
      readonly concurrency: number;
      /** `PID@HOST`. */
      readonly place: string;
    };

/** `1234@node-7 control`, `1235@node-7 score cuda x8`: begins as Temporal's own do. */
export function spellIdentity(worker: WorkerIdentity): string {
  const { place, role } = worker;
  return role === 'control' ? `${place} control` : `${place} score ${worker.device} x${worker.concurrency}`;
}

/** Undefined for a worker that is none of ours, or an older one. */
export function readIdentity(text: string): WorkerIdentity | undefined {
  const [, place = '', rest = ''] = /^(\S+) (.*)$/.exec(text) ?? [];
  if (rest === 'control') return { role: 'control', place };
  const [, name, concurrency] = /^score (\S+) x(\d+)$/.exec(rest) ?? [];
  const device = DEVICES.find((one) => one === name);
  return device && { role: 'score', device, concurrency: Number(concurrency), place };
}
