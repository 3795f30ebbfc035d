// Tests that every cell is in one run, within its capacities, and that nearly every slot is used.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sample } from '../../../../../core/random/shuffle.js';
import {
  EDGES,
  SLOTTED,
  type SupernetCell,
  type SupernetOperation,
} from '../../../../../core/spaces/nas-bench-201/batched/cell.js';
import { indexPorts } from '../../../../../core/spaces/nas-bench-201/batched/index-ports.js';
import {
  gradientTable,
  jacobianTable,
  valueTable,
} from '../../../../../core/spaces/nas-bench-201/batched/rows.js';
import {
  type Capacities,
  chooseFit,
  fillOf,
  splitIntoRuns,
} from '../../../../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import { supernetTopology } from '../../../../../core/spaces/nas-bench-201/batched/supernet-topology.js';
import { nasBench201 } from '../../../../../core/spaces/nas-bench-201/definition.js';
import { createSupernetCandidate } from '../../../../../engine/batched/nas-bench-201.js';

const operation = fc.constantFrom<SupernetOperation>('none', ...SLOTTED);
const cell: fc.Arbitrary<SupernetCell> = fc.array(operation, { minLength: 6, maxLength: 6 });
const lists = fc.array(cell, { minLength: 1, maxLength: 60, size: 'max' });
const sizes = fc.integer({ min: 1, max: 20 });

function keeps(cells: readonly SupernetCell[], runs: readonly (readonly number[])[], capacities: Capacities) {
  for (const run of runs)
    EDGES.forEach((_, edge) => {
      for (const slotted of SLOTTED) {
        const used = run.filter((i) => cells[i]![edge] === slotted).length;
        expect(used).toBeLessThanOrEqual(capacities[edge]![slotted]);
      }
    });
}

const exactFit = (cells: readonly SupernetCell[], limit: number) => chooseFit({ cells, limit, headroom: 0 });

describe('splitIntoRuns', () => {
  it('puts every cell into exactly one run, as few runs as the size allows, within chosen capacities', () => {
    fc.assert(
      fc.property(lists, sizes, (cells, size) => {
        const { capacities } = exactFit(cells, size);
        const runs = splitIntoRuns({ cells, size, capacities });
        expect(runs.flat().sort((a, b) => a - b)).toEqual(cells.map((_, i) => i));
        expect(runs.length).toBe(Math.ceil(cells.length / size));
        for (const run of runs) expect(run.length).toBeLessThanOrEqual(size);
        keeps(cells, runs, capacities);
      }),
    );
  });

  it('keeps capacities that were chosen for other cells, with more runs where it must', () => {
    fc.assert(
      fc.property(lists, sizes, (cells, size) => {
        const capacities = EDGES.map(() => ({ conv3x3: 2, conv1x1: 1, pool: 3, skip: 1 }));
        const runs = splitIntoRuns({ cells, size, capacities });
        expect(runs.flat().sort((a, b) => a - b)).toEqual(cells.map((_, i) => i));
        for (const run of runs) expect(run.length).toBeLessThanOrEqual(size);
        keeps(cells, runs, capacities);
      }),
    );
  });

  it('names the edge and operation that has no slot at all', () => {
    const capacities = EDGES.map(() => ({ conv3x3: 0, conv1x1: 1, pool: 1, skip: 1 }));
    const cells: SupernetCell[] = [['conv3x3', 'none', 'none', 'none', 'none', 'none']];
    expect(() => splitIntoRuns({ cells, size: 4, capacities })).toThrow('edge 0 has no slot for conv3x3');
  });

  it.each([
    ['the classes', 466, 0.99, classes],
    ['the classes', 117, 0.96, classes],
    ['a thousand random candidates', 250, 0.98, thousand],
    ['a thousand random candidates', 100, 0.95, thousand],
  ] as const)('uses nearly all slots: %s in runs of %d, %d', (_, size, least, candidates) => {
    const cells = candidates().map((candidate) => createSupernetCandidate(candidate).cell);
    const { capacities } = exactFit(cells, size);
    const fill = fillOf({ cells, runs: splitIntoRuns({ cells, size, capacities }), capacities });
    expect(fill.convolutions).toBeGreaterThan(least);
    expect(fill.all).toBeGreaterThan(least);
  });
});

