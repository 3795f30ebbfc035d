// Creates homes for tests: a new folder each, and one bin folder for all.

import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopServices } from '../../../client/embedded/embedded.js';
import { type Home, resolveHome } from '../../../client/embedded/home.js';

export const BIN = process.env.ZEROSCOUT_BIN ?? join(import.meta.dirname, '../../../.zeroscout/bin');

export function temporaryHome(): Home {
  const root = mkdtempSync(join(tmpdir(), 'zeroscout-test-'));
  return resolveHome({ env: { ZEROSCOUT_HOME: root, ZEROSCOUT_BIN: BIN } });
}

export async function removeHome(home: Home): Promise<void> {
  await stopServices({ home });
  rmSync(home.root, { recursive: true, force: true });
}

/** A listener on a loopback port; `close` ends it with its connections. */
export interface Listener {
  readonly port: number;
  readonly close: () => void;
}

export async function listen(onSocket: (socket: Socket) => void): Promise<Listener> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  return { port: await portOf(server), close: () => closeAll({ server, sockets }) };
}

export async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const { port, close } = await listen(() => {});
  close();
  return port;
}

function closeAll({ server, sockets }: { readonly server: Server; readonly sockets: Set<Socket> }): void {
  server.close();
  for (const socket of sockets) socket.destroy();
}
