// Ranks the whole cohort of a plan, and writes ranking.csv and failures.csv as blobs.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { BestCandidate } from '../core/contract/search.js';
import type { RankInput, SearchActivities } from '../core/contract/search-activities.js';
import { LostScoreError } from '../core/errors.js';
import { compareRows } from '../core/ranking/order.js';
import { failuresCsv } from '../core/report/failures-csv.js';
import { type RankingRow, rankingHeader, rankingLines } from '../core/report/ranking-csv.js';
import { openSpace } from '../core/spaces/index.js';
import type { Specification } from '../core/specification/specification.js';
import { createTextIndex } from '../core/text/text-index.js';
import type { Failure, Proxies, Store } from '../store/store.js';
import { addressOf } from './address-scores.js';
import { hasDistinctUnits, lookUp, memberBatches } from './cohort.js';
import { readCalibratedScore, type ScoreUnit } from './rank/calibrated.js';
import { type Chunk, type CohortColumns, createColumns } from './rank/columns.js';
import { withFolder } from './rank/folder.js';
import { createLatencyColumn, type LatencyColumn } from './rank/latency-column.js';
import { createMembers } from './rank/members.js';
import { sortRows } from './rank/spill-sort.js';

/** Limits of memory: values of all columns together, and rows that are sorted at once. */
export interface RankLimits {
  readonly values: number;
  readonly rows: number;
}

/** 16 MB of numbers, and about 30 MB of rows; sorting these creates several times as much garbage. */
const LIMITS: RankLimits = { values: 2_000_000, rows: 50_000 };

type Members = ReturnType<typeof createMembers>;
type UnrankedRow = Omit<RankingRow, 'rank'>;

export function rankCandidates({
  store,
  limits = LIMITS,
}: {
  readonly store: Store;
  readonly limits?: RankLimits;
}): SearchActivities['rankCandidates'] {
  return (input) =>
    withFolder(async (folder) => {
      const { specification } = input;
      const numbers = specification.proxies.length * specification.fidelity.draws;
      const most = Math.max(1, Math.floor(limits.values / numbers));
      const chunkUnits = Math.min(most, Math.max(1, input.plan.count));
      const columns = createColumns({ specification, folder, chunkUnits });
      const members = createMembers({ folder, chunkUnits });
      const failures = await readCohort({ store, input, columns, members });
      const scopes = input.latencies;
      const latencies = scopes && (await createLatencyColumn({ latencies: store.latencies, scopes }));
      const scoreUnit = await readCalibratedScore({ blobs: store.blobs, specification });
      const rows = rowsOf({ specification, columns, members, latencies, scoreUnit });
      const inOrder = sortRows({ rows, compare: compareRows, runRows: limits.rows, folder });
      const path = join(folder, 'ranking.csv');
      const best = await writeRanking({ path, specification, rows: inOrder, latencies });
      return {
        ...(latencies ? { latency: latencies.counts() } : {}),
        ...(best && Number.isFinite(best.score) ? { best } : {}),
        ranking: await store.blobs.putStream(() => createReadStream(path)),
        failures: await store.blobs.put(new TextEncoder().encode([...failuresCsv(failures)].join(''))),
      };
    });
}

interface ReadCohortArguments {
  readonly store: Store;
  readonly input: RankInput;
  readonly columns: CohortColumns;
  readonly members: Members;
}

/**
 * Passes every scored unit to `columns` and every candidate of a scored unit to `members`; returns the
 * candidates that were set aside.
 */
