// Computes scores from the outputs of supernet runs in worker threads, while the device executes the next
// run.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type StatisticsTask, scoreStatistics } from './statistics.js';
import type { StatisticsAnswer, StatisticsRequest } from './statistics-worker.js';

export interface StatisticsPool {
  /**
   * The scores of the first `count` candidates. The data is transferred to the thread, so the caller's array
   * is empty afterwards.
   */
  score(args: { task: StatisticsTask; data: Float32Array; count: number }): Promise<Float64Array>;
  /** The time that scores took, summed over all threads, in milliseconds. */
  busyMilliseconds(): number;
  close(): Promise<void>;
}

interface Job {
  readonly cost: number;
  readonly resolve: (scores: Float64Array) => void;
  readonly reject: (error: Error) => void;
}
interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
  /** The total cost of the jobs that it has not finished. */
  cost: number;
}

/**
 * The number of threads; by default one for each core but the one that drives the device. With 0 threads the
 * caller's own thread computes.
 */
export function createStatisticsPool({
  threads = Math.max(1, availableParallelism() - 1),
  script = new URL('./statistics-worker.js', import.meta.url),
}: {
  readonly threads?: number;
  readonly script?: URL;
} = {}): StatisticsPool {
  if (threads === 0) return createOnOwnThread();
  let nextId = 0;
  let busy = 0;
  let failure: Error | undefined;
  const pool: Thread[] = Array.from({ length: threads }, () => ({
    worker: new Worker(script),
    jobs: new Map(),
    cost: 0,
  }));
  const fail = (error: Error): void => {
    failure ??= error;
    for (const { jobs } of pool) {
      for (const { reject } of jobs.values()) reject(failure);
      jobs.clear();
    }
  };
  for (const thread of pool) {
    thread.worker.on('message', ({ id, scores, milliseconds }: StatisticsAnswer) => {
      busy += milliseconds;
      const job = thread.jobs.get(id);
      thread.jobs.delete(id);
      thread.cost -= job?.cost ?? 0;
      job?.resolve(scores);
    });
    thread.worker.on('error', fail);
  }
  return {
    // A job is assigned immediately to the thread with the least work. While the device runs, the event loop
    // of this thread is blocked, so it could not notice which thread becomes idle.
    score: (request) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        const thread = pool.reduce((least, each) => (each.cost < least.cost ? each : least));
        const cost = costOf(request);
        const message: StatisticsRequest = { id: nextId++, ...request };
        thread.jobs.set(message.id, { cost, resolve, reject });
        thread.cost += cost;
        thread.worker.postMessage(message, [request.data.buffer as ArrayBuffer]);
      }),
    busyMilliseconds: () => busy,
    close: async () => {
      fail(new Error('the statistics pool is closed'));
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}

/** An estimate of operations: n³ for the eigenvalues of an n x n matrix; a block also needs a Gram matrix. */
function costOf({ task, count }: { readonly task: StatisticsTask; readonly count: number }): number {
  if (task.kind === 'feature') return count * (task.channels ** 3 + 1000);
  const n = Math.min(task.rows, task.columns);
  return count * (n ** 3 + task.rows * task.columns * n + 1000);
}

function createOnOwnThread(): StatisticsPool {
  let busy = 0;
  return {
    score: async (request) => {
      const start = performance.now();
      const scores = scoreStatistics(request);
      busy += performance.now() - start;
      return scores;
    },
    busyMilliseconds: () => busy,
    close: async () => {},
  };
}
