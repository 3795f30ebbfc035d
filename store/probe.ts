// Checks whether a server is a NATS server, and reads what it reports about itself.
import { connect } from 'node:net';
import type { ServiceReason } from '../core/errors.js';
import type { Server } from './address.js';

/** The part of the server's INFO line that is used. */
export interface Greeting {
  readonly version: string;
  readonly jetstream: boolean;
  /** Whether the server requires a client certificate. */
  readonly tls_verify: boolean;
}

/** What the probe found instead of a NATS server. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly reason: Extract<ServiceReason, 'unreachable' | 'timed-out' | 'not-nats'>;

  constructor(reason: ProbeError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Sent to a server that has not greeted by half of the time: web servers speak only when they are asked. */
const QUESTION = 'GET / HTTP/1.1\r\nHost: zeroscout\r\nConnection: close\r\n\r\n';

const GREETING = /^INFO (\{.*\})\s*\r\n/;

/**
 * Opens a connection, reads the INFO line that a NATS server sends first, and closes it. The client library
 * would find the same faults, but later, with a message about its internals, and it leaves the socket of a
 * silent peer open. Throws a ProbeError.
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
      clearTimeout(asking);
      socket.removeAllListeners();
      socket.on('error', () => {}); // A connection reset after the socket was closed here is ignored.
      socket.destroy();
      settle();
    };
    const fail = (error: ProbeError) => end(() => reject(error));
    const failOther = (why: string) => fail(new ProbeError('not-nats', why));
    const timer = setTimeout(() => fail(createTimeoutError({ connected, timeoutMs })), timeoutMs);
    const asking = setTimeout(() => {
      if (connected && seen.length === 0) socket.write(QUESTION);
    }, timeoutMs / 2);
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('error', (error) => fail(createNetworkError({ error, server })));
    socket.on('close', () => failOther('it hung up without a greeting; a NATS server would send one'));
    socket.on('data', (data) => {
      seen = Buffer.concat([seen, data]);
      const head = seen.subarray(0, 5).toString('latin1');
      if (!'INFO '.startsWith(head)) return failOther(`it answered ${excerpt(seen)}, which is not NATS`);
      const line = GREETING.exec(seen.toString('utf8'))?.[1];
      if (line === undefined) return;
      try {
        const { version, jetstream, tls_verify } = JSON.parse(line);
        const says = { jetstream: jetstream === true, tls_verify: tls_verify === true };
        end(() => resolve({ version: String(version), ...says }));
      } catch {
        failOther(`it answered ${excerpt(seen)}, which is not NATS`);
      }
    });
  });
}

function createTimeoutError({
  connected,
  timeoutMs,
}: {
  readonly connected: boolean;
  readonly timeoutMs: number;
}): ProbeError {
  const seconds = timeoutMs / 1000;
  return connected
    ? new ProbeError(
        'timed-out',
        `it takes connections but sent no NATS greeting within ${seconds} s: it hangs, or something else listens there`,
      )
    : new ProbeError('unreachable', `no connection within ${seconds} s`);
}

function createNetworkError({
  error,
  server,
}: {
  readonly error: Error & { readonly code?: string };
  readonly server: Server;
}): ProbeError {
  switch (error.code) {
    case 'ECONNREFUSED':
      return new ProbeError('unreachable', 'connection refused');
    case 'ECONNRESET':
      return new ProbeError(
        'not-nats',
        'it reset the connection without a greeting; a NATS server would send one',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ProbeError('unreachable', `no such host: ${server.host}`);
    default:
      return new ProbeError('unreachable', error.message || error.code || 'connection failed');
  }
}

function excerpt(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1').split('\r\n')[0]!.slice(0, 40));
}
