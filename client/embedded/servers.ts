// Defines, for each embedded server, its command line, the mark that identifies its process, and the test
// whether it is ready.

import { createHash, randomBytes } from 'node:crypto';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { identifyPeer, isJetStreamAnswering } from '../connections/peer.js';
import { isTemporalAnswering } from '../connections/temporal-setup.js';
import type { Home, ServiceName } from './home.js';
import { writeOwnFile } from './home-folders.js';

/** The address at which Temporal's web page listens. */
export interface Web {
  readonly host: string;
  readonly port: number;
}

export interface Server {
  readonly title: string;
  /**
   * An absolute path on the command line that no other process has. It identifies a daemon as this home's.
   */
  readonly marker: (home: Home) => string;
  /** Writes the files that the server reads at its start, and returns its arguments. */
  readonly prepare: (at: {
    readonly home: Home;
    readonly port: number;
    readonly web: Web | undefined;
  }) => readonly string[];
  /** Environment variables of the server; those of the user take precedence. */
  readonly env?: NodeJS.ProcessEnv;
  /** Whether clients can use it. Never throws, and returns within about two seconds. */
  readonly isReady: (at: { readonly home: Home; readonly port: number }) => Promise<boolean>;
  /** The message in the server's log which says that it cannot use its data. */
  readonly faultIn: (log: string) => string | undefined;
  /** The time limit for a graceful stop, in which SQLite and JetStream flush their data. */
  readonly graceMs: number;
}

const HOST = '127.0.0.1';
const PROBE_MS = 2_000;
/** The least limit of the heap of the NATS server. */
const LEAST_NATS_MIB = 450;
/**
 * SQLite's messages for a permanently damaged file: SQLITE_CORRUPT, SQLITE_NOTADB, and an incomplete schema.
 */
const SQLITE_FAULT =
  /database disk image is malformed|malformed database schema|file is not a database|SQL logic error: no such (table|column): \w+/;

export const SERVERS: { readonly [name in ServiceName]: Server } = {
  temporal: {
    title: 'Temporal',
    marker: (home) => join(home.temporal, 'temporal.db'),
    prepare: ({ home, port, web }) => [
      ...['server', 'start-dev', '--ip', HOST, '--port', `${port}`],
      ...(web ? ['--ui-ip', web.host, '--ui-port', `${web.port}`] : ['--headless']),
      // The HTTP interface accepts requests from any web page and cannot be turned off. It answers only to a
      // random host name, because a site could make a known name resolve to this machine (DNS rebinding).
      ...[
        '--dynamic-config-value',
        `frontend.HTTPAllowedHosts=["${randomBytes(16).toString('hex')}.invalid"]`,
      ],
      ...['--db-filename', SERVERS.temporal.marker(home), '--log-level', 'warn'],
      ...['--dynamic-config-value', 'matching.enableFairness=true'],
      // Priorities apply within a partition of a queue, and by default there are four partitions, so new
      // tasks go to one. All four are read, because the data of an older home may have tasks in them.
      ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
      // Each idle worker has a request for work waiting; the default of 1,200 would be too few for a large fleet.
      ...['--dynamic-config-value', 'frontend.namespaceCount=20000'],
      // Clients may ping the server every second, and are pinged by it (docs/operate/monitoring.md, silence).
      ...['--dynamic-config-value', 'frontend.keepAliveMinTime="1s"'],
      ...['--dynamic-config-value', 'frontend.keepAliveTime="5s"'],
      ...['--dynamic-config-value', 'frontend.keepAliveTimeout="4s"'],
    ],
    isReady: ({ port }) => isTemporalAnswering({ address: `${HOST}:${port}`, timeoutMs: PROBE_MS }),
    // Otherwise the server asks version-info.temporal.io for newer versions at its start.
    env: { TEMPORAL_VERSION_CHECK_DISABLED: '1' },
    faultIn: (log) => SQLITE_FAULT.exec(log)?.[0],
    graceMs: 15_000,
  },
  nats: {
    title: 'NATS',
    marker: (home) => join(home.nats, 'nats-server.conf'),
    prepare: ({ home, port }) => {
      const file = SERVERS.nats.marker(home);
      writeOwnFile({ file, text: natsConfig({ home, port }) });
      // The port is also in the file; as an argument it shows whether a process is the recorded one.
      return ['-c', file, '-p', `${port}`];
    },
    isReady: async ({ home, port }) => {
      const peer = await identifyPeer({ host: HOST, port, timeoutMs: PROBE_MS });
      if (peer.kind !== 'nats' || peer.info.server_name !== natsName(home)) return false;
      return await isJetStreamAnswering({ host: HOST, port, timeoutMs: PROBE_MS });
    },
    // JetStream repairs or skips damaged data, and serves the rest.
    faultIn: () => undefined,
    env: natsMemory(),
    graceMs: 10_000,
  },
};

/**
 * Settings of Go's garbage collector. A heap may grow to 1.5 times its live size (twice by default) before it
 * is collected, and is collected more often beyond an eighth of the memory. The server has an index of all
 * scores in memory, some 0.4 KB each: a lower limit would let the collector take half of its processor time.
 */
function natsMemory(): Readonly<Record<string, string>> {
  const limit = Math.max(LEAST_NATS_MIB, Math.floor(totalmem() / 2 ** 20 / 8));
  return { GOGC: '50', GOMEMLIMIT: `${limit}MiB` };
}

/** A name that is different for each home. The greeting then shows whose server answers on a port. */
function natsName(home: Home): string {
  return `zeroscout-${createHash('sha256').update(home.root).digest('hex').slice(0, 12)}`;
}

function natsConfig({ home, port }: { readonly home: Home; readonly port: number }): string {
  return `# Written by zeroscout at every start; changes are lost.
server_name: ${natsName(home)}
listen: "${HOST}:${port}"
# A client that falls silent is noticed within ten seconds.
ping_interval: "3s"
ping_max: 2
write_deadline: "8s"
jetstream {
  store_dir: ${JSON.stringify(home.nats)}
}
`;
}
