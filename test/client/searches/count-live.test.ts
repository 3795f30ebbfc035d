// Tests that the progress of a search counts what its shards of this round and this generation have scored.
import { expect, test } from 'vitest';
import { countLive } from '../../../client/searches/count-live.js';
import type { SearchProgress } from '../../../core/contract/search.js';
import { createMemoryStore } from '../../../store/memory.js';

const at = (number: number, running: readonly number[], generation?: number) =>
  ({
    round: { number, of: 3 },
    shards: { done: 0, running, total: 9 },
    ...(generation === undefined ? {} : { generation }),
  }) satisfies Pick<SearchProgress, 'round' | 'shards' | 'generation'>;

test('counts of the shards of an earlier round or generation do not count for the next', async () => {
  const { progress: bus } = createMemoryStore();
  const live = countLive({ bus, id: 'x' });
  const say = async (shard: number, scored: number) => {
    bus.publish('x', { shard, scored, reused: 1, failed: 0 });
    await new Promise((resolve) => setImmediate(resolve));
  };
  await say(0, 7);
  await say(1, 3);
  expect(live.of(at(1, [0, 1]))).toBe(12);
  expect(live.of(at(1, [1]))).toBe(4);
  expect(live.of(at(2, [0, 1]))).toBe(0);
  await say(0, 1);
  expect(live.of(at(2, [0, 1]))).toBe(2);
  expect(live.of(at(2, [0, 1], 5))).toBe(0);
  live.stop();
});
