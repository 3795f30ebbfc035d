// Computes relations between columns of a ranking: the Pareto front of two, rank correlations of all, and a
// sample of rows.
import { type ColumnKind, quoteName } from './filter.js';
import type { Questions } from './questions.js';
import type { Cell, Correlations, Front, RankingTable, Selection } from './table-types.js';

/** The most rows from which correlations are computed; so many give those of a million rows to two digits. */
const CORRELATED = 20_000;
/** Bins of a cost, by which most rows are left out before the front is looked for. */
const FRONT_BINS = 1_000;

export function createRelations(
  questions: Questions,
  columns: ReadonlyMap<string, ColumnKind>,
): Pick<RankingTable, 'front' | 'correlations' | 'sample'> {
  const { ask, condition } = questions;
  return {
    front: (request) => findFront(questions, request),
    correlations: (selection) => correlate(questions, { selection, columns }),
    sample: async ({ size, ...selection }) => {
      const { sql, values } = condition(selection);
      const rows = await ask(
        `SELECT * FROM (SELECT * FROM ranking WHERE ${sql}) USING SAMPLE reservoir(${size} ROWS) REPEATABLE (1)`,
        values,
      );
      return rows as unknown as readonly Readonly<Record<string, Cell>>[];
    },
  };
}

/** The rows for which no other row has at most the cost and at least the value, cheapest first. */
async function findFront(
  { ask, condition, numeric }: Questions,
  { x, y, ...selection }: Selection & { readonly x: string; readonly y: string },
): Promise<Front> {
  const [cost, value] = [numeric(x, 'x'), numeric(y, 'y')];
  const { sql, values } = condition(selection);
  // Only rows that are better than all rows of cheaper bins can be on the front: few are left for the exact order.
  // Texts of candidates, which take most of the memory, are read for the rows of the front alone.
  const rows = await ask(
    `WITH valid AS (SELECT rank, ${cost} AS cost, ${value} AS value FROM ranking
                    WHERE (${sql}) AND isfinite(${cost}) AND isfinite(${value})),
          ends AS (SELECT min(cost) AS low, greatest(max(cost) - min(cost), 1e-300) AS width FROM valid),
          binned AS (SELECT valid.*, floor((cost - low) / width * ${FRONT_BINS})::INTEGER AS bin FROM valid, ends),
          best AS (SELECT bin, max(max(value)) OVER (ORDER BY bin ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS cheaper
                   FROM binned GROUP BY bin),
          left_over AS (SELECT binned.* FROM binned JOIN best USING (bin) WHERE cheaper IS NULL OR value > cheaper),
          ordered AS (SELECT *, max(value) OVER (ORDER BY cost, value DESC, rank ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                      FROM left_over),
          front AS (SELECT rank, cost, value FROM ordered WHERE before IS NULL OR value > before)
     SELECT rank::DOUBLE AS rank, candidate, cost, value FROM front JOIN ranking USING (rank) ORDER BY cost`,
    values,
  );
  return rows.map((row) => ({
    rank: Number(row.rank),
    candidate: String(row.candidate),
    x: Number(row.cost),
    y: Number(row.value),
  }));
}

/** Spearman's rho of each pair of columns. */
async function correlate(
  { ask, condition }: Questions,
  {
    selection,
    columns,
  }: { readonly selection: Selection; readonly columns: ReadonlyMap<string, ColumnKind> },
): Promise<Correlations> {
  const names = [...columns].flatMap(([name, kind]) => (kind === 'number' && name !== 'rank' ? [name] : []));
  const { sql, values } = condition(selection);
  const ranks = names.map((name, i) => {
    const column = quoteName(name);
    // Ties have the mean of their ranks.
    return `rank() OVER (ORDER BY ${column}) + (count(*) OVER (PARTITION BY ${column}) - 1) / 2.0 AS r${i}`;
  });
  const pairs = names.flatMap((_, i) => names.slice(i + 1).map((__, j) => [i, i + 1 + j] as const));
  const asked = pairs.map(([i, j]) => `corr(r${i}, r${j}) AS c${i}_${j}`);
  const [found = {}] = await ask(
    `WITH drawn AS (SELECT * FROM (SELECT * FROM ranking WHERE ${sql}) USING SAMPLE reservoir(${CORRELATED} ROWS) REPEATABLE (1)),
          ranked AS (SELECT ${ranks.join(', ')} FROM drawn)
     SELECT ${['count(*)::DOUBLE AS rows', ...asked].join(', ')} FROM ranked`,
    values,
  );
  const rhoOf = (i: number, j: number): number | null => {
    if (i === j) return 1;
    const value = found[`c${Math.min(i, j)}_${Math.max(i, j)}`];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return {
    columns: names,
    rows: Number(found.rows ?? 0),
    values: names.map((_, i) => names.map((__, j) => rhoOf(i, j))),
  };
}
