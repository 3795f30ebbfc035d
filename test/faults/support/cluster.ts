// Starts real servers and workers as processes, and searches on them that a test may disturb.
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureServices, stopServices } from '../../../client/embedded/embedded.js';
import type { ServiceName } from '../../../client/embedded/home.js';
import { readState } from '../../../client/embedded/state.js';
import { type TestHome, testHome, until } from '../../support/home.js';
import { type Running, spawnZeroscout, specification } from '../../support/zeroscout.js';
import { type Network, openNetwork } from './network.js';

const PRELOADED = new URL('misbehave.mjs', import.meta.url).href;
/** A long time limit for loaded machines; an undisturbed search takes some seconds. */
export const PATIENCE_MS = 240_000;
/** The least time of a candidate, so that a search takes some seconds, in which a fault can occur. */
const PACE_MS = 40;

/** The time limit for a candidate, short because normal ones take milliseconds. */
const HANG = '20s';

/**
 * The faults of processes that preload `misbehave.mjs`. `concerns` there explains the lists of
 * candidates.
 */
export interface Misbehaviour {
  readonly kill?: readonly string[] | undefined;
  readonly hang?: readonly string[] | undefined;
  readonly eat?: readonly string[] | undefined;
  readonly nan?: true | undefined;
  readonly clockMs?: number | undefined;
  /** How long every candidate waits before it is scored; `PACE_MS` if undefined. */
  readonly paceMs?: number | undefined;
}

export type Role = 'control' | 'score';
/** `network`: through the connection that `cut` interrupts. */
export type Way = 'direct' | 'network';

export interface TestWorker {
  readonly role: Role;
  readonly way: Way;
  readonly run: Running;
  /** Ended or killed by the test. */
  dismissed: boolean;
}

export interface Search {
  readonly id: string;
  readonly spec: string;
  readonly run: Running;
  /** Whether the command has ended. */
  over(): boolean;
  /** Waits until that many of its candidates have been scored, including repeats. */
  reaches(scored: number): Promise<void>;
  /** The number of its candidates that a worker has scored. */
  scoredBy(worker: TestWorker): number;
}

export interface Cluster {
  readonly home: TestHome;
  readonly samples: number;
  readonly workers: ReadonlySet<TestWorker>;
  readonly networks: Readonly<Record<ServiceName, Network>>;
  natsUrl(): string;
  temporalAddress(): string;
  addWorker(role: Role, way: Way, args?: readonly string[]): Promise<TestWorker>;
  /** Changes the misbehaviour from now on; what is not named stays as it was. */
  misbehave(how: Misbehaviour): void;
  /** The next scorer that gets a candidate misbehaves; returns a function that says whether one has. */
  misbehaveOnce(how: 'kill' | 'hang' | 'eat'): () => boolean;
  kill(name: ServiceName): Promise<void>;
  /** Starts the server at its previous address. */
  start(name: ServiceName): Promise<void>;
  /**
   * Starts the search of `SPEC.json` in the work folder: `search`, or `parts`, which has a workflow for each
   * part of the plan.
   */
  search(id: string, spec?: string): Search;
  /** Warnings of workers, including those that have ended. */
  readonly warnings: readonly string[];
  /** The texts of candidates in the order in which they were stored, once for each time. */
  scored(id: string): readonly string[];
  close(): Promise<void>;
}

