// Checks progress events and delivers them; what a listener throws does no harm to the deliverer.
import { tokenOf } from './codec.js';
import type { ProgressEvent } from './store.js';

/** Subject of a search's events; an id that cannot be a subject token is replaced by its digest, as publishing never throws. */
export function progressSubject(search: string): string {
  return `zeroscout.progress.${/^[A-Za-z0-9_-]{1,200}$/.test(search) ? search : tokenOf(search)}`;
}

/** The event in `json`, or undefined where it is none: anybody may publish on a core NATS subject. */
export function decodeEvent(json: string): ProgressEvent | undefined {
  try {
    const { shard, scored, reused, failed } = JSON.parse(json);
    const event = { shard, scored, reused, failed };
    return Object.values(event).every((count) => Number.isSafeInteger(count)) ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Calls `listener`; what it throws is dropped, as it would end the connection's reading loop and every other listener. */
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
