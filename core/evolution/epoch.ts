// Finds the candidates of a history that can be among the best during the next insertions, so that only these
// need to be compared.
import type { RankScore } from './rank-score.js';
import type { RankTable } from './rank-table.js';
import { selectHighest } from './select-highest.js';

/**
 * The length of an epoch as a fraction of the history: 1 / LONGEST at first, and never below 1 / SHORTEST.
 */
export const LONGEST = 4;
const SHORTEST = 1024;

export interface Epoch {
  /** Size of the history at which the epoch ends. */
  readonly end: number;
  /** The epoch lasts size / share insertions. */
  readonly share: number;
  /**
   * The quick score, in a history of size `end`, that a candidate must be able to reach to be a contender.
   */
  readonly threshold: number;
  /**
   * Positions in the history, ascending. Above `room` contenders, starting a new epoch is cheaper than going
   * on.
   */
  readonly contenders: number[];
  readonly room: number;
  /** For each proxy, the contenders' sums of ranks over the draws. */
  readonly sums: readonly number[][];
  /** For each column, the contenders' values. */
  readonly values: readonly number[][];
}

export interface EpochContext {
  readonly table: RankTable;
  readonly score: RankScore;
  /** The number of candidates that count as the best. */
  readonly wanted: number;
}

/**
 * Begins an epoch at the present size of the history. Its length starts at size / `share` and is halved until
 * few contenders remain.
 */
export function beginEpoch(
  { table, score, wanted }: EpochContext,
  { share }: { readonly share: number },
): Epoch {
  const size = table.size();
  const sums = table.allSums();
  // The worst of the present best candidates. Until the epoch ends, at least `wanted` candidates have at
  // least the score that it would have if its ranks did not rise.
  const now = score.quick({ sums, of: size });
  const worst = selectHighest({ scores: now, count: wanted }).reduce((a, b) => (now[b]! < now[a]! ? b : a));
  for (let tried = share; ; tried *= 2) {
    const length = Math.max(1, Math.floor(size / tried));
    const end = size + length;
    const lowest = score.quick({ sums: sums.map((sum) => [sum[worst]!]), of: end })[0]!;
    const threshold = size <= wanted ? -Infinity : score.below(lowest);
    const raised = sums.map((sum) => sum.map((s) => s + length * table.draws));
    const reach = score.quick({ sums: raised, of: end });
    const contenders: number[] = [];
    for (let i = 0; i < size; i += 1) if (reach[i]! >= threshold) contenders.push(i);
    // Where many scores equal the threshold, a shorter epoch would have as many contenders.
    if (contenders.length > 1.5 * wanted && length > 1 && tried < SHORTEST) continue;
    return {
      end,
      share: tried,
      threshold,
      contenders,
      room: Math.max(2 * wanted, 1.5 * contenders.length),
      sums: sums.map((sum) => contenders.map((i) => sum[i]!)),
      values: table.columns.map(({ values }) => contenders.map((i) => values[i]!)),
    };
  }
}

export function isOver({ end, contenders, room }: Epoch, { table }: EpochContext): boolean {
  return table.size() >= end || contenders.length > room;
}

/**
 * Updates the ranks of the contenders after an insertion whose value in each column is `row`. The new
 * candidate becomes a contender if it can reach the threshold.
 */
export function admit(epoch: Epoch, { table, score }: EpochContext, row: readonly number[]): void {
  const { contenders, sums, values, end, threshold } = epoch;
  table.columns.forEach(({ proxy }, c) => {
    raiseRanks({ sums: sums[proxy]!, values: values[c]!, value: row[c]! });
  });
  const size = table.size();
  const own = table.sums(row);
  const raised = own.map((sum) => [sum + (end - size) * table.draws]);
  if (score.quick({ sums: raised, of: end })[0]! < threshold) return;
  contenders.push(size - 1);
  own.forEach((sum, proxy) => {
    sums[proxy]!.push(sum);
  });
  row.forEach((value, c) => {
    values[c]!.push(value);
  });
}

/**
 * A new value raises the ranks of larger values by 1, and those of equal values, which share their average
 * rank, by 1/2.
 */
function raiseRanks({
  sums,
  values,
  value,
}: {
  readonly sums: number[];
  readonly values: readonly number[];
  readonly value: number;
}): void {
  for (let j = 0; j < values.length; j += 1) {
    const other = values[j]!;
    if (other > value) sums[j] = sums[j]! + 1;
    else if (other === value) sums[j] = sums[j]! + 0.5;
  }
}

/**
 * Positions in the history of the best candidates, ascending. Contenders whose quick scores are too close to tell apart are
 * compared by their exact scores.
 */
export function chooseBest({ contenders, sums }: Epoch, { table, score, wanted }: EpochContext): Uint32Array {
  if (contenders.length <= wanted) return Uint32Array.from(contenders);
  const size = table.size();
  const quick = score.quick({ sums, of: size });
  const rough = selectHighest({ scores: quick, count: wanted });
  let lowest = Infinity;
  for (const j of rough) lowest = Math.min(lowest, quick[j]!);
  const [floor, ceiling] = [score.below(lowest), score.above(lowest)];
  const doubtful: number[] = [];
  let sure = 0;
  for (let j = 0; j < quick.length; j += 1)
    if (quick[j]! > ceiling) sure += 1;
    else if (quick[j]! >= floor) doubtful.push(j);
  const exact = doubtful.map((j) => score.exact({ sums: sums.map((sum) => sum[j]!), of: size }));
  const passed = selectHighest({ scores: new Float64Array(exact), count: wanted - sure });
  const out = new Uint32Array(wanted);
  for (let j = 0, at = 0, next = 0; at < wanted; j += 1) {
    const isNext = next < passed.length && doubtful[passed[next]!] === j;
    if (isNext) next += 1;
    if (isNext || quick[j]! > ceiling) out[at++] = contenders[j]!;
  }
  return out;
}
