// Serves the HTTP API and its page.
import { setMaxListeners } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { createAdaptorServer } from '@hono/node-server';
import type { Zeroscout } from '../client/index.js';
import { ServiceError } from '../core/errors.js';
import { describeListenFault } from '../core/text/listen-fault.js';
import { createAccess } from './access.js';
import { createApp } from './app.js';
import { keepFleetHistory } from './fleet-history.js';
import { type Certificate, checkPrefix } from './listen-options.js';
import { createOpenRankings } from './rankings/open-rankings.js';

export interface HttpOptions {
  readonly zeroscout: Zeroscout;
  readonly program: ProgramOptions;
  readonly listen: ListenOptions;
  readonly tokens?: TokenOptions;
  readonly proxy?: ProxyOptions;
  readonly onFault: (error: unknown) => void;
}

/** The program that serves. */
export interface ProgramOptions {
  readonly version: string;
  /** Where rankings are kept as files while people read them; the system's folder for temporary files by default. */
  readonly folder?: string | undefined;
}

export interface ListenOptions {
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** The port; 0 chooses any free one. */
  readonly port: number;
  /** Absent for HTTP without TLS. */
  readonly tls?: Certificate | undefined;
}

/** The tokens of operators and viewers (see `AccessOptions`). */
export interface TokenOptions {
  readonly operator?: string | undefined;
  readonly viewer?: string | undefined;
}

/** The names and the path under which the server is reachable behind a proxy. */
export interface ProxyOptions {
  /** Further names under which the server is reachable, such as `search.example.com`. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** The path under which a proxy offers this server, such as `/zeroscout`. */
  readonly prefix?: string | undefined;
}

export interface HttpServer {
  /** The URL of the server, without a token. */
  readonly url: string;
  /** A link with the token of operators, which gives a browser that role. */
  readonly link: string;
  close(): Promise<void>;
}

/** Room for an address that names a candidate of 8,000 characters, of which each may take 9 bytes. */
const LARGEST_HEADER = 96 * 1024;

export async function startHttpServer({
  zeroscout,
  program: { version, folder = tmpdir() },
  listen: { host = '127.0.0.1', port, tls },
  tokens = {},
  proxy: { allowedHosts = [], prefix = '' } = {},
  onFault,
}: HttpOptions): Promise<HttpServer> {
  checkPrefix(prefix);
  const isLoopback = /^(127\.|::1$|localhost$)/.test(host);
  const stopping = new AbortController();
  // Every open stream listens for the end of the server, however many there are.
  setMaxListeners(0, stopping.signal);
  let fetch: (request: Request, env: unknown) => Response | Promise<Response> = () =>
    new Response(null, { status: 503 });
  const server = createAdaptorServer({
    fetch: (request, env) => fetch(request, env),
    serverOptions: { maxHeaderSize: LARGEST_HEADER, ...tls },
    ...(tls ? { createServer: createTlsServer } : {}),
  });
  const taken = await listen(server, { host, port });
  const scheme = tls ? 'https' : 'http';
  const shown = isIP(host) === 6 ? `[${host}]` : host;
  const hosts = namesOf({ shown, isLoopback, allowedHosts, port: taken });
  const access = createAccess({
    operatorToken: tokens.operator,
    viewerToken: tokens.viewer,
    anonymous: isLoopback ? 'viewer' : 'nothing',
    hosts,
    prefix,
    isSecure: tls !== undefined,
  });
  const rankings = createOpenRankings(folder);
  const fleetHistory = keepFleetHistory(zeroscout);
  const app = createApp({
    zeroscout,
    access,
    kept: { rankings, fleetHistory, folder },
    site: { version, prefix },
    stopped: stopping.signal,
    onFault,
  });
  fetch = (request, env) => app.fetch(withoutPrefix(request, prefix), env as object);
  const url = `${scheme}://${shown}:${taken}${prefix}/`;
  return {
    url,
    link: `${url}?token=${access.operatorToken}`,
    close: async () => {
      stopping.abort();
      fleetHistory.stop();
      await closeServer(server);
      await rankings.close();
    },
  };
}

type Server = ReturnType<typeof createAdaptorServer>;

/** Returns the port that was chosen. */
function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  const address = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      reject(
        new ServiceError({
          reason: 'cannot-listen',
          address,
          fault: `cannot listen at ${address}: ${describeListenFault(error)}`,
          remedy: 'choose another address or port',
        }),
      );
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Open streams get a second to end. */
async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    if (!('closeAllConnections' in server)) return;
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}

interface NamesOfArguments {
  readonly shown: string;
  readonly isLoopback: boolean;
  readonly allowedHosts: readonly string[];
  readonly port: number;
}

/** The host names that requests may have. */
function namesOf({ shown, isLoopback, allowedHosts, port }: NamesOfArguments): string[] {
  const own = isLoopback ? [shown, 'localhost', '127.0.0.1', '[::1]'] : [shown];
  return [...own.map((name) => `${name}:${port}`), ...allowedHosts.flatMap((name) => withPort(name, port))];
}

/** A name that a proxy passes on may have a port, which may be the proxy's own, or none. */
function withPort(name: string, port: number): string[] {
  return /:\d+$/.test(name) ? [name] : [name, `${name}:${port}`];
}

/** Some proxies remove the prefix, others pass it on. */
function withoutPrefix(request: Request, prefix: string): Request {
  if (prefix === '') return request;
  const url = new URL(request.url);
  if (url.pathname !== prefix && !url.pathname.startsWith(`${prefix}/`)) return request;
  url.pathname = url.pathname.slice(prefix.length) || '/';
  return new Request(url, request);
}
