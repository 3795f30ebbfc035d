// Tests when an open supernet is kept, and when another one is opened, for successive lists of cells.
import { beforeEach, expect, it, vi } from 'vitest';
import type { SupernetCell } from '../../../core/spaces/nas-bench-201/batched/cell.js';
import {
  type SupernetFit,
  splitIntoRuns,
} from '../../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import { createSupernetChoice, type SupernetChoice } from '../../../engine/batched/supernet-choice.js';
import type { SupernetSession } from '../../../engine/batched/supernet-session.js';

const skips: SupernetCell = ['skip', 'skip', 'skip', 'skip', 'skip', 'skip'];
const convolutions: SupernetCell = ['conv3x3', 'conv3x3', 'conv3x3', 'conv3x3', 'conv3x3', 'conv3x3'];
const times = (count: number, cell: SupernetCell) => new Array<SupernetCell>(count).fill(cell);

let opened: SupernetFit[];
let closed: number;
let choice: SupernetChoice;
beforeEach(() => {
  opened = [];
  closed = 0;
  choice = createSupernetChoice({
    largest: 100,
    open: async (fit) => {
      opened.push(fit);
      return { nodes: 1, close: async () => void closed++ } as unknown as SupernetSession;
    },
  });
});

/** Processes a list in runs of that many milliseconds, and returns the number of runs. */
async function pass(cells: readonly SupernetCell[], milliseconds: number): Promise<number> {
  const runs = splitIntoRuns({ cells, ...(await choice.fitFor(cells)) }).length;
  for (let i = 0; i < runs; i++) {
    await choice.session();
    choice.ran(milliseconds);
  }
  choice.took({ cells, runs });
  return runs;
}

it('lists of one kind and of any length up to twice as many run in one program', async () => {
  for (const count of [60, 10, 1, 110]) await pass(times(count, skips), 1);
  expect(opened.map(({ size }) => size)).toEqual([60]);
});

it('a list that is much longer gets larger runs, up to the most', async () => {
  for (const count of [10, 20, 1000, 5000]) await pass(times(count, skips), 1);
  expect(opened.map(({ size }) => size)).toEqual([10, 20, 100]);
  expect(closed).toBe(2);
});

it('lists that take several of the largest runs run in one program, whatever their lengths', async () => {
  // The first list needs five runs of 82, which is less than the largest possible size.
  for (const count of [410, 410, 56, 466]) await pass(times(count, skips), 1);
  expect(opened.map(({ size }) => size)).toEqual([82]);
});

it('cells of another kind run in runs that are hardly used until that has cost as much as another program', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  // The first run counts towards the program's cost of 1000 ms.
  await pass(times(40, skips), 1000);
  const more = times(40, convolutions);
  expect(await pass(more, 9)).toBe(40);
  // 39 superfluous runs of 9 ms each: three lists with them cost 1053 ms in total, so the third one reaches
  // the limit.
  expect(await pass(more, 9)).toBe(40);
  expect(opened).toHaveLength(1);
  expect(await pass(more, 9)).toBe(40);
  expect(await pass(more, 9)).toBe(1);
  expect(opened).toHaveLength(2);
  vi.restoreAllMocks();
});

it('half the size after there was too little memory', async () => {
  await choice.fitFor(times(400, skips));
  expect(choice.size()).toBe(100);
  await choice.halve();
  expect((await choice.fitFor(times(400, skips))).size).toBe(50);
});
