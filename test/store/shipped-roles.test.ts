// Tests NATS as configured by compose and the chart, with three nodes each: roles hold, and strangers cannot
// join the cluster.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAuthority, whyNoOpenssl } from '../support/certificates.js';
import { readCompose } from '../support/compose.js';
import { fetchDeployTools, toolsExist } from '../support/deploy-tools.js';
import { freePorts, runNats } from '../support/nats.js';
import { type ShippedNats, startChartNats, startComposeNats, whyNoHosts } from '../support/shipped-nats.js';
import { roleAttacks } from './role-attacks.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 300_000 });

interface Configured {
  readonly why: string | undefined;
  start(dir: string): Promise<ShippedNats>;
}

const passwords = { admin: 'a-Pass_1', control: 'c-Pass_1', score: 's-Pass_1', reader: 'r-Pass_1' };
const linux = process.platform === 'linux' ? undefined : 'other systems have no address but 127.0.0.1';

const CONFIGURED: Readonly<Record<string, Configured>> = {
  compose: {
    why: linux ?? whyNoOpenssl(),
    start: (dir) => {
      const variables = {
        NATS_PASSWORD: passwords.admin,
        NATS_CONTROL_PASSWORD: passwords.control,
        NATS_SCORE_PASSWORD: passwords.score,
        NATS_READER_PASSWORD: passwords.reader,
        NATS_ROUTES_PASSWORD: 'n-Pass_1',
        POSTGRES_PASSWORD: 'unused',
      };
      return startComposeNats({ dir, compose: readCompose({ variables, elsewhere: {} }) });
    },
  },
  chart: {
    why: linux ?? (toolsExist ? whyNoHosts() : 'Helm is fetched for linux-x64'),
    start: (dir) => {
      const secrets = { natsPassword: passwords.admin, postgresPassword: 'b-Pass_1' };
      const { manifests } = fetchDeployTools().render({ chart: { secrets } }).chart;
      return startChartNats({ dir, manifests });
    },
  },
};

let rogues = 0;

describe.each(Object.entries(CONFIGURED))('NATS as in %s', (name, configured) => {
  if (configured.why) console.warn(configured.why);
  const here = describe.skipIf(configured.why);
  let dir: string;
  let nats: ShippedNats;

  here('three nodes', () => {
    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), `zeroscout-shipped-${name}-`));
      nats = await configured.start(dir);
    });
    afterAll(async () => {
      await Promise.allSettled(nats?.nodes.map((node) => node.stop()) ?? []);
      rmSync(dir, { recursive: true, force: true });
    });

    roleAttacks(() => ({ servers: nats.clients, passwords: nats.passwords }));

    test('no password, no entry; no port but those of clients, routes and the monitor', async () => {
      await expect(connect({ servers: nats.clients[0]!, reconnect: false })).rejects.toThrow(
        /authorization/i,
      );
      const { gateway, leaf, websocket, mqtt } = (await (
        await fetch(`http://${nats.monitors[0]}/varz`)
      ).json()) as Record<string, { port?: number }>;
      for (const listener of [gateway, leaf, websocket, mqtt]) expect(listener?.port ?? 0).toBe(0);
    });

    test('a nats-server with the right name of the cluster and what a stranger has joins nothing', async () => {
      const { cert: authority, issue } = createAuthority({ dir, name: 'stranger' });
      const own = issue('stranger', { host: '127.0.0.1' });
      const { tls, routesPassword } = nats;
      const stranger = { cert: own.cert, key: own.key, ca: tls.ca };
      const untrusting = { ...own, ca: authority };
      await Promise.all([
        joins({ as: 'nothing' }),
        joins({ as: 'a password alone', password: routesPassword }),
        joins({ as: 'a certificate of its own', tls: stranger, password: routesPassword }),
        joins({ as: 'an authority of its own', tls: untrusting, password: routesPassword }),
        joins({ as: 'the certificate and another password', tls, password: 'another' }),
        joins({ as: 'the certificate and no password', tls }),
      ]);
      // A valid node joins, which shows that the attempts above could have succeeded.
      await joins({ as: 'a node', tls, password: routesPassword, expected: 1 });
    });

    /** Starts a server that dials the first node, and expects it to know that many others. */
    async function joins(given: {
      readonly as: string;
      readonly tls?: ShippedNats['tls'];
      readonly password?: string;
      readonly expected?: number;
    }): Promise<void> {
      const { as, tls, password, expected = 0 } = given;
      // A separate address, because test files that run concurrently use ports of 127.0.0.1.
      const host = `127.${1 + (process.pid % 250)}.250.${++rogues}`;
      const [client, monitor, route] = (await freePorts({ count: 3, host })) as [number, number, number];
      const file = join(dir, `${as.replaceAll(' ', '-')}.conf`);
      const login = password ? `routes:${password}@` : '';
      const secured = tls
        ? `tls { cert_file: "${tls.cert}", key_file: "${tls.key}", ca_file: "${tls.ca}", verify: false, insecure: true }`
        : '';
      writeFileSync(
        file,
        `server_name: "rogue-${client}"
         listen: "${host}:${client}"
         http: "${host}:${monitor}"
         cluster { name: "${nats.cluster}", listen: "${host}:${route}", ${secured}
           routes: ["nats://${login}${nats.routes[0]}"] }`,
      );
      const rogue = await runNats({ host, port: client, args: ['-c', file] });
      const known = async () => {
        const answer = await fetch(`http://${host}:${monitor}/routez`);
        const { routes } = (await answer.json()) as { routes: { remote_name?: string }[] };
        return new Set(routes.map(({ remote_name }) => remote_name).filter(Boolean)).size;
      };
      try {
        if (expected > 0) await expect.poll(known, { timeout: 15_000 }).toBeGreaterThanOrEqual(expected);
        else {
          // While a connection is being refused, it is in the list for a moment; one that joined would stay.
          await sleep(1_000);
          await expect.poll(known, { timeout: 5_000, message: as }).toBe(0);
          const connection = await connect({ servers: `${host}:${client}` });
          const jsm = await jetstreamManager(connection, { checkAPI: false, timeout: 500 });
          await expect(jsm.streams.delete('ZEROSCOUT_SCORES'), as).rejects.toThrow();
          await connection.close();
        }
      } finally {
        await rogue.stop();
      }
    }
  });
});
