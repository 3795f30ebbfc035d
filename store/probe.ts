// Checks whether a server is a NATS server, and reads what it reports about itself.
import { connect } from 'node:net';
import type { Server } from './address.js';

/** The part of the server's INFO line that is used. */
export interface Greeting {
  readonly version: string;
  readonly jetstream: boolean;
  /** Whether the server requires a client certificate. */
  readonly tls_verify: boolean;
}

const GREETING = /^INFO (\{.*\})\s*\r\n/;

/**
 * Opens a connection, reads the INFO line that a NATS server sends first, and closes it. The client library
 * would find the same faults, but later, with a message about its internals, and it leaves the socket of a
 * silent peer open.
 */
export function probe({
  server,
  timeoutMs,
}: {
  readonly server: Server;
  readonly timeoutMs: number;
}): Promise<Greeting> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    let connected = false;
    const socket = connect({ host: server.host, port: server.port });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {}); // A connection reset after the socket was closed here is ignored.
      socket.destroy();
      settle();
    };
    const fail = (why: string) => end(() => reject(new Error(why)));
    const timer = setTimeout(() => fail(timeoutError({ connected, timeoutMs })), timeoutMs);
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('error', (error) => fail(networkFault({ error, server })));
    socket.on('close', () => fail('it hung up without a greeting; a NATS server would send one'));
    socket.on('data', (data) => {
      seen = Buffer.concat([seen, data]);
      const head = seen.subarray(0, 5).toString('latin1');
      if (!'INFO '.startsWith(head)) return fail(`it answered ${excerpt(seen)}, which is not NATS`);
      const line = GREETING.exec(seen.toString('utf8'))?.[1];
      if (line === undefined) return;
      try {
        const { version, jetstream, tls_verify } = JSON.parse(line);
        const says = { jetstream: jetstream === true, tls_verify: tls_verify === true };
        end(() => resolve({ version: String(version), ...says }));
      } catch {
        fail(`it answered ${excerpt(seen)}, which is not NATS`);
      }
    });
  });
}

function timeoutError({
  connected,
  timeoutMs,
}: {
  readonly connected: boolean;
  readonly timeoutMs: number;
}): string {
  return connected
    ? `it takes connections but sent no NATS greeting within ${timeoutMs / 1000} s; something else listens there`
    : `no connection within ${timeoutMs / 1000} s`;
}

function networkFault({
  error,
  server,
}: {
  readonly error: Error & { readonly code?: string };
  readonly server: Server;
}) {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ECONNRESET':
      return 'it reset the connection without a greeting; a NATS server would send one';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `no such host: ${server.host}`;
    default:
      return error.message || error.code || 'connection failed';
  }
}

function excerpt(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1').split('\r\n')[0]!.slice(0, 40));
}
