// Finds which TLS setting of Temporal is wrong, because gRPC reports only that the deadline was exceeded.
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import type { ServiceFault } from '../../core/errors.js';
import type { TemporalOptions } from './settings.js';

/**
 * With TLS 1.3, a server refuses a client certificate only after the handshake has succeeded for the client.
 */
const AFTERTHOUGHT_MS = 500;

/** What is wrong with TLS; without a remedy where the message of OpenSSL is all that is known. */
export type TlsFault = Pick<ServiceFault, 'reason' | 'fault' | 'remedy' | 'settings'>;

const CLIENT_PAIR = ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'];

interface ExplainTlsFaultArguments {
  readonly host: string;
  readonly port: number;
  readonly tls: NonNullable<TemporalOptions['tls']>;
  readonly timeoutMs: number;
}

/** Performs one handshake for its error. Undefined if the handshake succeeds. Ends within `timeoutMs`. */
export async function explainTlsFault({
  host,
  port,
  tls,
  timeoutMs,
}: ExplainTlsFaultArguments): Promise<TlsFault | undefined> {
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
    return {
      reason: 'certificate',
      fault: `${CLIENT_PAIR.join(' and ')} are no pair: ${(error as Error).message}`,
      remedy: 'set both to the files of one certificate',
      settings: CLIENT_PAIR,
    };
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
  return error && explainError({ error, hasPair: pair !== undefined });
}

function explainError({ error, hasPair }: { readonly error: Error; readonly hasPair: boolean }): TlsFault {
  const why = error.message.split('\n')[0]!;
  if (/altnames/i.test(why))
    return {
      reason: 'certificate',
      fault: `the server's certificate is made out to another host: ${why}`,
      remedy: 'correct the address or set TEMPORAL_TLS_SERVER_NAME',
      settings: ['TEMPORAL_ADDRESS', 'TEMPORAL_TLS_SERVER_NAME'],
    };
  if (/self.signed|unable to (verify|get)|signature failure/i.test(why))
    return {
      reason: 'certificate',
      fault: `the server's certificate is not trusted: ${why}`,
      remedy: 'set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the authority that signed it',
      settings: ['TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
    };
  if (/alert|closes/i.test(why) || (error as NodeJS.ErrnoException).code === 'ECONNRESET')
    return {
      reason: 'certificate',
      fault: hasPair
        ? `the server refuses the certificate of TEMPORAL_TLS_CLIENT_CERT_PATH: ${why}`
        : `the server may require a client certificate: ${why}`,
      remedy: `set ${CLIENT_PAIR.join(' and ')} to a certificate that the server accepts`,
      settings: CLIENT_PAIR,
    };
  return { reason: 'tls', fault: why };
}
