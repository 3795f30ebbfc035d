// Computes distributions of a ranking's values: histograms, grids for scatter plots, and statistics of
// columns.
import { type ColumnKind, type Condition, quoteName } from './filter.js';
import type { Questions } from './questions.js';
import type {
  Axis,
  Grid,
  Histogram,
  HistogramRequest,
  RankingTable,
  Selection,
  Statistics,
} from './table-types.js';

export function createDistributions(
  questions: Questions,
  columns: ReadonlyMap<string, ColumnKind>,
): Pick<RankingTable, 'histogram' | 'grid' | 'statistics'> {
  return {
    histogram: (request) => countHistogram(questions, request),
    grid: (request) => countGrid(questions, request),
    statistics: async (selection) => {
      const where = questions.condition(selection);
      const answers: Record<string, Statistics> = {};
      for (const [column, kind] of columns)
        if (kind === 'number') answers[column] = await statisticsOf({ ask: questions.ask, column, where });
      return answers;
    },
  };
}

async function countHistogram(
  questions: Questions,
  { column, bins, trim = 0, ...selection }: HistogramRequest,
): Promise<Histogram> {
  const { ask, condition, numeric } = questions;
  const name = numeric(column, 'column');
  const all = condition(selection);
  const where = trim > 0 ? await withoutTails(questions, { name, where: all, trim }) : all;
  const { low, high, count } = await rangeOf(questions, { name, where });
  const outside = (await countOf(questions, all)) - count;
  if (low === null || high === null) return { column, bins: [], outside };
  const width = high > low ? (high - low) / bins : 1;
  const found = await ask(
    `SELECT least(floor((${name} - ${double(low)}) / ${double(width)}), ${bins - 1})::INTEGER AS bin, count(*)::DOUBLE AS count
         FROM ranking WHERE ${where.sql} AND isfinite(${name}) GROUP BY bin`,
    where.values,
  );
  const counts = new Map(found.map((row) => [Number(row.bin), Number(row.count)]));
  const ranges = Array.from({ length: high > low ? bins : 1 }, (_, i) => ({
    low: low + i * width,
    high: i === bins - 1 ? high : low + (i + 1) * width,
    count: counts.get(i) ?? 0,
  }));
  return { column, bins: ranges, outside };
}

/** Only rows between the quantiles `trim` and 1 - `trim`: a single value far away would leave all others one bin. */
async function withoutTails(
  { ask }: Questions,
  { name, where, trim }: { readonly name: string; readonly where: Condition; readonly trim: number },
): Promise<Condition> {
  const [row] = await ask(
    `SELECT quantile_cont(${name}, [${trim}, ${1 - trim}]) AS ends FROM ranking WHERE ${where.sql} AND isfinite(${name})`,
    where.values,
  );
  const ends = row?.ends as { readonly items?: readonly number[] } | readonly number[] | null;
  const [low, high] = (ends && 'items' in ends ? ends.items : (ends as readonly number[] | null)) ?? [];
  if (low === undefined || high === undefined) return where;
  return {
    sql: `(${where.sql}) AND ${name} BETWEEN CAST(? AS DOUBLE) AND CAST(? AS DOUBLE)`,
    values: [...where.values, low, high],
  };
}

interface GridRequest extends Selection {
  readonly x: string;
  readonly y: string;
  readonly columns: number;
  readonly rows: number;
}

async function countGrid(
  questions: Questions,
  { x, y, columns: across, rows: up, ...selection }: GridRequest,
): Promise<Grid> {
  const { ask, condition, numeric } = questions;
  const [nameX, nameY] = [numeric(x, 'x'), numeric(y, 'y')];
  const where = condition(selection);
  const both = {
    sql: `(${where.sql}) AND isfinite(${nameX}) AND isfinite(${nameY})`,
    values: where.values,
  };
  const [rangeX, rangeY] = [
    await rangeOf(questions, { name: nameX, where: both }),
    await rangeOf(questions, { name: nameY, where: both }),
  ];
  const outside = (await countOf(questions, where)) - rangeX.count;
  const axisX = { column: x, low: rangeX.low ?? 0, high: rangeX.high ?? 0, steps: across };
  const axisY = { column: y, low: rangeY.low ?? 0, high: rangeY.high ?? 0, steps: up };
  const step = ({ low, high, steps }: Axis) => (high > low ? (high - low) / steps : 1);
  const cells = await ask(
    `SELECT least(floor((${nameX} - ${double(axisX.low)}) / ${double(step(axisX))}), ${across - 1})::INTEGER AS x,
                least(floor((${nameY} - ${double(axisY.low)}) / ${double(step(axisY))}), ${up - 1})::INTEGER AS y,
                count(*)::DOUBLE AS count, min(rank)::DOUBLE AS best
         FROM ranking WHERE ${both.sql} GROUP BY 1, 2`,
    both.values,
  );
  return {
    x: axisX,
    y: axisY,
    outside,
    cells: cells.map((cell) => ({
      x: Number(cell.x),
      y: Number(cell.y),
      count: Number(cell.count),
      best: Number(cell.best),
    })),
  };
}

/**
 * A number in SQL. DuckDB reads digits alone as a DECIMAL, whose DOUBLE may be the next larger one, so that the smallest
 * value of a column would lie below its first bin.
 */
const double = (value: number): string => `'${value}'::DOUBLE`;

/** The finite values of a column: the smallest, the largest, and their number. */
async function rangeOf(
  { ask }: Questions,
  { name, where }: { readonly name: string; readonly where: Condition },
) {
  const [range] = await ask(
    `SELECT min(${name}) AS low, max(${name}) AS high, count(*)::DOUBLE AS count FROM ranking WHERE ${where.sql} AND isfinite(${name})`,
    where.values,
  );
  return {
    low: range!.low as number | null,
    high: range!.high as number | null,
    count: Number(range!.count),
  };
}

async function countOf({ ask }: Questions, where: Condition): Promise<number> {
  const sql = `SELECT count(*)::DOUBLE AS count FROM ranking WHERE ${where.sql}`;
  return Number((await ask(sql, where.values))[0]!.count);
}

const SHARES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

async function statisticsOf({
  ask,
  column,
  where,
}: {
  readonly ask: Questions['ask'];
  readonly column: string;
  readonly where: Condition;
}): Promise<Statistics> {
  const name = quoteName(column);
  // The quantiles are exact: DuckDB's approx_quantile returns 2.2e-308 for high shares of negative values.
  const [row] = await ask(
    `SELECT count(*)::DOUBLE AS count, min(${name}) AS min, max(${name}) AS max, avg(${name}) AS mean,
            stddev_pop(${name}) AS deviation, quantile_cont(${name}, [${SHARES.join(', ')}]) AS quantiles
     FROM ranking WHERE ${where.sql} AND isfinite(${name})`,
    where.values,
  );
  const { count, min, max, mean, deviation, quantiles } = row as unknown as Record<string, number | null> & {
    quantiles: number[] | null;
  };
  return {
    count: Number(count),
    min: min ?? null,
    max: max ?? null,
    mean: mean ?? null,
    deviation: deviation ?? null,
    quantiles: Object.fromEntries(SHARES.map((share, i) => [String(share), quantiles?.[i] ?? null])),
  };
}
