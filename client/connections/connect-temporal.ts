// Connects to Temporal, or reports within seconds why the connection fails.

import { Connection, isGrpcServiceError, ServiceError as TemporalServiceError } from '@temporalio/client';
import { ServiceError, type ServiceFault } from '../../core/errors.js';
import { KEEPALIVE } from '../../workers/keepalive.js';
import { startServers } from '../embedded/absent.js';
import { createRetryInterceptors } from './late-retries.js';
import { identifyPeer, type Peer } from './peer.js';
import type { TemporalSettings } from './settings.js';
import { explainTlsFault } from './tls-fault.js';

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
      interceptors: createRetryInterceptors(),
    });
    const { workflowService } = connection;
    await connection.ensureConnected();
    await connection.withDeadline(deadline, () => workflowService.describeNamespace({ namespace }));
    return connection;
  } catch (error) {
    await connection?.close();
    const found = await explain({ settings, error });
    // For an embedded server, the error carries a code instead of instructions, because programs and the
    // command line start it in different ways.
    const advice = settings.source === 'embedded' ? startServers() : undefined;
    throw new ServiceError({ ...found, address, advice, cause: error });
  }
}

type TemporalFault = Pick<ServiceFault, 'reason' | 'fault' | 'remedy' | 'settings'>;

async function explain({
  settings,
  error,
}: {
  readonly settings: TemporalSettings;
  readonly error: unknown;
}): Promise<TemporalFault> {
  const { address, namespace, options } = settings;
  const cause = error instanceof TemporalServiceError ? error.cause : error;
  const code = isGrpcServiceError(cause) ? cause.code : undefined;
  const detail = isGrpcServiceError(cause) ? cause.details : (cause as Error).message;
  switch (code) {
    case NOT_FOUND:
      return {
        reason: 'namespace-missing',
        fault: `Temporal at ${address} has no namespace "${namespace}"`,
        remedy: `create it (\`temporal operator namespace create -n ${namespace}\`) or set TEMPORAL_NAMESPACE`,
        settings: ['TEMPORAL_NAMESPACE'],
      };
    case UNAUTHENTICATED:
    case PERMISSION_DENIED:
      return {
        reason: 'credentials',
        fault: `Temporal at ${address} refuses the credentials for namespace "${namespace}" (${detail})`,
        remedy: 'check TEMPORAL_API_KEY, the TEMPORAL_TLS_* files and TEMPORAL_NAMESPACE',
        settings: ['TEMPORAL_API_KEY', 'TEMPORAL_TLS_*', 'TEMPORAL_NAMESPACE'],
      };
    case UNIMPLEMENTED:
      return {
        reason: 'not-temporal',
        fault: `${address} answers, but it is not Temporal: a gRPC server without Temporal's service`,
        ...correctAddress(settings),
      };
  }
  const peer = await identifyPeer({ ...hostAndPort(address), timeoutMs: IDENTIFY_MS });
  if (options.tls && peer.kind !== 'unreachable')
    return await explainTls({ address, tls: options.tls, peer, detail });
  return { ...describe({ peer, address }), ...(peer.kind === 'tls' ? {} : correctAddress(settings)) };
}

interface ExplainTlsArguments {
  readonly address: string;
  readonly tls: NonNullable<TemporalSettings['options']['tls']>;
  readonly peer: Peer;
  readonly detail: string;
}

async function explainTls(given: ExplainTlsArguments): Promise<TemporalFault> {
  const { address, tls, peer, detail } = given;
  const found = await explainTlsFault({ ...hostAndPort(address), tls, timeoutMs: IDENTIFY_MS });
  const fault = found && talksTls(peer) ? found : describeWithoutTls({ detail, peer });
  return {
    remedy: 'check the TEMPORAL_TLS_* settings, or set TEMPORAL_TLS=false for a server without TLS',
    settings: ['TEMPORAL_TLS_*', 'TEMPORAL_TLS'],
    ...fault,
    fault: `no TLS connection to Temporal at ${address} (${fault.fault})`,
  };
}

function describe({ peer, address }: { readonly peer: Peer; readonly address: string }): TemporalFault {
  const wrong = `${address} answers, but it is not Temporal:`;
  const silent = `${address} accepts connections but does not answer like Temporal`;
  switch (peer.kind) {
    case 'unreachable':
      return { reason: 'unreachable', fault: `cannot reach Temporal at ${address}: ${peer.reason}` };
    case 'nats':
      return { reason: 'not-temporal', fault: `${wrong} it is a NATS server` };
    case 'http':
      return {
        reason: 'not-temporal',
        fault: `${wrong} it is a web server (Temporal's web page has another port than the server itself, which is 7233 by default)`,
      };
    case 'tls':
      return {
        reason: 'tls',
        fault: `${address} requires TLS, and none is configured`,
        remedy: 'set TEMPORAL_TLS=true, or the certificate files TEMPORAL_TLS_*',
        settings: ['TEMPORAL_TLS', 'TEMPORAL_TLS_*'],
      };
    case 'silent':
      return {
        reason: 'timed-out',
        fault: `${silent}: it hangs, requires TLS, or is another kind of server`,
      };
    case 'other':
      return {
        reason: 'not-temporal',
        fault: `${silent}${peer.says ? ` (it says "${peer.says}")` : ''}: it is another kind of server, or requires TLS`,
      };
  }
}

function correctAddress({ source }: TemporalSettings): Pick<TemporalFault, 'remedy' | 'settings'> {
  if (source === 'embedded') return {};
  const where = source === 'environment' ? 'TEMPORAL_ADDRESS' : 'the address in temporal.toml';
  return {
    remedy: `start it, correct ${where}, or remove that setting to use the embedded server`,
    settings: ['TEMPORAL_ADDRESS'],
  };
}

/** Only a peer that uses TLS can have caused a fault of certificates. */
function talksTls({ kind }: Peer): boolean {
  return kind === 'tls' || kind === 'silent' || kind === 'other';
}

/**
 * gRPC's detail is usually "Failed to connect before the deadline"; the port's answer without TLS is more
 * informative.
 */
function describeWithoutTls({
  detail,
  peer,
}: {
  readonly detail: string;
  readonly peer: Peer;
}): Pick<TemporalFault, 'reason' | 'fault'> {
  if (peer.kind === 'nats') return { reason: 'not-temporal', fault: 'it is a NATS server' };
  if (peer.kind === 'http') return { reason: 'not-temporal', fault: 'it is a web server without TLS' };
  if (peer.kind === 'silent')
    return {
      reason: 'timed-out',
      fault: `the server does not answer, or refuses the certificate; ${detail}`,
    };
  return { reason: 'tls', fault: detail };
}

/** `host`, `host:port` or `[v6]:port`. */
function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const [, v6, name, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(address) ?? [];
  return { host: v6 ?? name ?? address, port: Number(port ?? DEFAULT_PORT) };
}
