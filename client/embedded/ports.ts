// Finds free loopback ports, preferably those of the last start.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
// Below the range from which systems take ports for outgoing connections (32768 and up on Linux). Within that
// range, a client that keeps trying to reach a stopped server can connect to itself and keep the port busy.
const FIRST = 20_000;
const LAST = 32_000;

/** Returns `count` different free ports; those of `preferred` that are still free keep their positions. */
export async function freePorts({
  count,
  preferred = [],
}: {
  readonly count: number;
  readonly preferred?: readonly number[];
}): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const wanted = preferred[index];
    const keep = wanted !== undefined && !ports.includes(wanted) && (await isFree(wanted));
    ports.push(keep ? wanted : await findFree({ taken: [...ports, ...preferred] }));
  }
  return ports;
}

async function findFree({ taken }: { readonly taken: readonly number[] }): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(FIRST, LAST);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on ${LOOPBACK}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
