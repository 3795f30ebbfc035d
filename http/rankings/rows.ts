// Reads rows of a ranking in any order: the order is computed once for a filter and a sort, and pages are
// slices of it.
import { LRUCache } from 'lru-cache';
import type { Questions } from './questions.js';
import type { Cell, Page, RankingTable, Selection, Sort } from './table-types.js';

/**
 * The number of cached orders, of 4 bytes a row, because pages of the same filter and sort are requested one
 * after the other.
 */
const KEPT_ORDERS = 4;
const BY_RANK: Sort = { column: 'rank', direction: 'asc' };

export function createRows(questions: Questions): Pick<RankingTable, 'page' | 'row' | 'position'> {
  const orderOf = createOrders(questions);
  const rankOf = async (candidate: string): Promise<number | undefined> => {
    const sql = 'SELECT rank::DOUBLE AS rank FROM ranking WHERE candidate = ? LIMIT 1';
    const [row] = await questions.ask(sql, [candidate]);
    return row && Number(row.rank);
  };
  return {
    page: async ({ sort = BY_RANK, offset = 0, limit = 100, ...selection }) => {
      const order = await orderOf(selection, sort);
      const ranks = [...order.subarray(offset, offset + limit)];
      return { total: order.length, rows: await rowsOf(questions, ranks) };
    },
    row: async (candidate) => {
      const rank = await rankOf(candidate);
      return rank === undefined ? undefined : (await rowsOf(questions, [rank]))[0];
    },
    position: async ({ sort = BY_RANK, candidate, ...selection }) => {
      const rank = await rankOf(candidate);
      const at = rank === undefined ? -1 : (await orderOf(selection, sort)).indexOf(rank);
      return at < 0 ? undefined : at;
    },
  };
}

async function rowsOf({ ask }: Questions, ranks: readonly number[]): Promise<Page['rows']> {
  if (ranks.length === 0) return [];
  const rows = await ask(`SELECT * FROM ranking WHERE rank IN (${ranks.join(', ')})`);
  const byRank = new Map(rows.map((row) => [Number(row.rank), row as Record<string, Cell>]));
  return ranks.map((rank) => byRank.get(rank)!);
}

/**
 * Ranks of the rows that a filter admits, in the requested order, ties by rank; the latest ones are cached.
 */
function createOrders({ readIntegers, condition, column }: Questions) {
  const orders = new LRUCache<string, Promise<Int32Array>>({ max: KEPT_ORDERS });
  return (selection: Selection, sort: Sort): Promise<Int32Array> => {
    const by = `${column(sort.column, 'sort')} ${sort.direction === 'desc' ? 'DESC' : 'ASC'} NULLS LAST`;
    const { sql, values } = condition(selection);
    const key = JSON.stringify([sql, values, by]);
    const known = orders.get(key);
    if (known) return known;
    const order = readIntegers(
      `SELECT rank::INTEGER AS rank FROM ranking WHERE ${sql} ORDER BY ${by}, rank`,
      values,
    );
    orders.set(key, order);
    order.catch(() => orders.delete(key));
    return order;
  };
}
