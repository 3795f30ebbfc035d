// Tests what Prometheus reads of a worker.
import { expect, test } from 'vitest';
import type { ScoreRequest } from '../../engine/protocol.js';
import { createMetrics } from '../../workers/metrics.js';

const request: ScoreRequest = {
  space: { kind: 'nas-bench-201' },
  candidate: 'any',
  seed: 1,
  fidelity: { batch: 4, resolution: 8, weights: 'shared', features: 'blocks' },
  draws: [0],
};

test('candidates, the share of each of a group, scorers that ended, faults of the store', async () => {
  const metrics = createMetrics({ role: 'score', device: 'cuda' });
  const before = await metrics.text();
  expect(before).toContain('zeroscout_candidates_total{outcome="failed",role="score",device="cuda"} 0');
  metrics.onScored();
  metrics.onScored();
  metrics.onFailed();
  metrics.onPool({ type: 'started', pid: 1 });
  metrics.onBatch({ pid: 1, requests: Array(4).fill(request), seconds: 2 });
  metrics.onBatch({ pid: 1, requests: [request], seconds: 2, fault: 'was killed by SIGKILL' });
  metrics.onPool({ type: 'recycled', pid: 1 });
  metrics.onStoreFault({ describe: 'storing scores', kind: 'transient' });
  const text = await metrics.text();
  for (const line of [
    'zeroscout_candidates_total{outcome="scored",role="score",device="cuda"} 2',
    'zeroscout_candidates_total{outcome="failed",role="score",device="cuda"} 1',
    'zeroscout_candidate_seconds_count{role="score",device="cuda"} 4',
    'zeroscout_candidate_seconds_sum{role="score",device="cuda"} 2',
    'zeroscout_candidate_seconds_bucket{le="0.5",role="score",device="cuda"} 4',
    'zeroscout_candidate_seconds_bucket{le="0.25",role="score",device="cuda"} 0',
    'zeroscout_scorer_restarts_total{reason="recycled",role="score",device="cuda"} 1',
    'zeroscout_scorer_restarts_total{reason="died",role="score",device="cuda"} 0',
    'zeroscout_store_errors_total{operation="storing scores",kind="transient",role="score",device="cuda"} 1',
  ])
    expect(text).toContain(`${line}\n`);
});

test('a control worker counts what was reused; queues that do not answer have no age', async () => {
  const metrics = createMetrics({ role: 'control', device: 'cpu' });
  const fidelity = { draws: 1, batch: 4, resolution: 8, weights: 'shared', features: 'blocks' } as const;
  metrics.onSearch([
    { fidelity, candidates: 10, reused: 7, failed: 0, seconds: 1 },
    { fidelity, candidates: 5, reused: 2, failed: 0, seconds: 1 },
  ]);
  metrics.watchQueues(async () => [
    { queue: 'control', tasks: 3, seconds: 1.5 },
    { queue: 'score', device: 'cuda', tasks: 8, seconds: 60 },
  ]);
  const text = await metrics.text();
  expect(text).toContain('zeroscout_candidates_total{outcome="reused",role="control"} 9\n');
  expect(text).toContain('zeroscout_queue_age_seconds{queue="control",role="control"} 1.5\n');
  expect(text).toContain('zeroscout_queue_tasks{queue="score",device="cuda",role="control"} 8\n');
  metrics.watchQueues(() => Promise.reject(new Error('away')));
  expect(await metrics.text()).not.toContain('zeroscout_queue_age_seconds{');
});
