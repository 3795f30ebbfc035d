// Forwards to a port of this machine through a connection that can be silently interrupted, as by a switch or
// a cable, and restored.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Drops everything silently. */
  cut(): void;
  /**
   * `resumed`: traffic in progress arrives late. `reset`: both ends learn that their connections are gone.
   */
  heal(how: 'resumed' | 'reset'): void;
  close(): void;
}

export async function openNetwork({ to }: { readonly to: () => number }): Promise<Network> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: to() });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, other] of [pair, [upstream, client] as const]) {
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('data', (data) => other.write(data));
      from.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
      if (isCut) from.pause();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    for (const [client, upstream] of pairs) {
      client.destroy();
      upstream.destroy();
    }
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      for (const sockets of pairs) for (const socket of sockets) socket.pause();
    },
    heal: (how) => {
      isCut = false;
      if (how === 'reset') end();
      for (const sockets of pairs) for (const socket of sockets) socket.resume();
    },
    close: () => {
      end();
      server.close();
    },
  };
}
