// Tests which of the workers that Temporal lists count as living.
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { findLivingWorkers, type Queue } from '../../../client/workers/queues.js';
import { formatIdentity, readIdentity } from '../../../core/contract/worker-identity.js';

const now = Date.now();
const worker = (place: string, seconds: number) => {
  const identity = formatIdentity({ role: 'control', place });
  return { identity, worker: readIdentity(identity), seen: now - 1000 * seconds };
};
const queue = (...workers: Queue['workers']): Queue => ({ name: 'q', workers, waiting: 0, seconds: 0 });

test('of this machine the process is looked for, however lately it was seen', () => {
  const here = worker(`${process.pid}@${hostname()}`, 200);
  const ended = worker(`4194303@${hostname()}`, 1);
  expect(findLivingWorkers({ queue: queue(here, ended), isLocal: true, now })).toEqual([here]);
});

test('elsewhere one is gone that has not asked for a while and holds nothing', () => {
  const [asks, busy, gone] = [worker('1@a', 10), worker('1@b', 200), worker('1@c', 200)];
  const given = { queue: queue(asks, busy, gone), isLocal: false, now };
  expect(findLivingWorkers(given)).toEqual([asks]);
  expect(findLivingWorkers({ ...given, busy: new Set([busy.identity]) })).toEqual([asks, busy]);
});
