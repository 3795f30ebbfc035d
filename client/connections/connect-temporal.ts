// Connects to Temporal, or reports within seconds why the connection fails.

import { Connection, isGrpcServiceError, ServiceError as TemporalServiceError } from '@temporalio/client';
import { ServiceError } from '../../core/errors.js';
import { KEEPALIVE } from '../../workers/keepalive.js';
import { startServers } from '../embedded/absent.js';
import { retriesUntilClosed } from './late-retries.js';
import { identifyPeer, type Peer } from './peer.js';
import type { TemporalSettings } from './settings.js';
import { tlsFault } from './tls-fault.js';

// The time limit for a server that is being restarted; with the two seconds of `identifyPeer` the attempt
// ends within six.
const CONNECT_MS = 4_000;
const IDENTIFY_MS = 2_000;
const DEFAULT_PORT = 7233;

// grpc.status; @grpc/grpc-js is the SDK's dependency, not ours.
export const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;

/** The caller must close the connection. */
export async function connectTemporal(settings: TemporalSettings): Promise<Connection> {
  const { options, namespace, address } = settings;
  const deadline = Date.now() + CONNECT_MS;
  let connection: Connection | undefined;
  try {
    connection = Connection.lazy({
      ...options,
      channelArgs: KEEPALIVE,
      connectTimeout: CONNECT_MS,
      interceptors: retriesUntilClosed(),
    });
    const { workflowService } = connection;
    await connection.ensureConnected();
    await connection.withDeadline(deadline, () => workflowService.describeNamespace({ namespace }));
    return connection;
  } catch (error) {
    await connection?.close();
    const message = await explain({ settings, error });
    // For an embedded server, the error carries a code instead of instructions, because programs and the
    // command line start it in different ways.
    const advice = settings.source === 'embedded' ? startServers() : undefined;
    throw new ServiceError({ address, message, advice, cause: error });
  }
}

async function explain({
  settings,
  error,
}: {
  readonly settings: TemporalSettings;
  readonly error: unknown;
}): Promise<string> {
  const { address, namespace, options } = settings;
  const cause = error instanceof TemporalServiceError ? error.cause : error;
  const code = isGrpcServiceError(cause) ? cause.code : undefined;
  const detail = isGrpcServiceError(cause) ? cause.details : (cause as Error).message;
  if (code === NOT_FOUND) {
    return `Temporal at ${address} has no namespace "${namespace}". Create it (\`temporal operator namespace create -n ${namespace}\`) or set TEMPORAL_NAMESPACE.`;
  }
  if (code === UNAUTHENTICATED || code === PERMISSION_DENIED) {
    return `Temporal at ${address} refuses the credentials for namespace "${namespace}" (${detail}). Check TEMPORAL_API_KEY, the TEMPORAL_TLS_* files and TEMPORAL_NAMESPACE.`;
  }
  if (code === UNIMPLEMENTED) {
    return `${address} answers, but it is not Temporal: a gRPC server without Temporal's service.${adviceFor(settings)}`;
  }
  const peer = await identifyPeer({ ...hostAndPort(address), timeoutMs: IDENTIFY_MS });
  if (options.tls && peer.kind !== 'unreachable') {
    const { tls } = options;
    const fault = await tlsFault({ ...hostAndPort(address), tls, timeoutMs: IDENTIFY_MS });
    return `no TLS connection to Temporal at ${address} (${fault && talksTls(peer) ? fault : tlsDetail({ detail, peer })}). Check the TEMPORAL_TLS_* settings, or set TEMPORAL_TLS=false for a server without TLS.`;
  }
  return `${describe({ peer, address })}${adviceFor(settings)}`;
}

function describe({ peer, address }: { readonly peer: Peer; readonly address: string }): string {
  const wrong = `${address} answers, but it is not Temporal:`;
  switch (peer.kind) {
    case 'unreachable':
      return `cannot reach Temporal at ${address}: ${peer.reason}.`;
    case 'nats':
      return `${wrong} it is a NATS server.`;
    case 'http':
      return `${wrong} it is a web server. Temporal's web page has another port than the server itself (by default 7233).`;
    case 'tls':
      return `${address} requires TLS, and none is configured: set TEMPORAL_TLS=true, or the certificate files TEMPORAL_TLS_*.`;
    case 'silent':
      return `${address} accepts connections but does not answer like Temporal: it hangs, requires TLS, or is another kind of server.`;
    case 'other':
      return `${address} accepts connections but does not answer like Temporal${peer.says ? ` (it says "${peer.says}")` : ''}: it is another kind of server, or requires TLS.`;
  }
}

function adviceFor({ source }: TemporalSettings): string {
  if (source === 'embedded') return '';
  const where = source === 'environment' ? 'TEMPORAL_ADDRESS' : 'the address in temporal.toml';
  return ` Start it, correct ${where}, or remove that setting to use the embedded server.`;
}

/** Only a peer that uses TLS can have caused a fault of certificates. */
function talksTls({ kind }: Peer): boolean {
  return kind === 'tls' || kind === 'silent' || kind === 'other';
}

/**
 * gRPC's detail is usually "Failed to connect before the deadline"; the port's answer without TLS is more
 * informative.
 */
function tlsDetail({ detail, peer }: { readonly detail: string; readonly peer: Peer }): string {
  if (peer.kind === 'nats') return 'it is a NATS server';
  if (peer.kind === 'http') return 'it is a web server without TLS';
  if (peer.kind === 'silent') return `the server does not answer, or refuses the certificate; ${detail}`;
  return detail;
}

/** `host`, `host:port` or `[v6]:port`. */
function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const [, v6, name, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
  return { host: v6 ?? name ?? address, port: Number(port ?? DEFAULT_PORT) };
}
