// Splits cells into runs of a supernet, so that every edge has about the same operations in every run.
import { balance, KINDS, kindsOf, loadsOf } from './balance.js';
import { EDGES, SLOTTED, type Slotted, type SupernetCell } from './cell.js';

/**
 * The slots of each operation on each of EDGES. The supernet computes all of them in every run, used or not.
 */
export type Capacities = readonly Readonly<Record<Slotted, number>>[];

/** Indices into the list of cells; at most `size` in a run. */
export type Runs = readonly (readonly number[])[];

/**
 * The number of standard deviations by which the loads of another list may exceed those of the list for which
 * the supernet was compiled.
 */
const HEADROOM = 3;

/** The number of candidates in a run, and the slots that the supernet has for them. */
export interface SupernetFit {
  readonly size: number;
  readonly capacities: Capacities;
}

/** The size of the smallest number of even runs of at most `limit` that hold `count` candidates. */
export function evenSize({ count, limit }: { readonly count: number; readonly limit: number }): number {
  const runs = Math.max(1, Math.ceil(count / limit));
  return Math.max(1, Math.ceil(count / runs));
}

/**
 * Chooses the program for runs of at most `limit` that serves these cells and similar ones. It uses the
 * smallest number of even runs, with the slots that the most even split needs plus a reserve, so that the
 * next list of random candidates or children fits too. The loads of random lists vary binomially and spread
 * over the runs. Every operation has a slot, because the next list may need one that this list does not use.
 */
export function chooseFit({
  cells,
  limit,
  headroom = HEADROOM,
}: {
  readonly cells: readonly SupernetCell[];
  readonly limit: number;
  readonly headroom?: number;
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
 * Splits cells into runs of at most `size` that respect the capacities. There are as many runs as the size
 * requires if an even split fits, and more where the capacities were chosen for other cells. Throws where no
 * run can respect the capacities.
 */
export function splitIntoRuns({
  cells,
  size,
  capacities,
}: {
  readonly cells: readonly SupernetCell[];
  readonly size: number;
  readonly capacities: Capacities;
}): Runs {
  const limit = toLoads(capacities);
  const even = balance({ cells, size });
  const loads = largestLoads({ cells, runs: even });
  if (loads.every((load, kind) => load <= limit[kind]!)) return even;
  return place({ cells, size, limit });
}

/** The share of the slots that are used, over all runs: of convolutions, and of all operations. */
export function fillOf({
  cells,
  runs,
  capacities,
}: {
  readonly cells: readonly SupernetCell[];
  readonly runs: Runs;
  readonly capacities: Capacities;
}) {
  const used = loadsOf(cells);
  const slots = toLoads(capacities).map((slots) => slots * runs.length);
  const share = (kinds: readonly number[]) =>
    kinds.reduce((sum, kind) => sum + used[kind]!, 0) / kinds.reduce((sum, kind) => sum + slots[kind]!, 0);
  const kinds = Array.from({ length: KINDS }, (_, kind) => kind);
  return { convolutions: share(kinds.filter((kind) => kind % SLOTTED.length < 2)), all: share(kinds) };
}

/** Puts each cell into the first run that has free slots for it; cells with rare operations come first. */
function place({
  cells,
  size,
  limit,
}: {
  readonly cells: readonly SupernetCell[];
  readonly size: number;
  readonly limit: readonly number[];
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

function largestLoads({
  cells,
  runs,
}: {
  readonly cells: readonly SupernetCell[];
  readonly runs: Runs;
}): number[] {
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
