// Runs one search of many candidates in a separate home and measures seconds by phase, processes, histories
// and disk space.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { connectTemporal } from '../../client/connections/connect-temporal.js';
import { resolveConnections } from '../../client/connections/resolve-connections.js';
import { ensureServices, stopServices } from '../../client/embedded/embedded.js';
import { type Home, resolveHome } from '../../client/embedded/home.js';
import { startSearch } from '../../client/searches/start-search.js';
import type { SearchResult } from '../../core/contract/search.js';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { parseSpecification, type Specification } from '../../core/specification/specification.js';
import { specificationDigest } from '../../core/specification/specification-digest.js';
import { connectStore } from '../../store/jetstream.js';
import { childrenOf, cpuSeconds, peakResidentBytes } from '../measure/machine.js';
import { type Histories, readHistories } from './histories.js';
import { LARGE_SPACE } from './large-space.js';
import { type Disk, measureDisk, onInterrupt, separateEnvironment, waitForEnd } from './stage.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const ID = 'scale';
const SAMPLE_MS = 200;

export interface ProcessUse {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

export interface ScaleRun {
  readonly candidates: number;
  readonly shardSize: number;
  readonly workers: number;
  /** Seconds from the start of the search until its files are written. */
  readonly seconds: number;
  readonly processes: readonly ProcessUse[];
  readonly histories: Histories;
  readonly disk: Disk;
}

interface MeasureScaleArguments {
  readonly candidates: number;
  readonly shardSize: number;
  readonly partSize: number;
  readonly workers: number;
}

export async function measureScale({
  candidates,
  shardSize,
  partSize,
  workers,
}: MeasureScaleArguments): Promise<ScaleRun> {
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-scale-'));
  const env = separateEnvironment(folder);
  const home = resolveHome({ env });
  const services = await ensureServices({ home, onStep: () => {} });
  const children: ChildProcess[] = [];
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, [...process.execArgv, ...args], { env, stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const stopWaiting = onInterrupt(() => {
    for (const child of children) child.kill('SIGTERM');
    return stopServices({ home });
  });
  try {
    const watched = new Map<string, number>([
      ['Temporal', services.temporal!.pid],
      ['NATS', services.nats!.pid],
      ['control worker', start([WORKER, 'control']).pid!],
    ]);
    for (let i = 0; i < workers; i++) watched.set(`score worker ${i + 1}`, start([WORKER, 'score']).pid!);
    const usage = watch(watched);
    const before = usage.read();
    const started = performance.now();
    const { histories } = await search({
      home,
      env,
      specification: specificationOf({ candidates, shardSize, partSize }),
    });
    const files = start([MAIN, 'results', ID, '--out', join(folder, 'out'), '--format', 'parquet']);
    usage.add('zeroscout results', files.pid!);
    await waitForEnd(files);
    const seconds = (performance.now() - started) / 1000;
    const processes = usage.end(before);
    return {
      candidates,
      shardSize,
      workers,
      seconds,
      processes,
      histories,
      disk: await measureDisk({ home, files: join(folder, 'out') }),
    };
  } finally {
    stopWaiting();
    for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
    await Promise.allSettled(children.map((child) => waitForEnd(child)));
    await stopServices({ home });
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the search and waits for its end; fails unless every candidate was scored. */
async function search({
  home,
  env,
  specification,
}: {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly specification: Specification;
}): Promise<{ histories: Histories }> {
  const { temporal, nats } = await resolveConnections({ home, env, start: 'never', onStep: () => {} });
  const connection = await connectTemporal(temporal);
  const store = await connectStore({ url: nats.url, name: 'bench' });
  try {
    const client = new Client({ connection, namespace: temporal.namespace });
    const digest = specificationDigest(specification, { inputs: {} });
    const { handle } = await startSearch({
      client,
      store,
      id: ID,
      read: { specification, digest },
      whereFinished: 'again',
    });
    const result = (await handle.result()) as SearchResult;
    const summary = JSON.parse(new TextDecoder().decode(await store.blobs.get(result.summary)));
    if (summary.scored !== result.plan.count)
      throw new Error(`the search scored ${summary.scored} of ${result.plan.count} candidates`);
    return { histories: await readHistories({ client, workflowId: workflowIdOf(ID) }) };
  } finally {
    await store.close();
    await connection.close();
  }
}

export function specificationOf({
  candidates,
  shardSize,
  partSize,
}: {
  readonly candidates: number;
  readonly shardSize: number;
  readonly partSize: number;
}): Specification {
  const written = {
    name: ID,
    space: LARGE_SPACE,
    strategy: { kind: 'random', samples: candidates },
    fidelity: { draws: 1, batch: 1, resolution: 32 },
    aggregation: 'log-rank',
    cohort: 'written',
    execution: { shardSize, window: 8, partSize },
  };
  const specification = parseSpecification({ text: JSON.stringify(written), source: 'bench' });
  // The synthetic scorer accepts many candidates at a time, as a GPU does; no device of the schema does so
  // for this space.
  const execution = { ...specification.execution, device: 'cpu-stack' as const };
  return { ...specification, execution };
}

/**
 * Samples processor time and memory of processes and of the scorers that they start, because a child may have
 * ended at the end.
 */
function watch(processes: ReadonlyMap<string, number>) {
  const pids = new Map(processes);
  const last = new Map<string, { cpu: number; peak: number }>();
  const sample = () => {
    for (const [name, pid] of pids) {
      const scorers = /worker/.test(name) ? childrenOf(pid) : [];
      for (const [who, id] of [
        [name, pid] as const,
        ...scorers.map((id) => [`${name}, scorer`, id] as const),
      ]) {
        const cpu = cpuSeconds(id);
        // A process that has ended but whose parent has not waited for it has processor time but no size.
        const before = last.get(who)?.peak ?? 0;
        if (cpu > 0) last.set(who, { cpu, peak: Math.max(before, peakResidentBytes(id)) });
      }
    }
  };
  const timer = setInterval(sample, SAMPLE_MS);
  const read = () => {
    sample();
    return new Map([...last].map(([name, { cpu }]) => [name, cpu]));
  };
  return {
    read,
    add: (name: string, pid: number) => void pids.set(name, pid),
    end: (before: ReadonlyMap<string, number>): ProcessUse[] => {
      sample();
      clearInterval(timer);
      return [...last].map(([name, { cpu, peak }]) => ({
        name,
        cpuSeconds: cpu - (before.get(name) ?? 0),
        peakBytes: peak,
      }));
    },
  };
}
