// Knows of each embedded server its command line, its mark of identity and its test of readiness.

import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { identifyPeer, jetStreamAnswers } from '../connections/peer.js';
import { temporalAnswers } from '../connections/temporal-setup.js';
import type { Home, ServiceName } from './home.js';
import { writeOwnFile } from './home-folders.js';

/** Where Temporal's web page listens. */
export interface Web {
  readonly host: string;
  readonly port: number;
}

export interface Server {
  readonly title: string;
  /** An absolute path on the command line that no other process has: by it a daemon is known as this home's. */
  readonly marker: (home: Home) => string;
  /** Writes what the server reads at its start, and returns its arguments. */
  readonly prepare: (at: {
    readonly home: Home;
    readonly port: number;
    readonly web: Web | undefined;
  }) => readonly string[];
  /** Settings of its own in the environment; a person's, of the same names, go before. */
  readonly env?: NodeJS.ProcessEnv;
  /** True once clients can work with it. Never throws, and answers within about two seconds. */
  readonly isReady: (at: { readonly home: Home; readonly port: number }) => Promise<boolean>;
  /** What in the server's log says that it cannot use its data, in its own words. */
  readonly faultIn: (log: string) => string | undefined;
  /** SQLite and JetStream both write out what they hold when asked to end. */
  readonly graceMs: number;
}

const HOST = '127.0.0.1';
const PROBE_MS = 2_000;
/** SQLite's words for a file that will not get better: SQLITE_CORRUPT, SQLITE_NOTADB, and a schema that is not whole. */
const SQLITE_FAULT =
  /database disk image is malformed|malformed database schema|file is not a database|SQL logic error: no such (table|column): \w+/;

export const SERVERS: { readonly [name in ServiceName]: Server } = {
  temporal: {
    title: 'Temporal',
    marker: (home) => join(home.temporal, 'temporal.db'),
    prepare: ({ home, port, web }) => [
      ...['server', 'start-dev', '--ip', HOST, '--port', `${port}`],
      ...(web ? ['--ui-ip', web.host, '--ui-port', `${web.port}`] : ['--headless']),
      // The HTTP interface takes what any web page sends, and cannot be left out. It answers to a name that nobody can know:
      // one that stands here could be given this machine's address by whoever answers a browser's questions to DNS.
      ...[
        '--dynamic-config-value',
        `frontend.HTTPAllowedHosts=["${randomBytes(16).toString('hex')}.invalid"]`,
      ],
      ...['--db-filename', SERVERS.temporal.marker(home), '--log-level', 'warn'],
      ...['--dynamic-config-value', 'matching.enableFairness=true'],
      // Priorities hold within a partition of a queue, of which there are four. Read are all: an older home may have tasks there.
      ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
      // Clients may ask every second whether the server is there, and are asked whether they are (docs/operate/monitoring.md, silence).
      ...['--dynamic-config-value', 'frontend.keepAliveMinTime="1s"'],
      ...['--dynamic-config-value', 'frontend.keepAliveTime="5s"'],
      ...['--dynamic-config-value', 'frontend.keepAliveTimeout="4s"'],
    ],
    isReady: ({ port }) => temporalAnswers({ address: `${HOST}:${port}`, timeoutMs: PROBE_MS }),
    // The server asks version-info.temporal.io for newer versions at its start otherwise.
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
      // The port stands in the file too: here it tells whether a process is the one that the record means.
      return ['-c', file, '-p', `${port}`];
    },
    isReady: async ({ home, port }) => {
      const peer = await identifyPeer({ host: HOST, port, timeoutMs: PROBE_MS });
      if (peer.kind !== 'nats' || peer.info.server_name !== natsName(home)) return false;
      return await jetStreamAnswers({ host: HOST, port, timeoutMs: PROBE_MS });
    },
    // JetStream mends or leaves out what is damaged, and serves the rest.
    faultIn: () => undefined,
    // Go lets a heap grow to twice what is used: a million scores would take 600 MB instead of 400.
    env: { GOMEMLIMIT: '450MiB' },
    graceMs: 10_000,
  },
};

/** A name of its own for each home: the greeting then tells whose server answers on a port. */
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
