// In: cells. Out: which of them share a stack, so that every edge has about the same operations in every stack.
import { balance, KINDS, kindsOf, loadsOf } from './balance.js';
import { EDGES, SLOTTED, type Slotted, type StackCell } from './cell.js';

/** Slots of each operation on each of EDGES: a stack's program computes that many, used or not. */
export type Capacities = readonly Readonly<Record<Slotted, number>>[];

/** Positions in the list of cells; at most `size` a stack. */
export type Stacks = readonly (readonly number[])[];

/** Standard deviations that another list's loads may lie above those of the list that a program was made for. */
const HEADROOM = 3;

/** Candidates of a stack, and the slots that its program has for them. */
export interface StackFit {
  readonly size: number;
  readonly capacities: Capacities;
}

/** The size of the fewest even stacks of at most `limit` that take `count` candidates. */
export function evenSize({ count, limit }: { count: number; limit: number }): number {
  const stacks = Math.max(1, Math.ceil(count / limit));
  return Math.max(1, Math.ceil(count / stacks));
}

/**
 * The program for stacks of at most `limit` that serves these cells, and others of their kind: the fewest even stacks,
 * with the slots that the most even split needs and some more, so that the next list of random candidates or children
 * fits too. Loads of random lists vary binomially, and spread over the stacks. Every operation has a slot: the next list
 * may have what this one lacks.
 */
export function chooseFit({
  cells,
  limit,
  headroom = HEADROOM,
}: {
  cells: readonly StackCell[];
  limit: number;
  headroom?: number;
}): StackFit {
  const size = evenSize({ count: cells.length, limit });
  const stacks = Math.max(1, Math.ceil(cells.length / size));
  const loads = largestLoads({ cells, stacks: balance({ cells, size }) }).map((load) => {
    const more = Math.ceil((headroom * Math.sqrt(load * stacks * (1 - load / size))) / stacks);
    return Math.min(size, Math.max(1, load + more));
  });
  return { size, capacities: toCapacities(loads) };
}

/**
 * Splits cells into stacks of at most `size` that keep the capacities. As many stacks as the size asks for, if an even
 * split fits; more where the capacities were chosen for other cells. A capacity that no stack can keep throws.
 */
export function composeStacks({
  cells,
  size,
  capacities,
}: {
  cells: readonly StackCell[];
  size: number;
  capacities: Capacities;
}): Stacks {
  const limit = toLoads(capacities);
  const even = balance({ cells, size });
  const loads = largestLoads({ cells, stacks: even });
  if (loads.every((load, kind) => load <= limit[kind]!)) return even;
  return place({ cells, size, limit });
}

/** Share of the slots that are used, over all stacks: by convolutions, and by all operations. */
export function fillOf({
  cells,
  stacks,
  capacities,
}: {
  cells: readonly StackCell[];
  stacks: Stacks;
  capacities: Capacities;
}) {
  const used = loadsOf(cells);
  const slots = toLoads(capacities).map((slots) => slots * stacks.length);
  const share = (kinds: readonly number[]) =>
    kinds.reduce((sum, kind) => sum + used[kind]!, 0) / kinds.reduce((sum, kind) => sum + slots[kind]!, 0);
  const kinds = Array.from({ length: KINDS }, (_, kind) => kind);
  return { convolutions: share(kinds.filter((kind) => kind % SLOTTED.length < 2)), all: share(kinds) };
}

/** Puts each cell into the first stack that has the slots for it; rare operations first. */
function place({
  cells,
  size,
  limit,
}: {
  cells: readonly StackCell[];
  size: number;
  limit: readonly number[];
}): number[][] {
  const kinds = cells.map(kindsOf);
  const scarcity = cells.map((_, i) => kinds[i]!.reduce((sum, kind) => sum + 1 / (limit[kind]! || 1e-9), 0));
  const order = cells.map((_, i) => i).sort((a, b) => scarcity[b]! - scarcity[a]! || a - b);
  const stacks: { members: number[]; loads: number[] }[] = [];
  for (const i of order) {
    const missing = kinds[i]!.find((kind) => limit[kind] === 0);
    if (missing !== undefined)
      throw new RangeError(
        `edge ${Math.floor(missing / SLOTTED.length)} has no slot for ${SLOTTED[missing % SLOTTED.length]}`,
      );
    let stack = stacks.find(
      ({ members, loads }) => members.length < size && kinds[i]!.every((kind) => loads[kind]! < limit[kind]!),
    );
    if (!stack) {
      stack = { members: [], loads: new Array<number>(KINDS).fill(0) };
      stacks.push(stack);
    }
    stack.members.push(i);
    for (const kind of kinds[i]!) stack.loads[kind]!++;
  }
  return stacks.map(({ members }) => members);
}

function largestLoads({ cells, stacks }: { cells: readonly StackCell[]; stacks: Stacks }): number[] {
  const largest = new Array<number>(KINDS).fill(0);
  for (const stack of stacks)
    loadsOf(stack.map((i) => cells[i]!)).forEach((load, kind) => {
      largest[kind] = Math.max(largest[kind]!, load);
    });
  return largest;
}

function toCapacities(loads: readonly number[]): Capacities {
  return EDGES.map((_, edge) => ({
    conv3x3: loads[edge * SLOTTED.length]!,
    conv1x1: loads[edge * SLOTTED.length + 1]!,
    pool: loads[edge * SLOTTED.length + 2]!,
    skip: loads[edge * SLOTTED.length + 3]!,
  }));
}

function toLoads(capacities: Capacities): number[] {
  return capacities.flatMap((slots) => SLOTTED.map((operation) => slots[operation]));
}
