// Determines from its answers what listens at an address: NATS, HTTP, a silent server, another protocol, or
// nothing.

import { connect, type Socket } from 'node:net';

export type Peer =
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'nats'; readonly info: NatsInfo }
  | { readonly kind: 'http' }
  | { readonly kind: 'tls' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'other'; readonly says: string };

/** The part of a NATS server's greeting that is used here. */
export interface NatsInfo {
  readonly server_name?: string;
}

const REASONS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ECONNRESET: 'the connection was reset',
};

const QUESTION = 'GET / HTTP/1.1\r\nHost: zeroscout\r\nConnection: close\r\n\r\n';

/** Waits for a greeting, then sends an HTTP request. Ends within `timeoutMs`. */
export async function identifyPeer({
  host,
  port,
  timeoutMs,
}: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<Peer> {
  const deadline = Date.now() + timeoutMs;
  const opened = await open({ host, port, timeoutMs });
  if ('reason' in opened) return { kind: 'unreachable', reason: opened.reason };
  const { socket } = opened;
  try {
    let said = await firstWords({ socket, waitMs: Math.min(500, timeoutMs / 3) });
    if (said === '') {
      socket.write(QUESTION);
      said = await firstWords({ socket, waitMs: Math.max(100, deadline - Date.now()) });
    }
    return judge({ said, closed: socket.readableEnded || socket.destroyed });
  } finally {
    socket.destroy();
  }
}

/** Asks a NATS server that requires no credentials whether JetStream answers. */
export async function isJetStreamAnswering({
  host,
  port,
  timeoutMs,
}: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<boolean> {
  const opened = await open({ host, port, timeoutMs });
  if ('reason' in opened) return false;
  const { socket } = opened;
  try {
    const inbox = '_INBOX.zeroscout.ready';
    const options = JSON.stringify({ verbose: false, pedantic: false, headers: true, no_responders: true });
    // The reply is a MSG with the account's numbers; "no responders" is an HMSG, and an error is -ERR.
    socket.write(`CONNECT ${options}\r\nSUB ${inbox} 1\r\nPUB $JS.API.INFO ${inbox} 0\r\n\r\n`);
    const answer = await firstWords({
      socket,
      waitMs: timeoutMs,
      until: /\r\n(MSG .*\r\n.*\r\n|HMSG |-ERR )/,
    });
    return /\r\nMSG [^\r]*\r\n\{(?![^\r]*"error")/.test(answer);
  } finally {
    socket.destroy();
  }
}

function judge({ said, closed }: { readonly said: string; readonly closed: boolean }): Peer {
  const greeting = /^INFO (\{.*\})/.exec(said);
  if (greeting) {
    try {
      return { kind: 'nats', info: JSON.parse(greeting[1]!) as NatsInfo };
    } catch {
      return { kind: 'other', says: readable(said) };
    }
  }
  // Web servers that require TLS say so in plain HTTP; other servers answer with a TLS alert (0x15 0x03).
  if (said.startsWith('HTTP/')) return /HTTPS (server|port)/i.test(said) ? { kind: 'tls' } : { kind: 'http' };
  if (said.startsWith('\x15\x03')) return { kind: 'tls' };
  if (said === '' && !closed) return { kind: 'silent' };
  return { kind: 'other', says: readable(said) };
}

function open({
  host,
  port,
  timeoutMs,
}: {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<{ readonly socket: Socket } | { readonly reason: string }> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const fail = (reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ reason });
    };
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} seconds`), timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve({ socket });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? '';
      fail(REASONS[code] ?? (code || error.message));
    });
  });
}

/** The input until the peer pauses, closes, has sent `until`, or the time is over. */
function firstWords({
  socket,
  waitMs,
  until = /./s,
}: {
  readonly socket: Socket;
  readonly waitMs: number;
  readonly until?: RegExp;
}): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = (): void => {
      clearTimeout(timer);
      socket.off('data', take).off('close', done).off('end', done);
      resolve(text);
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (until.test(text) && (!text.startsWith('INFO ') || text.includes('\r\n'))) done();
    };
    const timer = setTimeout(done, waitMs);
    if (socket.destroyed || socket.readableEnded) return done();
    socket.on('data', take).once('close', done).once('end', done);
  });
}

function readable(said: string): string {
  const line = said.split(/[\r\n]/)[0] ?? '';
  return line.replace(/[^\x20-\x7e]/g, '.').slice(0, 60);
}
