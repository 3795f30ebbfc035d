// Distributes cells over runs so that each operation of each edge is about equally frequent in every run.
import { EDGES, SLOTTED, type SupernetCell } from './cell.js';

/** The number of pairs (edge, operation with slots). */
export const KINDS = EDGES.length * SLOTTED.length;
/** The number of rounds of exchanges; each round visits all cells once. */
const ROUNDS = 12;
/** The number of partners with which a cell is compared in each round, STRIDE places apart. */
const TRIES = 12;
const STRIDE = 7;

/** The indices of a cell's pairs (edge, operation); edges with `none` have no pair. */
export function kindsOf(cell: SupernetCell): readonly number[] {
  return cell.flatMap((operation, edge) =>
    operation === 'none' ? [] : edge * SLOTTED.length + SLOTTED.indexOf(operation),
  );
}

/**
 * The latest even split of a list is cached, because it is needed twice: to choose capacities and to split
 * the list.
 */
const splits = new WeakMap<readonly SupernetCell[], { size: number; runs: number[][] }>();

export function balance({
  cells,
  size,
}: {
  readonly cells: readonly SupernetCell[];
  readonly size: number;
}): number[][] {
  const known = splits.get(cells);
  if (known?.size === size) return known.runs;
  const runs = evenOut({ cells, size });
  splits.set(cells, { size, runs });
  return runs;
}

/** Deals cells out evenly, then swaps cells between runs as long as that balances the loads. */
function evenOut({
  cells,
  size,
}: {
  readonly cells: readonly SupernetCell[];
  readonly size: number;
}): number[][] {
  const count = Math.max(1, Math.ceil(cells.length / size));
  const kinds = cells.map(kindsOf);
  const names = cells.map((cell) => cell.join());
  const order = cells.map((_, i) => i).sort((a, b) => compareText(names[a]!, names[b]!) || a - b);
  const runs: number[][] = Array.from({ length: count }, () => []);
  for (const [i, cell] of order.entries()) runs[i % count]!.push(cell);
  const loads = runs.map((run) => loadsOf(run.map((i) => cells[i]!)));
  for (let round = 0; round < ROUNDS && count > 1; round++) {
    let moved = 0;
    for (let s = 0; s < count; s++) moved += exchange({ s, runs, loads, kinds, round });
    if (moved === 0) break;
  }
  return runs;
}

interface ExchangeArguments {
  readonly s: number;
  readonly runs: number[][];
  readonly loads: number[][];
  readonly kinds: readonly (readonly number[])[];
  readonly round: number;
}

/** Swaps cells of run `s` with cells of other runs where that lowers the sum of squares of the loads. */
function exchange({ s, runs, loads, kinds, round }: ExchangeArguments): number {
  let moved = 0;
  const run = runs[s]!;
  for (let i = 0; i < run.length; i++) {
    const a = run[i]!;
    // A partner is sought at a few places of one other run, which differ from round to round.
    const t = (s + 1 + ((i * 7 + round * 13) % (runs.length - 1))) % runs.length;
    const other = runs[t]!;
    let best = 0;
    let place = -1;
    for (let tried = 0; tried < Math.min(TRIES, other.length); tried++) {
      const j = (i * 31 + round * 17 + tried * STRIDE) % other.length;
      const partner = kinds[other[j]!]!;
      const gain = change({ kinds: kinds[a]!, partner, from: loads[s]!, to: loads[t]! });
      if (gain < best) {
        best = gain;
        place = j;
      }
    }
    if (place < 0) continue;
    const b = other[place]!;
    for (const kind of kinds[a]!) {
      loads[s]![kind]!--;
      loads[t]![kind]!++;
    }
    for (const kind of kinds[b]!) {
      loads[s]![kind]!++;
      loads[t]![kind]!--;
    }
    run[i] = b;
    other[place] = a;
    moved++;
  }
  return moved;
}

interface ChangeArguments {
  readonly kinds: readonly number[];
  readonly partner: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The change in the loads' sum of squares if two cells of two runs are swapped. */
function change({ kinds, partner, from, to }: ChangeArguments): number {
  let sum = 0;
  for (const kind of kinds) if (!partner.includes(kind)) sum += 2 * (to[kind]! - from[kind]!) + 2;
  for (const kind of partner) if (!kinds.includes(kind)) sum += 2 * (from[kind]! - to[kind]!) + 2;
  return sum;
}

/** The number of these cells that have each pair. */
export function loadsOf(cells: readonly SupernetCell[]): number[] {
  const loads = new Array<number>(KINDS).fill(0);
  for (const cell of cells) for (const kind of kindsOf(cell)) loads[kind]!++;
  return loads;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
