// Forwards to a server, and drops its answers or cuts its connections on demand.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface LossyProxy {
  readonly url: string;
  /** From now on the server receives and executes requests, but its answers are dropped. */
  swallowAnswers(): void;
  /** Breaks every connection; new ones work in both directions. */
  cut(): void;
  close(): Promise<void>;
}

export async function startLossyProxy({ port }: { readonly port: number }): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let swallow = false;
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => {
      if (!swallow) client.write(data);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `nats://127.0.0.1:${address.port}`,
    swallowAnswers() {
      swallow = true;
    },
    cut() {
      cut();
      swallow = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
