// Watches the memory of busy processes and reports those that use more than they may (on Linux).
import { readFileSync } from 'node:fs';

const EVERY_MS = 500;

export interface Busy<T> {
  readonly pid: number;
  readonly most: number;
  readonly who: T;
}

/** Looks at `busy` twice a second until the returned function is called. */
export function watchMemory<T>({
  busy,
  onTooLarge,
}: {
  busy: () => readonly Busy<T>[];
  onTooLarge: (found: Busy<T>) => void;
}): () => void {
  const timer = setInterval(() => {
    for (const each of busy()) if ((residentBytes(each.pid) ?? 0) > each.most) onTooLarge(each);
  }, EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Bytes of resident memory; undefined where the system does not say. */
function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
