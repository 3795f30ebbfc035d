// Runs as a thread that computes scores from outputs of supernet runs.
import { parentPort } from 'node:worker_threads';
import { type StatisticsTask, scoreStatistics } from './statistics.js';

export interface StatisticsRequest {
  readonly id: number;
  readonly task: StatisticsTask;
  readonly data: Float32Array;
  readonly count: number;
}
export interface StatisticsAnswer {
  readonly id: number;
  readonly scores: Float64Array;
  /** The time that the scores took, in milliseconds. */
  readonly milliseconds: number;
}

parentPort!.on('message', ({ id, ...request }: StatisticsRequest) => {
  const start = performance.now();
  const scores = scoreStatistics(request);
  const answer: StatisticsAnswer = { id, scores, milliseconds: performance.now() - start };
  parentPort!.postMessage(answer, [scores.buffer as ArrayBuffer]);
});
