// Forwards to a server and holds back everything for a time that a test sets, in both directions. It stands for
// a long line: the kernel here has no netem.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Delay {
  /** `HOST:PORT` at which it listens. */
  readonly address: string;
  set(milliseconds: number): void;
  close(): void;
}

export async function openDelay({
  host,
  port = 0,
  to,
}: {
  readonly host: string;
  /** A free one by default. */
  readonly port?: number;
  readonly to: string;
}): Promise<Delay> {
  let delayMs = 0;
  const sockets = new Set<Socket>();
  const [toHost, toPort] = to.split(':');
  const server = createServer((client) => {
    const upstream = connect({ host: toHost!, port: Number(toPort) });
    for (const [from, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from);
      from.setNoDelay(true).on('error', () => {});
      // Timers of equal length fire in their order; where the delay shrinks, later data wait for earlier ones.
      let due = 0;
      const later = (work: () => void) => {
        due = Math.max(due, performance.now() + delayMs);
        setTimeout(work, due - performance.now());
      };
      from.on('data', (data) => later(() => other.destroyed || other.write(data)));
      from.on('close', () => {
        sockets.delete(from);
        later(() => other.destroy());
      });
    }
  }).listen(port, host);
  await once(server, 'listening');
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    set: (milliseconds) => {
      delayMs = milliseconds;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