export async function startCluster({
  samples = 60,
  prepare,
}: {
  readonly samples?: number;
  /** Called before the servers start; the function that it returns is called after they have ended. */
  readonly prepare?: (home: TestHome) => () => void;
} = {}): Promise<Cluster> {
  const home = testHome();
  const undo = prepare?.(home);
  await home.startServices();
  const port = (name: ServiceName) => readState({ home: home.home }).services[name]!.port;
  const networks = {
    nats: await openNetwork({ to: () => port('nats') }),
    temporal: await openNetwork({ to: () => port('temporal') }),
  };
  const fidelity = { draws: 1, batch: 4, resolution: 16 };
  const write = (name: string, execution: object) =>
    home.write(`${name}.json`, specification({ samples, changes: { fidelity, execution } }));
  write('search', { shardSize: 8 });
  // The same search as a plan that is too long for one workflow.
  write('parts', { shardSize: 8, partSize: 2 });
  const faults = join(home.dir, 'faults.json');
  const scored: { search: string; candidate: string; worker: TestWorker }[] = [];
  const warnings: string[] = [];
  const workers = new Set<TestWorker>();
  const of = (id: string) => scored.filter(({ search }) => search === id);
  let said: Misbehaviour = {};
  const misbehave = (how: Misbehaviour) => {
    said = { ...said, ...how };
    writeFileSync(faults, JSON.stringify({ ...said, paceMs: said.paceMs ?? PACE_MS }));
  };
  misbehave({});

  const env = (way: Way) => ({
    ZEROSCOUT_LOG_LEVEL: 'debug',
    ZEROSCOUT_TEST_FAULTS: faults,
    NODE_OPTIONS: `--import=${PRELOADED}`,
    ...(way === 'network'
      ? { NATS_URL: `nats://${networks.nats.address}`, TEMPORAL_ADDRESS: networks.temporal.address }
      : {}),
  });
  const launch = (role: Role, way: Way, more: readonly string[]): TestWorker => {
    const concurrency = role === 'score' ? ['--concurrency', '1', '--candidate-timeout', HANG] : [];
    const args = ['worker', '--role', role, ...concurrency, ...more];
    const run = spawnZeroscout(args, { home, env: env(way) });
    const worker: TestWorker = { role, way, run, dismissed: false };
    workers.add(worker);
    void run.ended.then(() => worker.dismissed && workers.delete(worker));
    onLines(run, (line) => {
      if (/"level":[456]0/.test(line)) warnings.push(line);
      if (!line.includes('"scored candidate"')) return;
      const { search, candidate } = JSON.parse(line) as { search: string; candidate: string };
      scored.push({ search, candidate, worker });
    });
    return worker;
  };
  return {
    home,
    samples,
    workers,
    warnings,
    networks,
    natsUrl: () => `nats://127.0.0.1:${port('nats')}`,
    temporalAddress: () => `127.0.0.1:${port('temporal')}`,
    addWorker: async (role, way, more = []) => {
      // If a server is unreachable at the start, a worker ends and says so, and its supervisor starts it
      // again.
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const worker = launch(role, way, more);
        try {
          await worker.run.says(/"worker ready"/, PATIENCE_MS);
          return worker;
        } catch (error) {
          worker.dismissed = true;
          worker.run.child.kill('SIGKILL');
          workers.delete(worker);
          if (Date.now() > deadline) throw error;
        }
        await sleep(1_000);
      }
    },
    misbehave,
    misbehaveOnce: (how) => {
      const name = `${how}-${randomUUID()}`;
      misbehave({ [how]: [`once:${name}`] });
      return () => existsSync(`${faults}.${name}`);
    },
    kill: (name) => home.killService(name),
    start: async (name) => void (await ensureServices({ home: home.home, onStep: () => {}, which: [name] })),
    search: (id, spec = 'search') => {
      // A finished search is run again.
      const args = ['run', `${spec}.json`, '--id', id, '--again', '--workers', '0', '--out', id];
      const run = spawnZeroscout(args, { home });
      let over = false;
      void run.ended.then(() => {
        over = true;
      });
      return {
        id,
        spec,
        run,
        over: () => over,
        reaches: async (count) => {
          const what = `${count} candidates of ${id} are scored`;
          await until(() => over || of(id).length >= count, { what, timeoutMs: PATIENCE_MS });
          if (over) throw new Error(`${id} ended before ${what}:\n${run.stderr()}`);
        },
        scoredBy: (worker) => of(id).filter((each) => each.worker === worker).length,
      };
    },
    scored: (id) => of(id).map(({ candidate }) => candidate),
    close: async () => {
      for (const worker of workers) worker.dismissed = true;
      for (const network of Object.values(networks)) network.close();
      await stopServices({ home: home.home });
      undo?.();
      await home.remove();
    },
  };
}

/**
 * A cluster with one control worker and two score workers; the control worker and one score worker can be cut
 * off.
 */
export async function startStaffed(given: Parameters<typeof startCluster>[0] = {}): Promise<Cluster> {
  const cluster = await startCluster(given);
  await Promise.all([
    cluster.addWorker('control', 'network'),
    cluster.addWorker('score', 'network'),
    cluster.addWorker('score', 'direct'),
  ]);
  return cluster;
}

/** Passes on whole lines of stderr as they arrive. */
function onLines({ child }: Running, tell: (line: string) => void): void {
  let rest = '';
  child.stderr!.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) tell(line);
  });
}
