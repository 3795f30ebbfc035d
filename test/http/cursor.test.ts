// Tests pages of lists that are read anew for each page.
import { expect, it } from 'vitest';
import { pageInOrder, pageOf } from '../../http/cursor.js';

const keyOf = (row: { readonly key: string }) => row.key;

function readAll(limit: number, listOf: (page: number) => readonly { key: string; n: number }[]) {
  const found: { key: string; n: number }[] = [];
  for (let page = 0, cursor: string | undefined; ; page++) {
    const { rows, next } = pageOf(listOf(page), { keyOf, limit, cursor });
    expect(rows.length).toBeLessThanOrEqual(limit);
    found.push(...rows);
    if (next === null) return found;
    cursor = next;
  }
}

it.each([1, 2, 3, 7, 8, 100])('pages of %i hold every row once, also rows that share a key', (limit) => {
  const rows = ['b', 'a', 'c', 'b', 'b', 'd', 'é'].map((key, n) => ({ key, n }));
  expect(readAll(limit, () => rows).map(({ n }) => n)).toEqual([1, 0, 3, 4, 2, 5, 6]);
});

it('rows that come and go between two pages neither repeat nor hide others', () => {
  const rows = (keys: string) => [...keys].map((key, n) => ({ key, n }));
  const lists = [rows('bdfh'), rows('afh'), rows('ah')];
  expect(readAll(2, (page) => lists[page] ?? rows('')).map(({ key }) => key)).toEqual(['b', 'd', 'f', 'h']);
});

it('an empty list has one page, and a cursor that was not given is refused', () => {
  expect(pageOf([], { keyOf, limit: 5 })).toEqual({ rows: [], next: null });
  for (const cursor of ['', '!', 'W10', 'WzEsMl0', 'bnVsbA', Buffer.from('["a",1.5]').toString('base64url')])
    expect(() => pageOf([], { keyOf, limit: 5, cursor })).toThrow(
      expect.objectContaining({ code: 'bad-cursor' }),
    );
});

it('a list in order keeps its order in pages, also when it grows', () => {
  const rows = Array.from({ length: 25 }, (_, n) => 24 - n);
  const first = pageInOrder(rows.slice(0, 12), { limit: 11 });
  const second = pageInOrder(rows, { limit: 11, cursor: first.next! });
  const third = pageInOrder(rows, { limit: 11, cursor: second.next! });
  expect([...first.rows, ...second.rows, ...third.rows]).toEqual(rows);
  expect(third.next).toBeNull();
});
