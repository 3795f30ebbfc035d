// Parses NATS_URL into servers, credentials, and a text for messages without the password.
import type { ServiceError } from '../core/errors.js';
import { createNatsError } from './nats-error.js';

export interface Server {
  readonly host: string;
  readonly port: number;
}

export interface Address {
  readonly servers: readonly Server[];
  /** The address for messages: scheme, hosts and ports, never user or password. */
  readonly text: string;
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

const DEFAULT_PORT = 4222;

/** `nats://host:4222`, `host:4222`, `tls://…`, `nats://user:password@…`, `nats://token@…`, or several of them with commas. */
export function parseAddress(url: string): Address {
  const urls = url.split(',').map((part) => parseOne({ part: part.trim(), whole: url }));
  const first = urls[0]!;
  if (!first.username && urls.some(({ username }) => username))
    throw createAddressError({ whole: url, why: 'user and password must stand in the first address' });
  const decode = (text: string) => decodePart({ text, whole: url });
  const user = decode(first.username);
  const password = decode(first.password);
  return {
    servers: urls.map((one) => ({ host: one.hostname.replace(/^\[|\]$/g, ''), port: portOf(one) })),
    text: urls.map((one) => `${one.protocol}//${one.hostname}:${portOf(one)}`).join(','),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...(user && password ? { user, password } : {}),
    ...(user && !password ? { token: user } : {}),
  };
}

function parseOne({ part, whole }: { readonly part: string; readonly whole: string }): URL {
  const text = part.includes('://') ? part : `nats://${part}`;
  const wrong = (why: string) => createAddressError({ whole, why });
  if (!URL.canParse(text)) throw wrong('not an address');
  const url = new URL(text);
  if (url.protocol !== 'nats:' && url.protocol !== 'tls:') {
    throw wrong(`the scheme is ${JSON.stringify(url.protocol.slice(0, -1))}, not nats or tls`);
  }
  if (url.hostname === '') throw wrong('no host in it');
  if (!['', '/'].includes(url.pathname) || url.search || url.hash)
    throw wrong(
      'something stands behind the port; in a password write %2F for /, %3F for ?, %23 for #, %2C for a comma',
    );
  return url;
}

function decodePart({ text, whole }: { readonly text: string; readonly whole: string }): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw createAddressError({
      whole,
      why: 'a % in user or password begins no character; write %25 for the % itself',
    });
  }
}

/**
 * Everything before the last @ is left out of the message, because a comma or slash in a password makes any
 * part of it look like a host.
 */
function createAddressError({ whole, why }: { readonly whole: string; readonly why: string }): ServiceError {
  const shown = whole.replace(/^.*@/s, '…@');
  return createNatsError(shown, {
    reason: 'invalid-address',
    fault: why,
    remedy: 'NATS_URL looks like nats://127.0.0.1:4222',
    settings: ['NATS_URL'],
  });
}

function portOf(url: URL): number {
  return url.port === '' ? DEFAULT_PORT : Number(url.port);
}
