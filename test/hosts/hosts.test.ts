// Tests that a search has the undisturbed ranking when hosts, cables and clocks fail, with a host for each
// server and worker, and that Prometheus sees each fault. `npm run test:hosts` makes the network.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSpecification } from '../../client/specification/read-specification.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { debianProgram } from '../support/debian.js';
import { until } from '../support/home.js';
import { forgetScores, scopesOf } from '../support/score-scopes.js';
import { ROOT, spawnZeroscout, specification } from '../support/zeroscout.js';
import { type Delay, openDelay } from './support/delay.js';
import { type Fleet, NODES, startFleet, startPrometheus } from './support/fleet.js';

const prefix = process.env.ZEROSCOUT_HOSTS;
const SAMPLES = 240;
/** The shortest duration of a fault during a search, and of the time for which a worker is cut off. */
const FAULT_MS = 10_000;
const CUT_MS = 20_000;
const PATIENCE_MS = 120_000;
const timeout = 400_000;
/** The address of the test's own host. */
const HERE = '10.213.7.1';
const RULES = join(ROOT, 'deploy/chart/files/alerts.yaml');
const FAKETIME = join(ROOT, '.zeroscout/debian/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1');

interface Fault {
  /** `FAULT_MS` by default. */
  readonly lastsMs?: number;
  readonly begin: () => unknown;
  /** Waits until the fault is seen. */
  readonly seen: () => Promise<unknown>;
  readonly end: () => unknown;
}

