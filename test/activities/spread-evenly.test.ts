// Tests that a list is spread evenly: the same items, each once, and every range contains items from all over
// the list.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spreadEvenly } from '../../activities/spread-evenly.js';

async function mix(length: number, block?: number): Promise<number[]> {
  async function* items() {
    for (let i = 0; i < length; i++) yield i;
  }
  const out: number[] = [];
  for await (const item of spreadEvenly(items(), block)) out.push(item);
  return out;
}

describe('spreadEvenly', () => {
  it('keeps every item, each in its block', async () => {
    const cases = fc.asyncProperty(fc.nat(300), fc.integer({ min: 1, max: 100 }), async (length, block) => {
      const out = await mix(length, block);
      expect([...out].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      for (const [i, item] of out.entries()) expect(Math.floor(item / block)).toBe(Math.floor(i / block));
    });
    await fc.assert(cases);
  });

  it('spreads every range of a few hundred over the list: each tenth gets about a tenth', async () => {
    const out = await mix(15_625);
    for (let from = 0; from + 500 <= out.length; from += 500) {
      const tenths = new Array<number>(10).fill(0);
      for (const item of out.slice(from, from + 500)) tenths[Math.floor((item / out.length) * 10)]!++;
      for (const count of tenths) expect(Math.abs(count - 50)).toBeLessThan(8);
    }
  });
});
