// Watches the memory of busy processes and reports those that exceed their limit (on Linux).
import { readFileSync } from 'node:fs';

const EVERY_MS = 500;

export interface BusyScorer<T> {
  readonly pid: number;
  readonly most: number;
  readonly who: T;
}

/** Checks `busy` twice a second until the returned function is called. */
export function watchMemory<T>({
  busy,
  onTooLarge,
}: {
  readonly busy: () => readonly BusyScorer<T>[];
  readonly onTooLarge: (found: BusyScorer<T>) => void;
}): () => void {
  const timer = setInterval(() => {
    for (const each of busy()) if ((residentBytes(each.pid) ?? 0) > each.most) onTooLarge(each);
  }, EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** The resident memory in bytes; undefined if the system does not report it. */
function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
