// Ranks a cohort of any size: raw values are stored in files, and scores are computed chunk by chunk, with
// one chunk in memory at a time.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rankTerm } from '../../core/ranking/aggregate.js';
import { addPositions, indexOf, rankOf, sortable } from '../../core/ranking/ranks.js';
import type { Specification } from '../../core/specification/specification.js';
import type { Proxies } from '../../store/store.js';

export interface Chunk {
  readonly index: number;
  /** The index of the chunk's first unit. */
  readonly from: number;
  readonly scores: Float64Array;
  /** For each proxy, in the order of the specification, the mean rank over the draws divided by the cohort size. */
  readonly shares: readonly Float64Array[];
  /** The mean over the draws of each proxy, in the order of the specification. */
  readonly means: readonly Float64Array[];
}

export interface CohortColumns {
  add(draws: readonly Proxies[]): Promise<void>;
  /** Ranks everything that was added; nothing may be added afterwards. */
  chunks(): AsyncGenerator<Chunk>;
}

export interface ColumnsOptions {
  readonly specification: Specification;
  readonly folder: string;
  /** The number of units in a chunk. */
  readonly chunkUnits: number;
}

/**
 * Each proxy under each draw is a column, which is stored in files of `chunkUnits` values twice: in order of
 * arrival, and sorted. The rank of a value follows from the sum of its positions in all sorted chunks
 * (`addPositions`). It equals the rank in the whole sorted column, whatever the size of a chunk.
 */
export function createColumns({
  specification: { proxies, aggregation, fidelity },
  folder,
  chunkUnits,
}: ColumnsOptions): CohortColumns {
  const names = proxies.flatMap((proxy) =>
    Array.from({ length: fidelity.draws }, (_, draw) => ({ proxy, draw })),
  );
  const buffers = names.map(() => new Float64Array(chunkUnits));
  let units = 0;
  const file = (column: number, chunk: number, what: 'raw' | 'sorted') =>
    join(folder, `column-${column}-${chunk}-${what}`);
  const flush = async (chunk: number, length: number): Promise<void> => {
    for (const [column, buffer] of buffers.entries()) {
      const values = buffer.subarray(0, length);
      await write(file(column, chunk, 'raw'), values);
      await write(file(column, chunk, 'sorted'), sortable(values).sort());
    }
  };

  return {
    add: async (draws) => {
      const at = units % chunkUnits;
      names.forEach(({ proxy, draw }, column) => {
        buffers[column]![at] = draws[draw]![proxy]!;
      });
      units += 1;
      if (units % chunkUnits === 0) await flush(units / chunkUnits - 1, chunkUnits);
    },

    async *chunks() {
      const count = Math.ceil(units / chunkUnits);
      if (units % chunkUnits > 0) await flush(count - 1, units % chunkUnits);
      buffers.length = 0;
      for (let index = 0; index < count; index += 1) yield chunkAt(index, count);
    },
  };

  async function chunkAt(index: number, count: number): Promise<Chunk> {
    const from = index * chunkUnits;
    const length = Math.min(chunkUnits, units - from);
    const scores = new Float64Array(length);
    const means = [];
    const shares = [];
    for (const [number, proxy] of proxies.entries()) {
      const files = Array.from({ length: fidelity.draws }, (_, draw): ColumnFile => {
        const column = number * fidelity.draws + draw;
        return (chunk, what) => file(column, chunk, what);
      });
      const { ranks, sums } = await sumsOfDraws({ files, index, count, length });
      const { kind, weights } = aggregation;
      const own = ranks.map((sum) => sum / fidelity.draws / units);
      addTerms({ scores, shares: own, kind, weight: weights[proxy]! });
      shares.push(own);
      means.push(sums.map((sum) => sum / fidelity.draws));
    }
    return { index, from, scores, shares, means };
  }
}

interface AddTermsArguments {
  readonly scores: Float64Array;
  readonly shares: Float64Array;
  readonly kind: Specification['aggregation']['kind'];
  readonly weight: number;
}

function addTerms({ scores, shares, kind, weight }: AddTermsArguments): void {
  for (let i = 0; i < scores.length; i += 1)
    scores[i] = scores[i]! + rankTerm({ kind, weight, share: shares[i]! });
}

/** Returns the path of a chunk of one column. */
type ColumnFile = (chunk: number, what: 'raw' | 'sorted') => string;

interface SumsOfDrawsArguments {
  /** The columns of one proxy, one for each draw. */
  readonly files: readonly ColumnFile[];
  /** The index of the chunk, and the number of chunks. */
  readonly index: number;
  readonly count: number;
  /** The number of units in the chunk. */
  readonly length: number;
}

/** For each unit of a chunk, the sums over the draws of its ranks in the whole cohort and of its values. */
async function sumsOfDraws({
  files,
  index,
  count,
  length,
}: SumsOfDrawsArguments): Promise<{ readonly ranks: Float64Array; readonly sums: Float64Array }> {
  const ranks = new Float64Array(length);
  const sums = new Float64Array(length);
  for (const file of files) {
    const own = await read(file(index, 'sorted'));
    const positions = new Float64Array(length);
    for (let other = 0; other < count; other += 1) {
      const sorted = other === index ? own : await read(file(other, 'sorted'));
      addPositions({ values: own, sorted, positions });
    }
    const values = await read(file(index, 'raw'));
    for (let i = 0; i < length; i += 1) {
      ranks[i] = ranks[i]! + rankOf(positions[indexOf(own, values[i]!)]!);
      sums[i] = sums[i]! + values[i]!;
    }
  }
  return { ranks, sums };
}

function write(path: string, values: Float64Array): Promise<void> {
  return writeFile(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/**
 * The bytes are copied because Node reads a small file into a shared buffer, at an offset that may not be a
 * multiple of 8.
 */
async function read(path: string): Promise<Float64Array> {
  const bytes = await readFile(path);
  return new Float64Array(new Uint8Array(bytes).buffer);
}
