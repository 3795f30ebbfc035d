// Deals cells out to runs so that each operation of each edge is about as frequent in every run.
import { EDGES, SLOTTED, type SupernetCell } from './cell.js';

/** Operations with slots, of all edges. */
export const KINDS = EDGES.length * SLOTTED.length;
/** Rounds of exchanges between runs; each walks over all cells once. */
const ROUNDS = 12;
/** Partners that a cell is compared with in each round, STRIDE places apart. */
const TRIES = 12;
const STRIDE = 7;

/** Number of (edge, operation) of each of a cell's operations; `none` has none. */
export function kindsOf(cell: SupernetCell): readonly number[] {
  return cell.flatMap((operation, edge) =>
    operation === 'none' ? [] : edge * SLOTTED.length + SLOTTED.indexOf(operation),
  );
}

/** The latest even split of a list: it is asked for twice, when capacities are chosen and when the list is split. */
const splits = new WeakMap<readonly SupernetCell[], { size: number; runs: number[][] }>();

export function balance({ cells, size }: { cells: readonly SupernetCell[]; size: number }): number[][] {
  const known = splits.get(cells);
  if (known?.size === size) return known.runs;
  const runs = evenOut({ cells, size });
  splits.set(cells, { size, runs });
  return runs;
}

/** Deals cells out evenly, then exchanges cells between runs while that evens the loads out. */
function evenOut({ cells, size }: { cells: readonly SupernetCell[]; size: number }): number[][] {
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

/** Exchanges cells of run `s` with cells of other runs where that evens the loads out (lowers the sum of their squares). */
function exchange({
  s,
  runs,
  loads,
  kinds,
  round,
}: {
  s: number;
  runs: number[][];
  loads: number[][];
  kinds: readonly (readonly number[])[];
  round: number;
}): number {
  let moved = 0;
  const run = runs[s]!;
  for (let i = 0; i < run.length; i++) {
    const a = run[i]!;
    // A partner is looked for at a few places of one other run, others in each round.
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

/** Change of the loads' sum of squares if two cells of two runs change places. */
function change({
  kinds,
  partner,
  from,
  to,
}: {
  kinds: readonly number[];
  partner: readonly number[];
  from: readonly number[];
  to: readonly number[];
}): number {
  let sum = 0;
  for (const kind of kinds) if (!partner.includes(kind)) sum += 2 * (to[kind]! - from[kind]!) + 2;
  for (const kind of partner) if (!kinds.includes(kind)) sum += 2 * (from[kind]! - to[kind]!) + 2;
  return sum;
}

/** How many of these cells have each kind. */
export function loadsOf(cells: readonly SupernetCell[]): number[] {
  const loads = new Array<number>(KINDS).fill(0);
  for (const cell of cells) for (const kind of kindsOf(cell)) loads[kind]!++;
  return loads;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