async function readCohort({
  store,
  input,
  columns,
  members,
}: ReadCohortArguments): Promise<readonly Failure[]> {
  const { run, specification, plan } = input;
  const address = addressOf(input);
  const known = await store.failures.list(run);
  const setAside = new Map(known.map((failure) => [failure.candidate, failure]));
  const failed: Failure[] = [];
  const distinct = hasDistinctUnits(specification);
  const scored = createTextIndex();
  let count = 0;
  for await (const batch of memberBatches({ store, specification, plan })) {
    const units = [...new Set(batch.map(({ unit }) => unit))];
    const numbers = new Map(units.map((unit) => [unit, distinct ? undefined : scored.numberOf(unit)]));
    const fresh = units.filter((unit) => numbers.get(unit) === undefined);
    const found = await lookUp({ store, specification, address, units: fresh });
    for (const [i, unit] of fresh.entries()) {
      if (found[i]!.includes(undefined)) {
        if (setAside.has(unit)) continue;
        throw new LostScoreError(`no score of ${unit} in the store: lost between audit and ranking`);
      }
      if (!distinct) scored.add(unit);
      numbers.set(unit, count++);
      await columns.add(found[i] as readonly Proxies[]);
    }
    for (const { candidate, unit } of batch) {
      const number = numbers.get(unit);
      if (number === undefined) failed.push({ ...setAside.get(unit)!, candidate });
      else await members.add({ candidate, unit, number });
    }
  }
  await members.finish();
  return failed;
}

interface RowsOfArguments {
  readonly specification: Specification;
  readonly columns: CohortColumns;
  readonly members: Members;
  readonly latencies: LatencyColumn | undefined;
  readonly scoreUnit: ScoreUnit | undefined;
}

/** A row for each candidate, in blocks, in unspecified order. */
async function* rowsOf({
  specification,
  columns,
  members,
  latencies,
  scoreUnit,
}: RowsOfArguments): AsyncGenerator<readonly UnrankedRow[]> {
  const { proxies, cohort } = specification;
  const { resolution } = specification.fidelity;
  const space = openSpace(specification.space);
  for await (const chunk of columns.chunks()) {
    const { index, from, means } = chunk;
    const scoreOf = scoreUnit ? scoreOnce(chunk, scoreUnit) : (_: string, at: number) => chunk.scores[at]!;
    for await (const block of members.of(index)) {
      const measured = await latencies?.of(block.map(({ candidate }) => candidate));
      yield block.map(({ candidate, unit, number }, at) => {
        const { flops, parameters } = space.costs({ candidate, resolution });
        // A candidate shares the score of its class, but has the costs of its own text.
        const own: Readonly<Record<string, number>> = { complexity: flops, flops, parameters };
        const value = (proxy: string, i: number) => own[proxy] ?? means[i]![number - from]!;
        return {
          candidate,
          score: scoreOf(unit, number - from),
          proxies: Object.fromEntries(proxies.map((proxy, i) => [proxy, value(proxy, i)])),
          parameters,
          ...(cohort === 'classes' ? { class: unit } : {}),
          ...(measured ? { latency: measured[at]! } : {}),
        };
      });
    }
  }
}

/** Scores a unit once, however many candidates share it; `at` is its place in the chunk. */
function scoreOnce({ shares }: Chunk, scoreUnit: ScoreUnit): (unit: string, at: number) => number {
  const known = new Map<number, number>();
  return (unit, at) => {
    const found = known.get(at);
    if (found !== undefined) return found;
    const score = scoreUnit(
      unit,
      shares.map((column) => column[at]!),
    );
    known.set(at, score);
    return score;
  };
}

interface WriteRankingArguments {
  readonly path: string;
  readonly specification: Specification;
  readonly rows: AsyncIterable<readonly UnrankedRow[]>;
  readonly latencies: LatencyColumn | undefined;
}

/** Returns the candidate of the first row. */
async function writeRanking({
  path,
  specification: { cohort, proxies },
  rows,
  latencies,
}: WriteRankingArguments): Promise<BestCandidate | undefined> {
  let best: BestCandidate | undefined;
  const file = await open(path, 'w');
  try {
    let rank = 0;
    const columns = (['class', 'latency'] as const).filter((name) =>
      name === 'class' ? cohort === 'classes' : latencies !== undefined,
    );
    let text = rankingHeader({ cohort, columns, proxies });
    for await (const block of rows) {
      const [first] = block;
      if (first) best ??= { candidate: first.candidate, score: first.score };
      text += rankingLines(
        block.map((row) => ({ rank: ++rank, ...row })),
        { proxies },
      );
      await file.appendFile(text);
      text = '';
    }
  } finally {
    await file.close();
  }
  return best;
}
