// Starts deploy/compose.yaml's services as processes, each on a host of its own: three NATS nodes, Temporal
// (its development server), a control worker and three score workers, and Prometheus beside the test.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTemporalAnswering } from '../../../client/connections/temporal-setup.js';
import { COMPOSE_VARIABLES, type Compose, readCompose } from '../../support/compose.js';
import { BIN, type TestHome, testHome, until } from '../../support/home.js';
import type { NatsServer } from '../../support/nats.js';
import { answers, startComposeNats } from '../../support/shipped-nats.js';
import { type Running, spawnZeroscout } from '../../support/zeroscout.js';
import { createHosts, type Host } from './hosts.js';

export const NODES = ['nats-1', 'nats-2', 'nats-3'] as const;
export const WORKERS = ['control', 'score-1', 'score-2', 'score-3'] as const;
type Worker = (typeof WORKERS)[number];
type Place = (typeof NODES)[number] | 'temporal' | Worker;

const PRELOADED = new URL('../../faults/support/misbehave.mjs', import.meta.url).href;
/** The least time of a candidate, so that a search outlasts its fault. */
const PACE_MS = 300;
/** What the servers of deploy/compose.yaml are told; the development server knows no PostgreSQL. */
const TEMPORAL_SETTINGS = [
  'matching.enableFairness=true',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.namespaceCount=20000',
  'frontend.keepAliveMinTime="1s"',
  'frontend.keepAliveTime="5s"',
  'frontend.keepAliveTimeout="4s"',
].flatMap((setting) => ['--dynamic-config-value', setting]);

export interface Fleet {
  readonly home: TestHome;
  readonly hosts: Readonly<Record<Place, Host>>;
  readonly nodes: readonly NatsServer[];
  /** The administrator's environment. */
  readonly admin: NodeJS.ProcessEnv;
  /** What the worker's `/readyz` answers on its own host; undefined if it does not answer. */
  ready(name: Worker): Promise<Readiness | undefined>;
  /** Starts the worker of this host again, with more environment, and waits until it is ready. */
  restart(name: Worker, env: NodeJS.ProcessEnv): Promise<void>;
  close(): Promise<void>;
}

export interface Readiness {
  readonly worker: boolean;
  readonly temporal: boolean;
  readonly store: boolean;
}

/** `passing` is the address of a proxy before a server, for each worker that goes through one. */
export async function startFleet(given: {
  readonly prefix: string;
  readonly through: (hosts: Fleet['hosts']) => Promise<Partial<Record<Worker, NodeJS.ProcessEnv>>>;
}): Promise<Fleet> {
  const { add } = createHosts(given.prefix);
  const places: readonly Place[] = [...NODES, 'temporal', ...WORKERS];
  const hosts = Object.fromEntries(places.map((name) => [name, add(name)])) as Fleet['hosts'];
  const home = testHome();
  const temporal = await startTemporal({ home, host: hosts.temporal });
  const compose = readCompose({
    variables: COMPOSE_VARIABLES,
    elsewhere: { 'temporal:7233': `${hosts.temporal.ip}:7233` },
    addresses: Object.fromEntries(places.map((name) => [name, hosts[name].ip])),
  });
  const wrapperOf = (name: string) => hosts[name as Place].wrapper;
  const { nodes } = await startComposeNats({ compose, dir: home.dir, wrapperOf });
  createNamespace({ compose, home });
  const faults = home.write('faults.json', JSON.stringify({ paceMs: PACE_MS }));
  const others = await given.through(hosts);
  const running = new Map<Worker, Running>();
  const start = async (name: Worker, more: NodeJS.ProcessEnv) => {
    const service = compose.service(name === 'control' ? 'control' : 'score');
    const command = service.command.map((word) =>
      word.replace(service.ip, hosts[name].ip).replace(/concurrency=\d+/, 'concurrency=1'),
    );
    const env = {
      ...service.environment,
      ZEROSCOUT_TEST_FAULTS: faults,
      NODE_OPTIONS: `--import=${PRELOADED}`,
      ...others[name],
      ...more,
    };
    const launch = () => spawnZeroscout(command, { home, env, wrapper: hosts[name].wrapper });
    running.set(name, await startUntilReady(launch));
    await answers(`http://${hosts[name].ip}:9464/readyz`);
  };
  await start('control', {});
  await Promise.all(WORKERS.filter((name) => name !== 'control').map((name) => start(name, {})));
  return {
    home,
    hosts,
    nodes,
    admin: compose.service('cli').environment,
    ready: (name) => readReadiness(hosts[name]),
    restart: async (name, env) => {
      const worker = running.get(name)!;
      worker.child.kill('SIGTERM');
      await worker.ended;
      await start(name, env);
    },
    close: async () => {
      for (const worker of running.values()) worker.child.kill('SIGKILL');
      temporal.kill('SIGKILL');
      await Promise.allSettled(nodes.map((node) => node.kill()));
      await home.remove();
    },
  };
}

