// Serves something that the store cannot use on a loopback port while a check runs.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** Runs `check` with the address of a server that calls `answer` for every connection. */
export async function serving(server: Server, check: (address: string) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  try {
    await check(`nats://127.0.0.1:${address.port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** Greets as NATS of this version and completes the handshake, without JetStream. */
export function fakeNats({ version }: { readonly version: string }): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.write(
      `INFO ${JSON.stringify({ version, proto: 1, headers: true, jetstream: true, max_payload: 1 << 20 })}\r\n`,
    );
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
  });
}
