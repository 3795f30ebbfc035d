// Puts a gRPC server behind TLS that asks for a client certificate and an API key.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Pair } from './certificates.js';

export interface TlsProxy {
  readonly address: string;
  close(): void;
}

const UNAUTHENTICATED = '16';

export async function startTlsProxy({
  upstream,
  server: { cert, key },
  ca,
  apiKey,
}: {
  /** The `host:port` of the server behind the proxy. */
  readonly upstream: string;
  readonly server: Pair;
  /** The authority that must have signed the certificates of clients. */
  readonly ca: string;
  readonly apiKey: string;
}): Promise<TlsProxy> {
  const behind = connect(`http://${upstream}`);
  const sessions = new Set<{ destroy(): void }>();
  const server = createSecureServer({
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: readFileSync(ca),
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on('session', (session) => sessions.add(session));
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    if (headers.authorization === `Bearer ${apiKey}`) return pass({ stream, headers, behind });
    const refusal = { 'grpc-status': UNAUTHENTICATED, 'grpc-message': 'unknown API key' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refusal }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const session of sessions) session.destroy();
      behind.destroy();
      server.close();
    },
  };
}

function pass({
  stream,
  headers,
  behind,
}: {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly behind: ReturnType<typeof connect>;
}): void {
  const request = behind.request({ ...headers, ':scheme': 'http' });
  request.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
  stream.on('close', () => request.close());
  stream.pipe(request);
  let trailers: IncomingHttpHeaders = {};
  request.on('trailers', (given) => {
    trailers = given;
  });
  request.on('response', (given) => {
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.respond({ ...given }, { waitForTrailers: true });
    request.pipe(stream);
  });
}
