// In: outputs of stacks' runs. Out: their scores, computed by worker threads while the device runs the next stack.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { StatisticsTask } from './statistics.js';
import type { StatisticsAnswer, StatisticsRequest } from './statistics-worker.js';

const SCRIPT = new URL('./statistics-worker.js', import.meta.url);

export interface StatisticsPool {
  /** Scores of the first `count` candidates. Takes the data away: it is empty afterwards. */
  score(args: { task: StatisticsTask; data: Float32Array; count: number }): Promise<Float64Array>;
  /** Sum of the time that scores took, over all threads, in milliseconds. */
  busyMilliseconds(): number;
  close(): Promise<void>;
}

interface Job {
  readonly request: StatisticsRequest;
  readonly resolve: (scores: Float64Array) => void;
  readonly reject: (error: Error) => void;
}

/** One thread for each core but the one that drives the device. */
export function createStatisticsPool({
  threads = Math.max(1, availableParallelism() - 1),
}: {
  threads?: number;
} = {}): StatisticsPool {
  const queue: Job[] = [];
  const idle: Worker[] = [];
  const running = new Map<Worker, Job>();
  let nextId = 0;
  let busy = 0;
  let failure: Error | undefined;
  const dispatch = (): void => {
    while (idle.length && queue.length) {
      const worker = idle.pop()!;
      const job = queue.shift()!;
      running.set(worker, job);
      worker.postMessage(job.request, [job.request.data.buffer as ArrayBuffer]);
    }
  };
  const fail = (error: Error): void => {
    failure = error;
    for (const { reject } of [...running.values(), ...queue.splice(0)]) reject(error);
    running.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(SCRIPT);
    worker.on('message', ({ scores, milliseconds }: StatisticsAnswer) => {
      busy += milliseconds;
      running.get(worker)?.resolve(scores);
      running.delete(worker);
      idle.push(worker);
      dispatch();
    });
    worker.on('error', fail);
    idle.push(worker);
    return worker;
  });
  return {
    score: (request) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        queue.push({ request: { id: nextId++, ...request }, resolve, reject });
        dispatch();
      }),
    busyMilliseconds: () => busy,
    close: async () => {
      fail(new Error('the statistics pool is closed'));
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
