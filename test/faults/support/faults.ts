// Implements the faults that tests and the soak cause in a cluster; each is over when its promise resolves.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { ServiceName } from '../../../client/embedded/home.js';
import { withLock } from '../../../client/embedded/lock.js';
import { BUCKET, SCORES } from '../../../store/streams.js';
import { until } from '../../support/home.js';
import { type Cluster, PATIENCE_MS, type Role, type Search, type TestWorker } from './cluster.js';

/** Kills a server with kill -9 and restarts it later on the same data. */
export async function killServer(given: {
  readonly cluster: Cluster;
  readonly name: ServiceName;
  readonly awayMs: number;
}): Promise<void> {
  const { cluster, name, awayMs } = given;
  await cluster.kill(name);
  await sleep(awayMs);
  await cluster.start(name);
}

/** Copies Temporal's file as it is now; the returned function restores it, under a restarted server. */
export async function copyTemporal(cluster: Cluster): Promise<() => Promise<void>> {
  const { temporal } = cluster.home.home;
  const copy = join(cluster.home.dir, `copy-${Date.now()}`);
  await whileDown(cluster, () => cpSync(temporal, copy, { recursive: true }));
  return () =>
    whileDown(cluster, () => {
      rmSync(temporal, { recursive: true });
      cpSync(copy, temporal, { recursive: true });
    });
}

/** Kills Temporal, runs `work` and restarts it. Commands that run in between would restart it themselves. */
async function whileDown(cluster: Cluster, work: () => void): Promise<void> {
  const file = cluster.home.home.lockFile;
  await withLock({
    file,
    patienceMs: PATIENCE_MS,
    onWait: () => {},
    work: async () => {
      await cluster.kill('temporal');
      work();
    },
  });
  await cluster.start('temporal');
}

/** Removes the middle third of what the stream of scores acknowledged, and returns its size. */
export async function loseScores(cluster: Cluster): Promise<number> {
  const connection = await connect({ servers: cluster.natsUrl() });
  try {
    const jsm = await jetstreamManager(connection);
    const { first_seq, last_seq } = (await jsm.streams.info(SCORES.stream)).state;
    const third = Math.ceil((last_seq - first_seq) / 3);
    let lost = 0;
    for (let seq = first_seq + third; seq < last_seq - third; seq++)
      if (await jsm.streams.deleteMessage(SCORES.stream, seq, true).catch(() => false)) lost++;
    return lost;
  } finally {
    await connection.close();
  }
}

/** Removes or replaces the bytes of every blob behind the store's back, and returns the number of blobs. */
export async function damageBlobs(given: {
  readonly cluster: Cluster;
  readonly how: 'missing' | 'corrupted';
  /** The names of the blobs to damage; all by default. */
  readonly only?: readonly string[];
}): Promise<number> {
  const { cluster, how, only } = given;
  const connection = await connect({ servers: cluster.natsUrl() });
  try {
    const jsm = await jetstreamManager(connection);
    const stream = `OBJ_${BUCKET}`;
    const { subjects = {} } = (await jsm.streams.info(stream, { subjects_filter: `$O.${BUCKET}.M.>` })).state;
    let hit = 0;
    for (const meta of Object.keys(subjects)) {
      const entry = await jsm.streams.getMessage(stream, { last_by_subj: meta });
      const { name, nuid } = entry!.json<{ name: string; nuid: string }>();
      if (only && !only.includes(name)) continue;
      const filter = `$O.${BUCKET}.C.${nuid}`;
      const chunk = await jsm.streams.getMessage(stream, { last_by_subj: filter });
      await jsm.streams.purge(stream, { filter });
      if (how === 'missing') await jsm.streams.purge(stream, { filter: meta });
      else
        await jetstream(connection).publish(
          filter,
          chunk!.data.map((byte) => byte ^ 1),
        );
      hit++;
    }
    return hit;
  } finally {
    await connection.close();
  }
}

/** Interrupts the network between workers and a server for a while. */
export async function cutNetwork(given: {
  readonly cluster: Cluster;
  readonly name: ServiceName;
  readonly cutMs: number;
  readonly healed: 'resumed' | 'reset';
}): Promise<void> {
  const network = given.cluster.networks[given.name];
  network.cut();
  await sleep(given.cutMs);
  network.heal(given.healed);
}

/** Suspends a worker with SIGSTOP for a while, like a machine that swaps or a suspended virtual machine. */
export async function stopWorker(given: {
  readonly worker: TestWorker;
  readonly stoppedMs: number;
}): Promise<void> {
  const { child } = given.worker.run;
  child.kill('SIGSTOP');
  await sleep(given.stoppedMs);
  child.kill('SIGCONT');
}

/**
 * Ends a worker and starts another one in its place. With `SIGTERM`, waits until it has drained, and returns
 * how long that took.
 */
export async function replaceWorker(given: {
  readonly cluster: Cluster;
  readonly worker: TestWorker;
  readonly signal: 'SIGKILL' | 'SIGTERM';
}): Promise<number> {
  const { cluster, worker, signal } = given;
  const told = performance.now();
  await dismiss(worker, signal);
  const took = performance.now() - told;
  await cluster.addWorker(worker.role, worker.way);
  return took;
}

/** Ends a worker and waits for its end; SIGTERM lets it drain. */
export async function dismiss(worker: TestWorker, signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
  worker.dismissed = true;
  worker.run.child.kill(signal);
  const { code, stderr } = await worker.run.ended;
  if (signal === 'SIGTERM' && code !== 0) throw new Error(`it drained with code ${code}:\n${stderr}`);
}

/**
 * One scorer misbehaves once, with whatever candidate it has, which is not at fault. The fault is over when a
 * scorer has died of it.
 */
export async function spoilScorer(given: {
  readonly cluster: Cluster;
  readonly search: Search;
  readonly how: 'kill' | 'hang' | 'eat';
}): Promise<void> {
  const { cluster, search, how } = given;
  const before = deaths(cluster);
  const claimed = cluster.misbehaveOnce(how);
  const what = `a scorer dies of ${how}`;
  const dead = () => search.over() || (claimed() && deaths(cluster) > before);
  await until(dead, { what, timeoutMs: PATIENCE_MS });
  cluster.misbehave({ [how]: undefined });
}

/** The number of scorers that workers of this cluster have lost. */
export function deaths({ workers }: Cluster): number {
  return [...workers].reduce((sum, { run }) => sum + count(run.stderr(), '"scorer died"'), 0);
}

/** Makes the clocks of all workers jump, and jump back some time later. */
export async function jumpClocks(given: {
  readonly cluster: Cluster;
  readonly byMs: number;
  readonly forMs: number;
}): Promise<void> {
  given.cluster.misbehave({ clockMs: given.byMs });
  await sleep(given.forMs);
  given.cluster.misbehave({ clockMs: undefined });
}

export function someWorker(cluster: Cluster, role: Role, way?: TestWorker['way']): TestWorker {
  const fit = (worker: TestWorker) =>
    worker.role === role && !worker.dismissed && (way === undefined || worker.way === way);
  const found = [...cluster.workers].find(fit);
  if (!found) throw new Error(`no ${role} worker`);
  return found;
}

function count(text: string, what: string): number {
  return text.split(what).length - 1;
}