describe('chooseFit', () => {
  const groups = (name: string, pool: readonly string[], count: number) =>
    Array.from({ length: 3 }, (_, draw) =>
      sample({ key: { seed: 3, draw, name }, count, size: pool.length }).map(
        (i) => createSupernetCandidate(pool[i]!).cell,
      ),
    );

  it.each([
    ['random candidates', 4096, 1000, random],
    ['random candidates', 4096, 125, random],
    ['classes', 2048, 500, classes],
  ] as const)(
    'a program for some %s serves others of them, %d in runs of at most %d',
    (name, count, limit, all) => {
      const [first, ...others] = groups(name, all(), count);
      const fit = chooseFit({ cells: first!, limit });
      for (const cells of others)
        expect(splitIntoRuns({ cells, ...fit })).toHaveLength(Math.ceil(count / fit.size));
      const runs = splitIntoRuns({ cells: others[0]!, ...fit });
      expect(fillOf({ cells: others[0]!, runs, capacities: fit.capacities }).convolutions).toBeGreaterThan(
        0.8,
      );
    },
  );

  it('serves the next generation of an evolution, whose children are like their parents, in twice the runs at most', () => {
    const key = (draw: number) => ({ seed: 4, draw, name: 'children' });
    let generation = sample({ key: key(0), count: 64, size: 15_625 }).map(nasBench201.enumeration.at);
    const fit = chooseFit({ cells: generation.map((one) => createSupernetCandidate(one).cell), limit: 1000 });
    expect(fit.size).toBe(64);
    for (let step = 1; step < 4; step++) {
      generation = generation.map((parent, i) =>
        nasBench201.mutate({ parent, key: key(step * 64 + i), mutations: 1 }),
      );
      const cells = generation.map((one) => createSupernetCandidate(one).cell);
      const runs = splitIntoRuns({ cells, ...fit });
      expect(runs.length).toBeLessThanOrEqual(2);
      const { convolutions } = fillOf({ cells, runs, capacities: fit.capacities });
      expect(convolutions * runs.length).toBeGreaterThan(0.4);
    }
  });
});

describe('supernetTopology', () => {
  it('points to rows that are there, whoever shares the run', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 12 }), (cells) => {
        const size = 12;
        const { capacities } = exactFit(cells, size);
        const topology = supernetTopology({ cells, size, capacities });
        let at = 0;
        for (const { name, length } of indexPorts({ size, capacities })) {
          const rows = rowsOf(name, cells.length, capacities);
          for (const row of topology.subarray(at, at + length)) {
            expect(row, name).toBeGreaterThanOrEqual(0);
            expect(row, name).toBeLessThan(rows);
          }
          at += length;
        }
        expect(at).toBe(topology.length);
      }),
    );
  });

  it('refuses more candidates with an operation than there are slots', () => {
    const cells: SupernetCell[] = [0, 1].map(() => ['skip', 'none', 'none', 'none', 'none', 'none']);
    const { capacities } = exactFit(cells.slice(1), 2);
    expect(() => supernetTopology({ cells, size: 2, capacities })).toThrow(
      'more than 1 candidates with skip on edge 0',
    );
  });
});

/** The number of rows in the table into which an index input points. */
function rowsOf(name: string, candidates: number, capacities: Capacities): number {
  const [kind, , edge] = name.split('.');
  if (kind === 'out') return valueTable(3, capacities).length;
  if (kind === 'jacobian') return jacobianTable(capacities).length;
  const { from, to } = EDGES[Number(edge)]!;
  if (kind === 'gradient') return gradientTable(to, capacities).length;
  return from === 0 ? candidates : valueTable(from, capacities).length;
}

function classes(): string[] {
  return [...new Set(random().map((candidate) => nasBench201.representative(candidate)))];
}

function random(): string[] {
  return Array.from({ length: nasBench201.enumeration.size }, (_, i) => nasBench201.enumeration.at(i));
}

function thousand(): string[] {
  return sample({
    key: { seed: 1, draw: 0, name: 'fill' },
    count: 1000,
    size: nasBench201.enumeration.size,
  }).map(nasBench201.enumeration.at);
}
