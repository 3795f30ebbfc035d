// Tests the stand-in for scorers with which `npm run bench:fleet` runs a thousand workers.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { jainIndex } from '../../bench/fleet/many-searches.js';
import { readOrder } from '../../bench/fleet/searches.js';
import { candidateOf } from '../../bench/scale/large-space.js';
import { syntheticPool } from '../../bench/scale/synthetic-pool.js';
import type { ScoreRequest } from '../../engine/protocol.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const request = (index: number): ScoreRequest => {
  const { space, seed, fidelity } = readOrder(order).specification;
  return { space, seed, fidelity, candidate: candidateOf(index), draws: [0] };
};
const order = { id: 'one', candidates: 8, shardSize: 4, window: 2, seed: 1 };
const passTime = async (milliseconds: number) => {
  await new Promise(setImmediate);
  await vi.advanceTimersByTimeAsync(milliseconds);
};

test('candidates are scored in groups, lower turns first, each in its time', async () => {
  const pool = syntheticPool(10)({ script: '', size: 1, together: 2 });
  const done: string[] = [];
  const score = (index: number, turn: number) =>
    void pool.score(request(index), turn).then(() => done.push(`${turn}.${index}`));
  score(1, 1);
  score(2, 1);
  score(3, 0);
  await passTime(19);
  expect(done).toEqual([]);
  await passTime(1);
  expect(done).toEqual(['0.3', '1.1']);
  await passTime(10);
  expect(done).toEqual(['0.3', '1.1', '1.2']);
  await pool.close();
});

test('scores are the same from every worker, and differ between candidates', async () => {
  const [a, b] = [syntheticPool(1), syntheticPool(3)].map((create) => create({ script: '', size: 1 }));
  const scores = [a!.score(request(1)), b!.score(request(1)), a!.score(request(2))];
  await passTime(3);
  await passTime(3);
  const [first, same, other] = await Promise.all(scores);
  expect(same).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a pool that closes rejects what it has not answered', async () => {
  const pool = syntheticPool(1_000)({ script: '', size: 1 });
  const waiting = pool.score(request(1));
  await passTime(1);
  await pool.close();
  await expect(waiting).rejects.toThrow('closed');
});

test("Jain's index is 1 for equal shares, and 1/n where one has all", () => {
  expect(jainIndex([5, 5, 5, 5])).toBe(1);
  expect(jainIndex([20, 0, 0, 0])).toBe(1 / 4);
});
