// Tests that rows in the order of Temporal's list come by their start, and that few are read before the first.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newestFirst, type Times } from '../../../client/searches/newest-first.js';

const timeOf = (second: number) => new Date(second * 1_000).toISOString();

const rows = fc
  .array(fc.record({ from: fc.nat(20), lasts: fc.option(fc.nat(20), { nil: null }) }), {
    maxLength: 40,
    size: 'max',
  })
  .map((all) =>
    all.map(
      ({ from, lasts }, i): Times => ({
        id: `s${i}`,
        started: timeOf(from),
        ended: lasts === null ? null : timeOf(from + lasts),
      }),
    ),
  );

/** What runs first, and then what ended last; the newest first where that is equal. */
function byTemporal(a: Times, b: Times): number {
  const endOf = ({ ended }: Times) => ended ?? '9999';
  return endOf(b).localeCompare(endOf(a)) || b.started.localeCompare(a.started);
}

function byStart(a: Times, b: Times): number {
  return b.started.localeCompare(a.started) || (a.id < b.id ? 1 : -1);
}

async function* iterate(all: readonly Times[], read = { count: 0 }): AsyncGenerator<Times> {
  for (const row of all) {
    read.count += 1;
    yield row;
  }
}

test('every row comes once, the newest first', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (all) => {
      const found: Times[] = [];
      for await (const row of newestFirst(iterate(all.toSorted(byTemporal)))) found.push(row);
      expect(found).toEqual(all.toSorted(byStart));
    }),
  );
});

test('of searches one after the other, the first is known after two', async () => {
  const all = Array.from({ length: 500 }, (_, i) => ({
    id: `s${i}`,
    started: timeOf(5_000 - 10 * i),
    ended: timeOf(5_005 - 10 * i),
  }));
  const read = { count: 0 };
  for await (const { id } of newestFirst(iterate(all, read))) if (id === 's0') break;
  expect(read.count).toBe(2);
});
