// Finds embedded servers whose disk is full, and a nats-server that stores nothing more because its disk was full.
import { existsSync, statfsSync } from 'node:fs';
import { type Home, locateLog, type ServiceName } from './home.js';
import { readLogOfLastStart } from './server-log.js';

/** What the servers say of a write that failed for want of room. */
const SAID: { readonly [name in ServiceName]: RegExp } = {
  temporal: /database or disk is full/,
  nats: /no space left on device|disk quota exceeded/,
};
/** With less room the disk would soon be full again: a new block of a stream and a checkpoint need megabytes. */
const LEAST_ROOM = 16 * 2 ** 20;

interface Place {
  readonly home: Home;
  readonly name: ServiceName;
}

/**
 * `full` if the server could not write since its last start and there is no room now; `was full` if there is room
 * again.
 */
export function lookAtDisk({ home, name }: Place): 'full' | 'was full' | 'fine' {
  if (!SAID[name].test(readLogOfLastStart(locateLog({ home, name })))) return 'fine';
  return roomOf({ home, name }) < LEAST_ROOM ? 'full' : 'was full';
}

/**
 * After a write error, nats-server writes to that stream again only after a restart (nats-io/nats-server#7788).
 * Temporal goes on by itself.
 */
export function needsRestart(place: Place): boolean {
  return place.name === 'nats' && lookAtDisk(place) === 'was full';
}

/** A line for people if the disk of one of the servers is full. */
export function describeFullDisk({
  home,
  which,
}: {
  readonly home: Home;
  readonly which: readonly ServiceName[];
}): string | undefined {
  const full = which.find((name) => lookAtDisk({ home, name }) === 'full');
  return full && `the disk of ${home[full]} is full: searches go on once there is room`;
}

/** The bytes that may still be written; a quota of the user may permit fewer. */
function roomOf({ home, name }: Place): number {
  const folder = home[name];
  const { bavail, bsize } = statfsSync(existsSync(folder) ? folder : home.root);
  return bavail * bsize;
}
