// Tests that facts are stored once each, in batches, and that a failure is thrown at the next call of `add`.
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCollector } from '../../activities/collect.js';

test('everything is stored once and in order, nothing waits beyond the limit', async () => {
  const pauses = fc.array(fc.nat(3), { maxLength: 60, size: 'max' });
  const property = fc.asyncProperty(pauses, fc.integer({ min: 1, max: 8 }), async (given, limit) => {
    const stored: number[] = [];
    let added = 0;
    const collector = createCollector<number>({
      limit,
      store: async (batch) => {
        for (let i = 0; i < 3; i++) await turn();
        stored.push(...batch);
      },
    });
    for (const pause of given) {
      for (let i = 0; i < pause; i++) await turn();
      await collector.add(added++);
      expect(added - stored.length).toBeLessThanOrEqual(2 * limit);
    }
    await collector.finish();
    expect(stored).toEqual(given.map((_, i) => i));
  });
  await fc.assert(property, { numRuns: 60 });
});

test('an item waits where as many as the limit wait for a batch that is being stored', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const collector = createCollector<number>({ limit: 2, store: () => released });
  // The first item is being stored, so that the second waits alone, and the third is the second to wait.
  await collector.add(1);
  await collector.add(2);
  const third = collector.add(3).then(() => 'added');
  expect(await Promise.race([third, turn('waits')])).toBe('waits');
  release();
  expect(await third).toBe('added');
  await collector.finish();
});

test('one by one where each is stored before the next comes', async () => {
  const batches: number[] = [];
  const collector = createCollector<number>({
    limit: 100,
    store: async (batch) => void batches.push(batch.length),
  });
  for (let i = 0; i < 5; i++) {
    await collector.add(i);
    await turn();
  }
  expect(batches).toEqual([1, 1, 1, 1, 1]);
});

test('a batch that could not be stored fails the next add, and the end', async () => {
  const collector = createCollector<number>({
    limit: 100,
    store: async () => {
      throw new Error('full');
    },
  });
  await collector.add(1);
  await turn();
  await expect(collector.add(2)).rejects.toThrow('full');
  await expect(collector.finish()).rejects.toThrow('full');
});
