// Splits cells into runs of a supernet, so that every edge has about the same operations in every run.
import { balance, KINDS, kindsOf, loadsOf } from './balance.js';
import { EDGES, SLOTTED, type Slotted, type SupernetCell } from './cell.js';

/** Slots of each operation on each of EDGES: the supernet computes that many in every run, used or not. */
export type Capacities = readonly Readonly<Record<Slotted, number>>[];

/** Positions in the list of cells; at most `size` a run. */
export type Runs = readonly (readonly number[])[];

/** Standard deviations by which the loads of another list may exceed those of the list that the supernet was compiled for. */
const HEADROOM = 3;

/** Candidates of a run, and the slots that the supernet has for them. */
export interface SupernetFit {
  readonly size: number;
  readonly capacities: Capacities;
}

/** The size of the fewest even runs of at most `limit` that take `count` candidates. */
export function evenSize({ count, limit }: { count: number; limit: number }): number {
  const runs = Math.max(1, Math.ceil(count / limit));
  return Math.max(1, Math.ceil(count / runs));
}

/**
 * The program for runs of at most `limit` that serves these cells, and others of their kind: the fewest even runs,
 * with the slots that the most even split needs and some more, so that the next list of random candidates or children
 * fits too. Loads of random lists vary binomially, and spread over the runs. Every operation has a slot: the next list
 * may have what this one lacks.
 */
export function chooseFit({
  cells,
  limit,
  headroom = HEADROOM,
}: {
  cells: readonly SupernetCell[];
  limit: number;
  headroom?: number;
}): SupernetFit {
  const size = evenSize({ count: cells.length, limit });
  const runs = Math.max(1, Math.ceil(cells.length / size));
  const loads = largestLoads({ cells, runs: balance({ cells, size }) }).map((load) => {
    const more = Math.ceil((headroom * Math.sqrt(load * runs * (1 - load / size))) / runs);
    return Math.min(size, Math.max(1, load + more));
  });
  return { size, capacities: toCapacities(loads) };
}

/**
 * Splits cells into runs of at most `size` that keep the capacities. As many runs as the size asks for, if an even
 * split fits; more where the capacities were chosen for other cells. A capacity that no run can keep throws.
 */
export function splitIntoRuns({
  cells,
  size,
  capacities,
}: {
  cells: readonly SupernetCell[];
  size: number;
  capacities: Capacities;
}): Runs {
  const limit = toLoads(capacities);
  const even = balance({ cells, size });
  const loads = largestLoads({ cells, runs: even });
  if (loads.every((load, kind) => load <= limit[kind]!)) return even;
  return place({ cells, size, limit });
}

/** Share of the slots that are used, over all runs: by convolutions, and by all operations. */
export function fillOf({
  cells,
  runs,
  capacities,
}: {
  cells: readonly SupernetCell[];
  runs: Runs;
  capacities: Capacities;
}) {
  const used = loadsOf(cells);
  const slots = toLoads(capacities).map((slots) => slots * runs.length);
  const share = (kinds: readonly number[]) =>
    kinds.reduce((sum, kind) => sum + used[kind]!, 0) / kinds.reduce((sum, kind) => sum + slots[kind]!, 0);
  const kinds = Array.from({ length: KINDS }, (_, kind) => kind);
  return { convolutions: share(kinds.filter((kind) => kind % SLOTTED.length < 2)), all: share(kinds) };
}

/** Puts each cell into the first run that has the slots for it; rare operations first. */
function place({
  cells,
  size,
  limit,
}: {
  cells: readonly SupernetCell[];
  size: number;
  limit: readonly number[];
}): number[][] {
  const kinds = cells.map(kindsOf);
  const scarcity = cells.map((_, i) => kinds[i]!.reduce((sum, kind) => sum + 1 / (limit[kind]! || 1e-9), 0));
  const order = cells.map((_, i) => i).sort((a, b) => scarcity[b]! - scarcity[a]! || a - b);
  const runs: { members: number[]; loads: number[] }[] = [];
  for (const i of order) {
    const missing = kinds[i]!.find((kind) => limit[kind] === 0);
    if (missing !== undefined)
      throw new RangeError(
        `edge ${Math.floor(missing / SLOTTED.length)} has no slot for ${SLOTTED[missing % SLOTTED.length]}`,
      );
    let run = runs.find(
      ({ members, loads }) => members.length < size && kinds[i]!.every((kind) => loads[kind]! < limit[kind]!),
    );
    if (!run) {
      run = { members: [], loads: new Array<number>(KINDS).fill(0) };
      runs.push(run);
    }
    run.members.push(i);
    for (const kind of kinds[i]!) run.loads[kind]!++;
  }
  return runs.map(({ members }) => members);
}

function largestLoads({ cells, runs }: { cells: readonly SupernetCell[]; runs: Runs }): number[] {
  const largest = new Array<number>(KINDS).fill(0);
  for (const run of runs)
    loadsOf(run.map((i) => cells[i]!)).forEach((load, kind) => {
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
