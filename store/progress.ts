// Validates progress events and delivers them; an exception in a listener does not affect the caller.
import { tokenOf } from './codec.js';
import type { ProgressEvent } from './store.js';

/**
 * The subject of a search's events. An id that cannot be a subject token is replaced by its digest, because
 * publishing never throws.
 */
export function formatProgressSubject(search: string): string {
  return `zeroscout.progress.${/^[A-Za-z0-9_-]{1,200}$/.test(search) ? search : tokenOf(search)}`;
}

/** The event in `json`, or undefined if there is none; any client may publish on a core NATS subject. */
export function decodeEvent(json: string): ProgressEvent | undefined {
  try {
    const { shard, scored, reused, failed } = JSON.parse(json);
    const event = { shard, scored, reused, failed };
    return Object.values(event).every((count) => Number.isSafeInteger(count)) ? event : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Calls `listener` and drops what it throws, which would otherwise end the connection's read loop and all
 * other listeners.
 */
export function deliver({
  listener,
  event,
}: {
  readonly listener: (event: ProgressEvent) => void;
  readonly event: ProgressEvent;
}) {
  try {
    listener(event);
  } catch {
    // A progress bar that fails must not stop a search.
  }
}
