// In: NATS_URL as people write it. Out: the servers it names, who to be there, and a text of it without the password.
import { ServiceError } from '../core/spec/errors.js';

export interface Server {
  readonly host: string;
  readonly port: number;
}

export interface Address {
  readonly servers: readonly Server[];
  /** For messages: scheme, hosts and ports, never user or password. */
  readonly text: string;
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

const DEFAULT_PORT = 4222;

/** `nats://host:4222`, `host:4222`, `tls://…`, `nats://user:password@…`, `nats://token@…`, or several of them with commas. */
export function parseAddress(url: string): Address {
  const urls = url.split(',').map((part) => parseOne({ part: part.trim() }));
  const first = urls[0]!;
  const user = decodeURIComponent(first.username);
  const password = decodeURIComponent(first.password);
  return {
    servers: urls.map((one) => ({ host: one.hostname.replace(/^\[|\]$/g, ''), port: portOf(one) })),
    text: urls.map((one) => `${one.protocol}//${one.hostname}:${portOf(one)}`).join(','),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...(user && password ? { user, password } : {}),
    ...(user && !password ? { token: user } : {}),
  };
}

function parseOne({ part }: { readonly part: string }): URL {
  const text = part.includes('://') ? part : `nats://${part}`;
  const shown = text.replace(/\/\/.*@/, '//…@');
  const wrong = (why: string) =>
    new ServiceError({
      address: shown,
      message: `NATS at ${shown}: ${why}; NATS_URL looks like nats://127.0.0.1:4222`,
    });
  if (!URL.canParse(text)) throw wrong('not an address');
  const url = new URL(text);
  if (url.protocol !== 'nats:' && url.protocol !== 'tls:') {
    throw wrong(`the scheme is ${JSON.stringify(url.protocol.slice(0, -1))}, not nats or tls`);
  }
  if (url.hostname === '') throw wrong('no host in it');
  return url;
}

function portOf(url: URL): number {
  return url.port === '' ? DEFAULT_PORT : Number(url.port);
}
