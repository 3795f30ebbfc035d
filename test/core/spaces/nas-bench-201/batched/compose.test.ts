// In: lists of cells. Out: every cell in one stack, within its capacities, and nearly every slot in use.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sample } from '../../../../../core/random/shuffled.js';
import {
  EDGES,
  SLOTTED,
  type StackCell,
  type StackOperation,
} from '../../../../../core/spaces/nas-bench-201/batched/cell.js';
import {
  type Capacities,
  chooseFit,
  composeStacks,
  fillOf,
} from '../../../../../core/spaces/nas-bench-201/batched/compose.js';
import {
  gradientTable,
  jacobianTable,
  valueTable,
} from '../../../../../core/spaces/nas-bench-201/batched/rows.js';
import { indexPorts, stackTopology } from '../../../../../core/spaces/nas-bench-201/batched/topology.js';
import { nasBench201 } from '../../../../../core/spaces/nas-bench-201/definition.js';
import { stackCandidate } from '../../../../../engine/batched/nas-bench-201.js';

const operation = fc.constantFrom<StackOperation>('none', ...SLOTTED);
const cell: fc.Arbitrary<StackCell> = fc.array(operation, { minLength: 6, maxLength: 6 });
const lists = fc.array(cell, { minLength: 1, maxLength: 60 });
const sizes = fc.integer({ min: 1, max: 20 });

function keeps(cells: readonly StackCell[], stacks: readonly (readonly number[])[], capacities: Capacities) {
  for (const stack of stacks)
    EDGES.forEach((_, edge) => {
      for (const slotted of SLOTTED) {
        const used = stack.filter((i) => cells[i]![edge] === slotted).length;
        expect(used).toBeLessThanOrEqual(capacities[edge]![slotted]);
      }
    });
}

const exactFit = (cells: readonly StackCell[], limit: number) => chooseFit({ cells, limit, headroom: 0 });

describe('composeStacks', () => {
  it('puts every cell into exactly one stack, as few stacks as the size allows, within chosen capacities', () => {
    fc.assert(
      fc.property(lists, sizes, (cells, size) => {
        const { capacities } = exactFit(cells, size);
        const stacks = composeStacks({ cells, size, capacities });
        expect(stacks.flat().sort((a, b) => a - b)).toEqual(cells.map((_, i) => i));
        expect(stacks.length).toBe(Math.ceil(cells.length / size));
        for (const stack of stacks) expect(stack.length).toBeLessThanOrEqual(size);
        keeps(cells, stacks, capacities);
      }),
    );
  });

  it('keeps capacities that were chosen for other cells, with more stacks where it must', () => {
    fc.assert(
      fc.property(lists, sizes, (cells, size) => {
        const capacities = EDGES.map(() => ({ conv3x3: 2, conv1x1: 1, pool: 3, skip: 1 }));
        const stacks = composeStacks({ cells, size, capacities });
        expect(stacks.flat().sort((a, b) => a - b)).toEqual(cells.map((_, i) => i));
        for (const stack of stacks) expect(stack.length).toBeLessThanOrEqual(size);
        keeps(cells, stacks, capacities);
      }),
    );
  });

  it('names the edge and operation that has no slot at all', () => {
    const capacities = EDGES.map(() => ({ conv3x3: 0, conv1x1: 1, pool: 1, skip: 1 }));
    const cells: StackCell[] = [['conv3x3', 'none', 'none', 'none', 'none', 'none']];
    expect(() => composeStacks({ cells, size: 4, capacities })).toThrow('edge 0 has no slot for conv3x3');
  });

  it.each([
    ['the classes', 466, 0.99, classes],
    ['the classes', 117, 0.96, classes],
    ['a thousand random candidates', 250, 0.98, thousand],
    ['a thousand random candidates', 100, 0.95, thousand],
  ] as const)('uses nearly all slots: %s in stacks of %d, %d', (_, size, least, candidates) => {
    const cells = candidates().map((candidate) => stackCandidate(candidate).cell);
    const { capacities } = exactFit(cells, size);
    const fill = fillOf({ cells, stacks: composeStacks({ cells, size, capacities }), capacities });
    expect(fill.convolutions).toBeGreaterThan(least);
    expect(fill.all).toBeGreaterThan(least);
  });
});

describe('chooseFit', () => {
  const groups = (name: string, pool: readonly string[], count: number) =>
    Array.from({ length: 3 }, (_, draw) =>
      sample({ key: { seed: 3, draw, name }, count, size: pool.length }).map(
        (i) => stackCandidate(pool[i]!).cell,
      ),
    );

  it.each([
    ['random candidates', 4096, 1000, random],
    ['random candidates', 4096, 125, random],
    ['classes', 2048, 500, classes],
  ] as const)(
    'a program for some %s serves others of them, %d in stacks of at most %d',
    (name, count, limit, all) => {
      const [first, ...others] = groups(name, all(), count);
      const fit = chooseFit({ cells: first!, limit });
      for (const cells of others)
        expect(composeStacks({ cells, ...fit })).toHaveLength(Math.ceil(count / fit.size));
      const stacks = composeStacks({ cells: others[0]!, ...fit });
      expect(fillOf({ cells: others[0]!, stacks, capacities: fit.capacities }).convolutions).toBeGreaterThan(
        0.8,
      );
    },
  );

  it('serves the next generation of an evolution, whose children are like their parents, in twice the stacks at most', () => {
    const key = (draw: number) => ({ seed: 4, draw, name: 'children' });
    let generation = sample({ key: key(0), count: 64, size: 15_625 }).map(nasBench201.enumeration.at);
    const fit = chooseFit({ cells: generation.map((one) => stackCandidate(one).cell), limit: 1000 });
    expect(fit.size).toBe(64);
    for (let step = 1; step < 4; step++) {
      generation = generation.map((parent, i) =>
        nasBench201.mutate({ parent, key: key(step * 64 + i), mutations: 1 }),
      );
      const cells = generation.map((one) => stackCandidate(one).cell);
      const stacks = composeStacks({ cells, ...fit });
      expect(stacks.length).toBeLessThanOrEqual(2);
      const { convolutions } = fillOf({ cells, stacks, capacities: fit.capacities });
      expect(convolutions * stacks.length).toBeGreaterThan(0.4);
    }
  });
});

describe('stackTopology', () => {
  it('points to rows that are there, whoever shares the stack', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 12 }), (cells) => {
        const size = 12;
        const { capacities } = exactFit(cells, size);
        const topology = stackTopology({ cells, size, capacities });
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
    const cells: StackCell[] = [0, 1].map(() => ['skip', 'none', 'none', 'none', 'none', 'none']);
    const { capacities } = exactFit(cells.slice(1), 2);
    expect(() => stackTopology({ cells, size: 2, capacities })).toThrow(
      'more than 1 candidates with skip on edge 0',
    );
  });
});

/** Rows of the table that an index input points into. */
function rowsOf(name: string, candidates: number, capacities: Capacities): number {
  const [kind, , edge] = name.split('.');
  if (kind === 'out') return valueTable(3, capacities).length;
  if (kind === 'jacobian') return jacobianTable(capacities).length;
  const { from, to } = EDGES[Number(edge)]!;
  if (kind === 'gradient') return gradientTable(to, capacities).length;
  return from === 0 ? candidates : valueTable(from, capacities).length;
}

function classes(): string[] {
  return [...new Set(random().map((candidate) => nasBench201.enumeration.representative(candidate)))];
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
