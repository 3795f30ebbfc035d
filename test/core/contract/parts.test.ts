// Tests that parts contain every shard once, and that no more shards run at a time than the window allows.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutOf, rangeOf } from '../../../core/contract/parts.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const specification = (execution: object, strategy: object = { kind: 'random', samples: 1 }) =>
  checkSpecification({
    value: { name: 'test', space: { kind: 'nas-bench-201' }, strategy, cohort: 'written', execution },
    source: 'test',
  });

test('a plan is cut where one workflow would carry more than partSize shards', () => {
  const cut = (candidates: number, execution: object) =>
    cutOf({ specification: specification({ shardSize: 64, ...execution }), candidates });
  expect(cut(500 * 64, {})).toBeUndefined();
  expect(cut(500 * 64 + 1, {})).toEqual({ parts: 2, atOnce: 2, window: 4 });
  expect(cut(10_000 * 64, { window: 10_000 })).toEqual({ parts: 100, atOnce: 100, window: 100 });
  expect(cut(1e9, { shardSize: 10_000, window: 2_000 })).toEqual({ parts: 200, atOnce: 20, window: 100 });
  expect(cut(64, { shardSize: 1, partSize: 10, window: 1 })).toEqual({ parts: 7, atOnce: 1, window: 1 });
});

test('parts cover the plan, none is too long, the window is kept', () => {
  const given = fc.record({
    candidates: fc.integer({ min: 1, max: 1e9 }),
    shardSize: fc.integer({ min: 1, max: 10_000 }),
    window: fc.integer({ min: 1, max: 10_000 }),
    partSize: fc.integer({ min: 1, max: 1000 }),
  });
  const holds = fc.property(given, ({ candidates, ...execution }) => {
    const cut = cutOf({ specification: specification(execution), candidates });
    const { parts, atOnce, window } = cut ?? { parts: 1, atOnce: 1, window: execution.window };
    expect(atOnce * window).toBeLessThanOrEqual(execution.window);
    expect(window).toBeGreaterThanOrEqual(1);
    let last = 0;
    // The first part, the last one and some between.
    const numbers = [0, 1, 2, Math.floor(parts / 2), parts - 2, parts - 1].filter((n) => n >= 0 && n < parts);
    for (const number of new Set(numbers)) {
      const { from, to } = rangeOf({ number, of: parts }, candidates);
      if (number > 0) expect(from).toBe(rangeOf({ number: number - 1, of: parts }, candidates).to);
      expect(Math.ceil((to - from) / execution.shardSize)).toBeLessThanOrEqual(execution.partSize + 1);
      last = to;
    }
    expect(last).toBe(candidates);
  });
  fc.assert(holds);
});

test('of a list that may repeat itself there are few parts: each reads all of it', () => {
  const list = specification({ shardSize: 1, partSize: 1 }, { kind: 'list', file: 'x' });
  expect(cutOf({ specification: list, candidates: 1000 })).toMatchObject({ parts: 16 });
});
