// Reads a ranking of any size as columns of numbers, with its first rows.
import { SpecError } from '../../core/errors.js';
import type { RankingRow } from '../../core/report/ranking-csv.js';
import type { ReportColumns, ReportRow } from '../../core/report-page/report-data.js';
import type { Results } from '../results/results.js';

/** The number of first rows that are kept whole. */
const TOP = 20;

export interface ReadColumns {
  readonly columns: ReportColumns;
  /** The texts of all candidates, best first. */
  readonly candidates: readonly string[];
  readonly top: readonly ReportRow[];
  /** The number of ranked candidates of each class among the first rows. */
  readonly members: ReadonlyMap<string, number>;
}

/** `flopsOf` counts the FLOPs of a candidate; undefined where the space cannot. */
export async function readColumns({
  results,
  flopsOf,
}: {
  readonly results: Results;
  readonly flopsOf: (candidate: string) => number | undefined;
}): Promise<ReadColumns> {
  const candidates: string[] = [];
  const first: RankingRow[] = [];
  const score: number[] = [];
  const parameters: number[] = [];
  const flops: number[] = [];
  const latency: number[] = [];
  const proxies = new Map<string, number[]>();
  const members = new Map<string, number>();
  for await (const rows of results.rows()) {
    const measured = await results.latencies(rows);
    for (const row of rows) {
      const at = candidates.length;
      candidates.push(row.candidate);
      if (at < TOP) first.push(row);
      score.push(row.score);
      parameters.push(row.parameters);
      flops.push(flopsOf(row.candidate) ?? row.proxies.complexity ?? Number.NaN);
      latency.push(measured.get(row.candidate)?.latency ?? Number.NaN);
      if (row.class !== undefined) members.set(row.class, (members.get(row.class) ?? 0) + 1);
      for (const [name, value] of Object.entries(row.proxies)) columnOf(proxies, name)[at] = value;
    }
  }
  const columns: ReportColumns = {
    score: Float64Array.from(score),
    parameters: Float64Array.from(parameters),
    flops: knownOrNone(flops),
    latency: knownOrNone(latency),
    proxies: Object.fromEntries(
      [...proxies].map(([name, values]) => [
        name,
        Float64Array.from(candidates, (_, i) => values[i] ?? Number.NaN),
      ]),
    ),
  };
  return { columns, candidates, top: first.map((row, i) => rowOf({ row, at: i, columns })), members };
}

/** A column that has no known value is left out. */
function knownOrNone(values: readonly number[]): Float64Array | undefined {
  return values.some((value) => Number.isFinite(value)) ? Float64Array.from(values) : undefined;
}

function columnOf(columns: Map<string, number[]>, name: string): number[] {
  const column = columns.get(name) ?? [];
  columns.set(name, column);
  return column;
}

function rowOf({
  row: { rank, candidate, score, proxies, parameters, class: unit },
  at,
  columns: { flops, latency },
}: {
  readonly row: RankingRow;
  readonly at: number;
  readonly columns: ReportColumns;
}): ReportRow {
  const known = (column: Float64Array | undefined) =>
    column && Number.isFinite(column[at]!) ? column[at] : undefined;
  return {
    rank,
    candidate,
    score,
    proxies,
    parameters,
    class: unit,
    flops: known(flops),
    latency: known(latency),
  };
}

/** FLOPs by a function that throws for candidates whose costs the space does not know. */
export function knownFlops(count: (candidate: string) => number) {
  return (candidate: string): number | undefined => {
    try {
      return count(candidate);
    } catch (error) {
      if (error instanceof SpecError) return undefined;
      throw error;
    }
  };
}
