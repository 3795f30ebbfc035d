// Tests the order of requests: lower turns first, each turn in order, retried requests before all others.
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { createScoreQueue, type Job } from '../../engine/score-queue.js';
import { request } from '../support/engine.js';

const nobody = { resolve: () => {}, reject: () => {} };

/** A queue of groups of `together`, which notes how often a group was released. */
function queueOf(together: number) {
  let settled = 0;
  const queue = createScoreQueue({ together, onSettled: () => settled++ });
  return {
    queue,
    add: (name: string) => queue.add({ request: request(name), turn: 0, ...nobody }),
    waitUntilSettled: () => vi.waitFor(() => expect(settled).toBe(1), { timeout: 10_000 }),
  };
}

const named = (jobs: readonly Job[]) => jobs.map(({ request: { candidate } }) => candidate);

it('whoever comes stands behind all of its turn and of lower ones', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3)), (turns) => {
      const queue = createScoreQueue({ together: 1, onSettled: () => {} });
      for (const [i, turn] of turns.entries()) queue.add({ request: request(String(i)), turn, ...nobody });
      const taken = turns.flatMap(() => named(queue.take()));
      const byTurn = turns.map((turn, i) => ({ turn, i })).sort((a, b) => a.turn - b.turn || a.i - b.i);
      expect(taken).toEqual(byTurn.map(({ i }) => String(i)));
      expect(queue.isEmpty()).toBe(true);
    }),
  );
});

it('what no supernet can score goes alone, whatever waits beside it', () => {
  const queue = createScoreQueue({ together: 2, onSettled: () => {} });
  const alone = { ...request('alone'), space: { kind: 'darts' } } as const;
  for (const each of [request('a'), request('b'), alone, request('c'), request('d')])
    queue.add({ request: each, turn: 0, ...nobody });
  expect([1, 2, 3].map(() => named(queue.take()))).toEqual([['a', 'b'], ['alone'], ['c', 'd']]);
});

it('who is put back is next, unless a lower turn comes', () => {
  const queue = createScoreQueue({ together: 1, onSettled: () => {} });
  queue.add({ request: request('first'), turn: 5, ...nobody });
  const [first] = queue.take();
  queue.add({ request: request('waiting'), turn: 6, ...nobody });
  queue.putBack([first!]);
  queue.add({ request: request('later'), turn: 5, ...nobody });
  queue.add({ request: request('lower'), turn: 4, ...nobody });
  const order = Array.from({ length: 4 }, () => named(queue.take())).flat();
  expect(order).toEqual(['lower', 'first', 'later', 'waiting']);
});

it('a group that is not full waits for the last request; a full one does not wait', async () => {
  const { queue, add, waitUntilSettled } = queueOf(2);
  add('a');
  expect(queue.take()).toEqual([]);
  add('b');
  add('c');
  expect(named(queue.take())).toEqual(['a', 'b']);
  expect(queue.take()).toEqual([]);
  await waitUntilSettled();
  expect(named(queue.take())).toEqual(['c']);
});

it('a group that comes after the queue was emptied is released as well', async () => {
  const { queue, add, waitUntilSettled } = queueOf(4);
  add('lost');
  expect(queue.take()).toEqual([]);
  expect(named(queue.clear())).toEqual(['lost']);
  add('later');
  expect(queue.take()).toEqual([]);
  await waitUntilSettled();
  expect(named(queue.take())).toEqual(['later']);
});
