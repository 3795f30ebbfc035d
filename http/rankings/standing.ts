// Computes how a candidate compares with the others of its ranking: percentiles of its values, its class, and
// the ranks of its neighbours.
import { type ColumnKind, quoteName } from './filter.js';
import type { Questions } from './questions.js';
import type { Place, RankingTable } from './table-types.js';

/** The most members of a class that are listed. */
const MEMBERS = 20;
/** The percentile of a candidate without others: that of one among equals. */
const ALONE = 0.5;

export function createStanding(
  { ask }: Questions,
  columns: ReadonlyMap<string, ColumnKind>,
): Pick<RankingTable, 'percentiles' | 'members' | 'ranksOf'> {
  const hasClass = columns.has('class');
  return {
    percentiles: async (row) => {
      const numbers = [...columns].flatMap(([name, kind]) =>
        kind === 'number' && typeof row[name] === 'number' ? [name] : [],
      );
      if (numbers.length === 0) return {};
      // Where ranks were taken over classes, a class counts once.
      const others = hasClass
        ? '(SELECT DISTINCT ON (class) * FROM ranking WHERE class <> ?)'
        : '(SELECT * FROM ranking WHERE candidate <> ?)';
      const shares = numbers.map((name) => {
        const column = quoteName(name);
        return `avg((${column} < ?)::INTEGER + ((${column} = ?)::INTEGER) / 2.0) AS ${column}`;
      });
      const values = numbers.flatMap((name) => [row[name] as number, row[name] as number]);
      const own = String(hasClass ? row.class : row.candidate);
      const [found] = await ask(`SELECT ${shares.join(', ')} FROM ${others}`, [...values, own]);
      return Object.fromEntries(numbers.map((name) => [name, Number(found![name] ?? ALONE)]));
    },
    members: async (row) => {
      if (!hasClass || typeof row.class !== 'string') return { total: 1, first: [] };
      const [counted] = await ask('SELECT count(*)::DOUBLE AS total FROM ranking WHERE class = ?', [
        row.class,
      ]);
      const first = await ask(
        `SELECT rank::DOUBLE AS rank, candidate FROM ranking WHERE class = ? ORDER BY rank LIMIT ${MEMBERS}`,
        [row.class],
      );
      return { total: Number(counted!.total), first: first.map(placeOf) };
    },
    ranksOf: async (candidates) => {
      if (candidates.length === 0) return [];
      const marks = candidates.map(() => '?').join(', ');
      const found = await ask(
        `SELECT rank::DOUBLE AS rank, candidate FROM ranking WHERE candidate IN (${marks}) ORDER BY rank`,
        candidates,
      );
      return found.map(placeOf);
    },
  };
}

function placeOf(row: Readonly<Record<string, unknown>>): Place {
  return { rank: Number(row.rank), candidate: String(row.candidate) };
}
