// Connects to a NATS server that meets the store's requirements, or throws a ServiceError within 5 s.
import { connect, errors, type NodeConnectionOptions } from '@nats-io/transport-node';
import { ServiceError, type ServiceReason } from '../core/errors.js';
import { type Access, explainClientCertificate, explainTlsFault, readAccessOptions } from './access.js';
import { type Address, parseAddress, type Server } from './address.js';
import { createLink, type Damage, type Link, type LinkState } from './link.js';
import { createNatsError, type NatsFault, type Refuse } from './nats-error.js';
import { type Greeting, ProbeError, probe } from './probe.js';
import { type RetryOptions, reasonOf, withRetry } from './retry.js';

export interface ConnectOptions {
  /** `nats://host:port`, or several separated by commas; user and password may be included. */
  readonly url: string;
  readonly access?: Access | undefined;
  /** The number of servers that keep each message, for streams that do not exist yet; 1 by default. */
  readonly replicas?: number | undefined;
  /** How long an operation is retried while the server is unreachable; 30 s by default. */
  readonly patienceMs?: number | undefined;
  /** The name of the connection in the server's monitoring. */
  readonly name?: string | undefined;
  readonly listener?: StoreListener | undefined;
}

export interface StoreListener {
  /** Called for every failed attempt. */
  readonly onFault?: RetryOptions['onFault'];
  /** Called once for every damaged message that is read. */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
  /** Called when the connection is lost or refused, and when it is there again. */
  readonly onState?: ((state: LinkState) => void) | undefined;
}

/** The time limit for all steps of the first connection, which usually take milliseconds. */
const CONNECT_MS = 4_700;
const PROBE_MS = 2_500;
const PING_MS = 2_000;
/** The first version that supports batched direct get with `multi_last`. */
const OLDEST = [2, 11] as const;

export async function connectLink({
  url,
  access = {},
  patienceMs = 30_000,
  name = 'zeroscout',
  listener = {},
}: ConnectOptions): Promise<Link> {
  const deadline = performance.now() + CONNECT_MS;
  const left = () => Math.max(200, deadline - performance.now());
  const address = parseAddress(url);
  const refuse: Refuse = (fault) => createNatsError(address.text, fault);
  const identity = await readAccessOptions({ address, access, refuse });
  const { servers, greeting } = await findServers({ address, refuse });
  if (greeting.tls_verify && !access.cert)
    throw refuse(explainClientCertificate({ why: 'there is none', cert: undefined }));
  const options: NodeConnectionOptions = {
    name,
    servers: servers.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)),
    noRandomize: true, // The servers are ordered: those that answered come first.
    timeout: left() - 100,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // A peer that falls silent is noticed within three intervals instead of six minutes.
    pingInterval: PING_MS,
    maxPingOut: 2,
    // A restarting server may not know its accounts yet, so operations may fail, but the connection is kept.
    ignoreAuthErrorAbort: true,
    // Without this option the client creates a stack trace for each request, which costs more than the
    // request.
    noAsyncTraces: true,
    ...identity,
  };
  const connection = await connect(options).catch((error: unknown) => {
    throw refuse({ ...explainHandshake({ error, greeting, access }), cause: error });
  });
  const link = await createLink({ address: address.text, connection, patienceMs, ...listener });
  try {
    await checkServer({ link, greeting, refuse, leftMs: left() });
    return link;
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** The servers, beginning with those that greet as NATS servers; at least one must. */
async function findServers({ address, refuse }: { readonly address: Address; readonly refuse: Refuse }) {
  const probes = await Promise.all(
    address.servers.map(async (server) => {
      try {
        return { server, greeting: await probe({ server, timeoutMs: PROBE_MS }) };
      } catch (error) {
        return { server, fault: reasonOf(error), reason: reasonOfProbe(error) };
      }
    }),
  );
  const found = probes.filter((one): one is { server: Server; greeting: Greeting } => 'greeting' in one);
  if (found.length === 0) {
    const faults = probes.map(({ server, fault }) =>
      probes.length === 1 ? `${fault}` : `${server.host}:${server.port} ${fault}`,
    );
    throw refuse({
      reason: probes.find(({ reason }) => reason)?.reason ?? 'unreachable',
      fault: faults.join(', '),
      remedy: 'start it or set NATS_URL',
      settings: ['NATS_URL'],
    });
  }
  const others = probes.filter((one) => !('greeting' in one));
  return { servers: [...found, ...others].map(({ server }) => server), greeting: found[0]!.greeting };
}

function reasonOfProbe(error: unknown): ServiceReason {
  return error instanceof ProbeError ? error.reason : 'unreachable';
}

function explainHandshake({
  error,
  greeting,
  access,
}: {
  readonly error: unknown;
  readonly greeting: Greeting;
  readonly access: Access;
}): NatsFault {
  const why = reasonOf(error);
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
    return {
      reason: 'credentials',
      fault: `authorization refused (${why})`,
      remedy:
        'set NATS_CREDS, NATS_NKEY, NATS_USER and NATS_PASSWORD, or NATS_TOKEN to what this server expects',
      settings: ['NATS_CREDS', 'NATS_NKEY', 'NATS_USER', 'NATS_PASSWORD', 'NATS_TOKEN'],
    };
  }
  const tls = explainTlsFault(why);
  if (tls !== undefined) return tls;
  // With TLS 1.3, a refused certificate shows only in that the server closes the connection and the client
  // reconnects.
  if (greeting.tls_verify) return explainClientCertificate({ why, cert: access.cert });
  if (error instanceof errors.TimeoutError) {
    return {
      reason: 'timed-out',
      fault: 'it greets as NATS but does not finish the handshake',
      remedy: 'see its log',
    };
  }
  return {
    reason: 'unreachable',
    fault: why,
    remedy: 'check that it is healthy, or set NATS_URL',
    settings: ['NATS_URL'],
  };
}

interface CheckServerArguments {
  readonly link: Link;
  readonly greeting: Greeting;
  readonly refuse: Refuse;
  readonly leftMs: number;
}

async function checkServer(given: CheckServerArguments): Promise<void> {
  const { link, greeting, refuse, leftMs } = given;
  const version = link.connection.info?.version ?? greeting.version;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw refuse({
      reason: 'version',
      fault: `nats-server ${version} is too old`,
      remedy: `${OLDEST.join('.')} or newer is needed`,
    });
  }
  const enable =
    'start nats-server with -js and -sd FOLDER, or put "jetstream { store_dir: FOLDER }" into its configuration';
  // A server that announces JetStream but does not answer may be electing a leader, which takes a moment.
  const options = {
    address: link.address,
    describe: 'asking for JetStream',
    patienceMs: greeting.jetstream ? leftMs : 0,
  };
  await withTimeLimit(
    leftMs,
    withRetry(options, () => link.jsm.getAccountInfo()),
  ).catch((error: unknown) => {
    const why = reasonOf(error);
    if (/not enabled for account/i.test(why)) {
      throw refuse({
        reason: 'no-jetstream',
        fault: 'JetStream is not enabled for this account',
        remedy: 'enable it there (nsc edit account --js-enable 1)',
        cause: error,
      });
    }
    if (/not enabled|no responders/i.test(why))
      throw refuse({
        reason: 'no-jetstream',
        fault: 'JetStream is not enabled',
        remedy: enable,
        cause: error,
      });
    if (error instanceof ServiceError) throw error;
    throw refuse({
      reason: 'timed-out',
      fault: `JetStream does not answer (${why})`,
      remedy: "see the server's log",
      cause: error,
    });
  });
}

async function withTimeLimit<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${(ms / 1000).toFixed(1)} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
