// Finds which TLS setting of Temporal is wrong, because gRPC reports only that the deadline was exceeded.
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import type { TemporalOptions } from './settings.js';

/**
 * With TLS 1.3, a server refuses a client certificate only after the handshake has succeeded for the client.
 */
const AFTERTHOUGHT_MS = 500;

/** Performs one handshake for its error. Undefined if the handshake succeeds. Ends within `timeoutMs`. */
export async function tlsFault({
  host,
  port,
  tls,
  timeoutMs,
}: {
  readonly host: string;
  readonly port: number;
  readonly tls: NonNullable<TemporalOptions['tls']>;
  readonly timeoutMs: number;
}): Promise<string | undefined> {
  const {
    serverRootCACertificate: ca,
    clientCertPair: pair,
    serverNameOverride: name,
  } = tls === true ? {} : tls || {};
  const asked = name ?? host;
  let socket: TLSSocket;
  try {
    socket = connect({
      host,
      port,
      ALPNProtocols: ['h2'],
      ...(isIP(asked) ? {} : { servername: asked }),
      checkServerIdentity: (_, certificate) => checkServerIdentity(asked, certificate),
      ...(ca ? { ca: Buffer.from(ca) } : {}),
      ...(pair ? { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) } : {}),
    });
  } catch (error) {
    return `TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH are no pair: ${(error as Error).message}`;
  }
  const error = await new Promise<Error | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    const end = (result?: Error) => {
      clearTimeout(timer);
      resolve(result);
    };
    socket.once('error', end);
    socket.once('close', () => end(new Error('it closes the connection')));
    socket.once('secureConnect', () => setTimeout(end, AFTERTHOUGHT_MS)).resume();
  });
  socket.on('error', () => {}).destroy();
  return error && meaningOf({ error, hasPair: pair !== undefined });
}

function meaningOf({ error, hasPair }: { readonly error: Error; readonly hasPair: boolean }): string {
  const why = error.message.split('\n')[0]!;
  if (/altnames/i.test(why))
    return `the server's certificate is made out to another host: ${why}; correct the address or set TEMPORAL_TLS_SERVER_NAME`;
  if (/self.signed|unable to (verify|get)|signature failure/i.test(why))
    return `the server's certificate is not trusted: ${why}; set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the authority that signed it`;
  if (/alert|closes/i.test(why) || (error as NodeJS.ErrnoException).code === 'ECONNRESET')
    return hasPair
      ? `the server refuses the certificate of TEMPORAL_TLS_CLIENT_CERT_PATH: ${why}`
      : `the server may require a client certificate: ${why}; set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH`;
  return why;
}