/** Emulates `restart: unless-stopped`: a worker ends where the three nodes have no leader yet. */
async function startUntilReady(launch: () => Running): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    const worker = launch();
    try {
      await worker.says(/"worker ready"/, 60_000);
      return worker;
    } catch (error) {
      worker.child.kill('SIGKILL');
      if (attempt === 10) throw error;
      await sleep(1_000);
    }
  }
}

async function startTemporal({ home, host }: { home: TestHome; host: Host }): Promise<ChildProcess> {
  const [program, ...words] = host.wrapper;
  const place = ['--headless', '--ip', '0.0.0.0', '--port', '7233', '--log-level', 'error'];
  const file = ['--db-filename', join(home.dir, 'temporal.db')];
  const server = ['server', 'start-dev', ...place, ...file, ...TEMPORAL_SETTINGS];
  const child = spawn(program!, [...words, join(BIN, 'temporal'), ...server], {
    env: { ...process.env, TEMPORAL_VERSION_CHECK_DISABLED: '1' },
    stdio: 'ignore',
  });
  home.children.add(child);
  await until(() => isTemporalAnswering({ address: `${host.ip}:7233`, timeoutMs: 1_000 }), {
    what: 'Temporal answers',
    timeoutMs: 60_000,
  });
  return child;
}

/** Runs the command of the service that makes the namespace. */
function createNamespace({ compose, home }: { compose: Compose; home: TestHome }): void {
  const { command, environment } = compose.service('temporal-namespace');
  const env = { ...environment, HOME: home.dir, PATH: `${BIN}:${process.env.PATH}` };
  const { status, stderr } = spawnSync('/bin/sh', ['-euc', ...command], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`temporal-namespace: ${stderr}`);
}

/** Asks on the worker's own host, which may be cut off. */
async function readReadiness(host: Host): Promise<Readiness | undefined> {
  const script = `fetch('http://${host.ip}:9464/readyz').then((r) => r.text()).then(console.log)`;
  const [program, ...words] = host.wrapper;
  const child = spawn(program!, [...words, process.execPath, '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  await new Promise((resolve) => child.on('close', resolve));
  return text === '' ? undefined : (JSON.parse(text) as Readiness);
}

/** Starts Prometheus with the shipped rules; returns a function that answers a query with its series. */
export async function startPrometheus(given: {
  readonly program: string;
  readonly rules: string;
  readonly fleet: Fleet;
}): Promise<(query: string) => Promise<readonly { metric: Record<string, string>; value: number }[]>> {
  const { home, hosts } = given.fleet;
  const targets = WORKERS.map((name) => ({ targets: [`${hosts[name].ip}:9464`], labels: { host: name } }));
  const config = join(home.dir, 'prometheus.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: [given.rules],
      scrape_configs: [{ job_name: 'zeroscout', static_configs: targets }],
    }),
  );
  const url = 'http://127.0.0.1:9090';
  const place = [
    `--storage.tsdb.path=${join(home.dir, 'prometheus')}`,
    '--web.listen-address=127.0.0.1:9090',
  ];
  const child = spawn(given.program, [`--config.file=${config}`, ...place, '--log.level=error'], {
    stdio: 'inherit',
  });
  home.children.add(child);
  await answers(`${url}/-/ready`);
  return async (query) => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`);
    const { status, data, error } = (await response.json()) as Answer;
    if (status !== 'success') throw new Error(`${query}: ${error}`);
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];
  };
}
