// Tests the async iterable of progress: a slow reader gets the latest value, it ends with the work, and
// leaving it ends the work.
import { expect, test } from 'vitest';
import { latestValues } from '../../../client/searches/latest-values.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a reader who is slower gets the latest value, and the last one always', async () => {
  const seen: number[] = [];
  const values = latestValues<number>(async (onValue) => {
    for (let i = 1; i <= 9; i++) {
      onValue(i);
      if (i % 3 === 0) await turn();
    }
  });
  for await (const value of values) seen.push(value);
  expect(seen).toEqual([3, 6, 9]);
});

test('it fails as its work does, after the values that came before', async () => {
  const seen: string[] = [];
  const reading = async () => {
    for await (const value of latestValues<string>(async (onValue) => {
      onValue('before');
      throw new Error('away');
    }))
      seen.push(value);
  };
  await expect(reading()).rejects.toThrow('away');
  expect(seen).toEqual(['before']);
});

test('leaving the loop stops the work and waits for its end', async () => {
  let ended = false;
  const values = latestValues<number>(async (onValue, stop) => {
    onValue(1);
    await new Promise((resolve) => stop.addEventListener('abort', resolve));
    await turn();
    ended = true;
  });
  for await (const _ of values) break;
  expect(ended).toBe(true);
});
