// In: cells. Out: them dealt out to stacks so that each operation of each edge is about as frequent in every stack.
import { EDGES, SLOTTED, type StackCell } from './cell.js';

/** Operations with slots, of all edges. */
export const KINDS = EDGES.length * SLOTTED.length;
/** Rounds of exchanges between stacks; each walks over all cells once. */
const ROUNDS = 12;
/** Partners that a cell is compared with in each round, so many places apart. */
const TRIES = 12;
const STRIDE = 7;

/** Number of (edge, operation) of each of a cell's operations; `none` has none. */
export function kindsOf(cell: StackCell): readonly number[] {
  return cell.flatMap((operation, edge) =>
    operation === 'none' ? [] : edge * SLOTTED.length + SLOTTED.indexOf(operation),
  );
}

/** The last even split of a list: capacities are chosen first, then the list is split. */
const splits = new WeakMap<readonly StackCell[], { size: number; stacks: number[][] }>();

export function balance({ cells, size }: { cells: readonly StackCell[]; size: number }): number[][] {
  const known = splits.get(cells);
  if (known?.size === size) return known.stacks;
  const stacks = evenOut({ cells, size });
  splits.set(cells, { size, stacks });
  return stacks;
}

/** Deals cells out evenly, then exchanges cells between stacks while that evens the loads out. */
function evenOut({ cells, size }: { cells: readonly StackCell[]; size: number }): number[][] {
  const count = Math.max(1, Math.ceil(cells.length / size));
  const kinds = cells.map(kindsOf);
  const names = cells.map((cell) => cell.join());
  const order = cells.map((_, i) => i).sort((a, b) => compareText(names[a]!, names[b]!) || a - b);
  const stacks: number[][] = Array.from({ length: count }, () => []);
  for (const [i, cell] of order.entries()) stacks[i % count]!.push(cell);
  const loads = stacks.map((stack) => loadsOf(stack.map((i) => cells[i]!)));
  for (let round = 0; round < ROUNDS && count > 1; round++) {
    let moved = 0;
    for (let s = 0; s < count; s++) moved += exchange({ s, stacks, loads, kinds, round });
    if (moved === 0) break;
  }
  return stacks;
}

/** Exchanges cells of stack `s` with cells of other stacks where that evens the loads out (lowers the sum of their squares). */
function exchange({
  s,
  stacks,
  loads,
  kinds,
  round,
}: {
  s: number;
  stacks: number[][];
  loads: number[][];
  kinds: readonly (readonly number[])[];
  round: number;
}): number {
  let moved = 0;
  const stack = stacks[s]!;
  for (let i = 0; i < stack.length; i++) {
    const a = stack[i]!;
    // A partner is looked for at a few places of one other stack, others in each round.
    const t = (s + 1 + ((i * 7 + round * 13) % (stacks.length - 1))) % stacks.length;
    const other = stacks[t]!;
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
    stack[i] = b;
    other[place] = a;
    moved++;
  }
  return moved;
}

/** Change of the loads' sum of squares if two cells of two stacks change places. */
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
export function loadsOf(cells: readonly StackCell[]): number[] {
  const loads = new Array<number>(KINDS).fill(0);
  for (const cell of cells) for (const kind of kindsOf(cell)) loads[kind]!++;
  return loads;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