describe.skipIf(prefix === undefined)('several hosts', () => {
  let fleet: Fleet;
  let store: Store;
  let delay: { temporal: Delay; nats: Delay };
  let ask: Awaited<ReturnType<typeof startPrometheus>>;
  let scopes: readonly string[];
  let undisturbed: string;

  const eventually = (what: string, check: () => Promise<boolean>) =>
    until(check, { what, timeoutMs: PATIENCE_MS, everyMs: 250 });
  /** Waits until the query has a series. */
  const shown = (query: string) => eventually(query, async () => (await ask(query)).length > 0);
  const numberOf = async (query: string) => (await ask(query))[0]?.value ?? 0;
  const pending = (alert: string) => shown(`ALERTS{alertname="${alert}"}`);
  /** Waits until the expression of the alert holds over a window that is as short as the fault. */
  const holdsAtOnce = (alert: string) => shown(expressionOf(alert).replace(/\[\d+m\]/g, '[10s]'));
  const ready = (name: 'control' | 'score-1' | 'score-2', expected: boolean) =>
    eventually(`${name}: temporal and store ${expected}`, async () => {
      const { temporal, store } = (await fleet.ready(name)) ?? {};
      return temporal === expected && store === expected;
    });
  const scored = async () =>
    (await store.housekeeping.scopes().catch(() => [])).find(({ name }) => name === scopes[0])?.count ?? 0;

  /** Runs the search from nothing, with the fault in the midst of it; returns the digest of its ranking. */
  async function search(id: string, fault?: Fault): Promise<string> {
    await forgetScores(store, scopes);
    const args = ['run', 'search.json', '--id', id, '--again', '--workers', '0', '--out', id];
    const { ended } = spawnZeroscout(args, { home: fleet.home, env: fleet.admin });
    let over = false;
    void ended.then(() => {
      over = true;
    });
    if (fault) {
      await eventually('the search has begun', async () => over || (await scored()) >= 20);
      const began = performance.now();
      await fault.begin();
      await fault.seen();
      await sleep(Math.max(0, (fault.lastsMs ?? FAULT_MS) - (performance.now() - began)));
      expect(over, 'the search ended before the fault did').toBe(false);
      await fault.end();
    }
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(0);
    const summary = JSON.parse(fleet.home.read(`${id}/summary.json`));
    expect([summary.candidates, summary.failed]).toEqual([SAMPLES, 0]);
    // Alerts wait for minutes: nobody is called for a fault that is over in seconds.
    expect(await ask('ALERTS{alertstate="firing"}')).toEqual([]);
    return createHash('sha256')
      .update(fleet.home.read(`${id}/ranking.csv`))
      .digest('hex');
  }

  beforeAll(async () => {
    fleet = await startFleet({
      prefix: prefix!,
      through: async (hosts) => {
        const to = { temporal: `${hosts.temporal.ip}:7233`, nats: `${hosts['nats-1'].ip}:4222` };
        delay = {
          temporal: await openDelay({ host: HERE, to: to.temporal }),
          nats: await openDelay({ host: HERE, to: to.nats }),
        };
        return {
          'score-3': {
            TEMPORAL_ADDRESS: delay.temporal.address,
            NATS_URL: `nats://${delay.nats.address}`,
          },
        };
      },
    });
    ask = await startPrometheus({ program: debianProgram('prometheus')!, rules: RULES, fleet });
    const fidelity = { draws: 1, batch: 4, resolution: 16 };
    const file = fleet.home.write('search.json', specification({ samples: SAMPLES, changes: { fidelity } }));
    scopes = scopesOf((await readSpecification(file)).specification);
    const { NATS_URL, NATS_USER, NATS_PASSWORD } = fleet.admin;
    const url = NATS_URL!.replace('nats://', `nats://${NATS_USER}:${NATS_PASSWORD}@`);
    store = await connectStore({ url, replicas: 3, patienceMs: PATIENCE_MS });
    undisturbed = await search('undisturbed');
  }, timeout);
  afterAll(async () => {
    for (const each of Object.values(delay ?? {})) each.close();
    await store?.close();
    await fleet?.close();
  }, 60_000);

  test('a worker is cut off for 20 s', { timeout }, async () => {
    const { cut, heal } = fleet.hosts['score-1'];
    const seen = () => Promise.all([pending('ZeroscoutWorkerUnreachable'), ready('score-1', false)]);
    expect(await search('cut', { begin: cut, seen, end: heal, lastsMs: CUT_MS })).toBe(undisturbed);
    await ready('score-1', true);
  });

  test('what is sent to a worker is dropped for 20 s, and what it sends arrives', { timeout }, async () => {
    const { dropIncoming, heal } = fleet.hosts['score-2'];
    const seen = () => Promise.all([shown('up{host="score-2"} == 0'), ready('score-2', false)]);
    expect(await search('one-way', { begin: dropIncoming, seen, end: heal, lastsMs: CUT_MS })).toBe(
      undisturbed,
    );
    await ready('score-2', true);
  });

  test('a fifth of the packets of a worker is lost', { timeout }, async () => {
    const { lose, heal } = fleet.hosts['score-2'];
    const seen = () => shown('min_over_time(up{host="score-2"}[5s]) == 0');
    expect(await search('loss', { begin: () => lose(20), seen, end: heal })).toBe(undisturbed);
  });

  test('the link of a worker is slow', { timeout }, async () => {
    const { limit, heal } = fleet.hosts['score-1'];
    const seen = () => shown('up{host="score-1"} == 0');
    expect(await search('slow', { begin: () => limit('64kbit'), seen, end: heal })).toBe(undisturbed);
  });

  test('the servers are far from a worker: 0.8 s there and back', { timeout }, async () => {
    const set = (milliseconds: number) => {
      for (const each of Object.values(delay)) each.set(milliseconds);
    };
    // A scrape asks Temporal for the backlog.
    const seen = () => shown('scrape_duration_seconds{host="score-3"} > 0.75');
    expect(await search('far', { begin: () => set(400), seen, end: () => set(0) })).toBe(undisturbed);
  });

  const errors = 'sum(zeroscout_store_errors_total{kind="transient"})';

  test('a NATS node is killed, and comes back', { timeout }, async () => {
    const before = await numberOf(errors);
    const [node] = fleet.nodes;
    const seen = () => eventually('errors are counted', async () => (await numberOf(errors)) > before);
    expect(await search('node', { begin: node!.kill, seen, end: node!.restart })).toBe(undisturbed);
  });

  test('all NATS nodes fall silent', { timeout }, async () => {
    const before = await numberOf(errors);
    const nodes = NODES.map((name) => fleet.hosts[name]);
    const silent = async () => (await fleet.ready('control'))?.store === false;
    const seen = async () => {
      await eventually('not ready: store', silent);
      await eventually('errors are counted', async () => (await numberOf(errors)) > before);
      await holdsAtOnce('ZeroscoutStoreInTrouble');
    };
    const begin = () => nodes.map(({ cut }) => cut());
    const end = () => nodes.map(({ heal }) => heal());
    expect(await search('silence', { begin, seen, end })).toBe(undisturbed);
    await ready('control', true);
  });

  test('the streams get other leaders again and again', { timeout }, async () => {
    const { NATS_USER: user, NATS_PASSWORD: pass } = fleet.admin;
    const connection = await connect({
      servers: `${fleet.hosts['nats-2'].ip}:4222`,
      user: user!,
      pass: pass!,
    });
    const manager = await jetstreamManager(connection);
    const leaderOf = async () => (await manager.streams.info('ZEROSCOUT_SCORES')).cluster?.leader;
    const before = await numberOf(errors);
    const leaders = new Set<string>();
    const move = async () => {
      const leader = await leaderOf().catch(() => undefined);
      if (leader) leaders.add(leader);
      await connection.request('$JS.API.STREAM.LEADER.STEPDOWN.ZEROSCOUT_SCORES', '').catch(() => {});
    };
    const seen = () =>
      eventually('leaders have moved and errors are counted', async () => {
        await move();
        return leaders.size >= 2 && (await numberOf(errors)) > before;
      });
    expect(await search('leaders', { begin: move, seen, end: () => {} })).toBe(undisturbed);
    await connection.close();
  });

  test('the control worker is cut off: an alert is pending', { timeout }, async () => {
    const { cut, heal } = fleet.hosts.control;
    const seen = () => Promise.all([pending('ZeroscoutControlGone'), ready('control', false)]);
    expect(await search('control', { begin: cut, seen, end: heal })).toBe(undisturbed);
    await ready('control', true);
  });

  test('Temporal is cut off: an alert is pending', { timeout }, async () => {
    const { cut, heal } = fleet.hosts.temporal;
    const seen = () => pending('ZeroscoutTemporalSilent');
    expect(await search('temporal', { begin: cut, seen, end: heal })).toBe(undisturbed);
  });

  test('the clock of a worker is an hour ahead', { timeout }, async ({ skip }) => {
    if (!existsSync(FAKETIME)) return skip('npm run setup:optional brings libfaketime');
    await fleet.restart('score-2', {
      LD_PRELOAD: FAKETIME,
      FAKETIME: '+1h',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    const seen = () => pending('ZeroscoutClockOff');
    expect(await search('clock', { begin: () => {}, seen, end: () => {} })).toBe(undisturbed);
  });
});

/** The expression of an alert in deploy/chart/files/alerts.yaml. */
function expressionOf(alert: string): string {
  interface Rules {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert: string; readonly expr: string }[];
    }[];
  }
  const { groups } = parse(readFileSync(RULES, 'utf8')) as Rules;
  return groups.flatMap(({ rules }) => rules).find((rule) => rule.alert === alert)!.expr;
}
