// Computes how many slots of a supernet's runs are used, for each kind of list.
import type { SupernetCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import { chooseFit, fillOf, splitIntoRuns } from '../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { Evolution } from '../../core/specification/evolution.js';
import { createSupernetCandidate } from '../../engine/batched/nas-bench-201.js';
import { randomCandidates } from './device-pool.js';

const RANDOM = 1000;
const GENERATIONS = 10;

export interface SupernetFill {
  readonly list: string;
  readonly candidates: number;
  readonly size: number;
  readonly runs: number;
  /** The shares of the slots that candidates use; the other slots are computed in vain. */
  readonly convolutions: number;
  readonly all: number;
}

/**
 * Each list is measured in the supernet that it would open itself; the children of an evolution, generation
 * by generation, in the one that was opened for their parents. There is no selection here; under selection
 * candidates become more alike.
 */
export function measureFill({ limit }: { readonly limit: number }): SupernetFill[] {
  const { enumeration, representative } = nasBench201;
  const { size, at } = enumeration;
  const written = Array.from({ length: size }, (_, i) => at(i));
  const classes = [...new Set(written.map((candidate) => representative(candidate)))];
  const lists = { classes, 'every written candidate': written, random: randomCandidates(RANDOM) };
  const rows = Object.entries(lists).map(([list, candidates]) => {
    const cells = cellsOf(candidates);
    return fillRow({ list, cells: [cells], fit: chooseFit({ cells, limit }) });
  });
  return [...rows, childrenRow(limit)];
}

/** One line for each list. */
export function describeFill(rows: readonly SupernetFill[]): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return rows.map(
    ({ list, candidates, size, runs, convolutions, all }) =>
      `  ${list.padEnd(32)} ${candidates} in ${runs} runs of up to ${size}: ${percent(convolutions)} (convolutions), ${percent(all)} (all)`,
  );
}

function childrenRow(limit: number): SupernetFill {
  const { generation, mutations } = Evolution.parse({ kind: 'evolution' });
  const generations = [randomCandidates(generation)];
  for (let step = 1; step <= GENERATIONS; step++)
    generations.push(
      generations.at(-1)!.map((parent, i) => {
        const key = { seed: 1, draw: step * generation + i, name: 'fill' };
        return nasBench201.mutate({ parent, key, mutations });
      }),
    );
  const [parents, ...children] = generations.map(cellsOf);
  const fit = chooseFit({ cells: parents!, limit });
  return fillRow({ list: `${GENERATIONS} generations of an evolution`, cells: children, fit });
}

function fillRow({
  list,
  cells,
  fit,
}: {
  readonly list: string;
  readonly cells: readonly (readonly SupernetCell[])[];
  readonly fit: ReturnType<typeof chooseFit>;
}): SupernetFill {
  const split = cells.map((each) => splitIntoRuns({ cells: each, ...fit }));
  const all = { cells: cells.flat(), runs: split.flat(), capacities: fit.capacities };
  return {
    list,
    candidates: all.cells.length,
    size: fit.size,
    runs: all.runs.length,
    ...fillOf(all),
  };
}

function cellsOf(candidates: readonly string[]): SupernetCell[] {
  return candidates.map((candidate) => createSupernetCandidate(candidate).cell);
}
