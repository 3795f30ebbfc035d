// In: candidates of NAS-Bench-201 and a draw. Out: their scores, a whole stack of candidates in one run on one device.
import type { Tensor } from 'onnxruntime-node';
import type { Draw } from '../../core/programs/draw.js';
import type { StackCell } from '../../core/programs/stack/cell.js';
import {
  type Capacities,
  chooseCapacities,
  composeStacks,
  fillOf,
  scaleCapacities,
} from '../../core/programs/stack/compose.js';
import type { NetworkScore } from '../score.js';
import { isOutOfMemory, useFullPrecision } from './device.js';
import { drawFeeds, type StackCandidate, stackCandidate, stackSkeleton } from './nas-bench-201.js';
import { scoreRun } from './score-run.js';
import type { StackScorer, StackScorerOptions } from './scorer-types.js';
import { openStackSession, type StackRun, type StackSession } from './stack-session.js';
import { createStatisticsPool } from './statistics-pool.js';

/** Stacks whose statistics may wait for the CPU before the device gets another one. */
const WAITING = 3;

export function createStackScorer({
  batch,
  resolution,
  size: largest,
  capacities: given,
  dialect,
  statisticsThreads,
  onEvent = () => {},
  openSession = openStackSession,
  ...device
}: StackScorerOptions): StackScorer {
  if (device.device === 'cuda') useFullPrecision();
  const skeleton = stackSkeleton({ resolution });
  const pool = createStatisticsPool(statisticsThreads === undefined ? {} : { threads: statisticsThreads });
  const feedsOf = new WeakMap<Draw, Record<string, Tensor>>();
  const lists = new WeakMap<readonly string[], { parsed: StackCandidate[]; cells: StackCell[] }>();
  let session: StackSession | undefined;
  let size = largest;
  let capacities = given;
  const tooLarge: number[] = [];

  /** A list's cells are one array, whatever is asked of the list: its split into stacks is found once. */
  const parse = (candidates: readonly string[]) => {
    const known = lists.get(candidates);
    if (known) return known;
    const parsed = candidates.map(stackCandidate);
    const list = { parsed, cells: parsed.map(({ cell }) => cell) };
    lists.set(candidates, list);
    return list;
  };
  /** Every operation gets a slot: a later list may have what the first one lacks. */
  const chooseFor = (cells: readonly StackCell[]) =>
    scaleCapacities(chooseCapacities({ cells, size }), 1, { least: 1 });
  const open = async (chosen: Capacities): Promise<StackSession> => {
    if (session) return session;
    const start = performance.now();
    const shape = { size, batch, capacities: chosen };
    session = await openSession({ ...device, skeleton, shape, ...(dialect ? { dialect } : {}) });
    onEvent({ type: 'opened', size, nodes: session.nodes, milliseconds: performance.now() - start });
    return session;
  };
  const feeds = (draw: Draw): Record<string, Tensor> => {
    const known = feedsOf.get(draw) ?? drawFeeds({ draw, batch, skeleton });
    feedsOf.set(draw, known);
    return known;
  };
  /** What to do when the device had too little memory: half the size; anything else, and size 1, throws. */
  const shrink = async (error: unknown): Promise<void> => {
    if (!isOutOfMemory(error) || size === 1) throw error;
    tooLarge.push(size);
    onEvent({ type: 'out-of-memory', size, message: String(error) });
    await session?.close();
    session = undefined;
    size = Math.ceil(size / 2);
    capacities = given && scaleCapacities(given, size / largest);
  };

  const runStack = async ({ cells, draw }: { cells: readonly StackCell[]; draw: Draw }) => {
    const { run } = await open(capacities!);
    const start = performance.now();
    const out = await run({ cells, feeds: feeds(draw) });
    onEvent({ type: 'ran', candidates: cells.length, milliseconds: performance.now() - start });
    return out;
  };

  const score = async ({ candidates, draw }: { candidates: readonly string[]; draw: Draw }) => {
    const { parsed, cells: all } = parse(candidates);
    const results: NetworkScore[] = new Array(candidates.length);
    const pending = new Set<Promise<void>>();
    const failures: unknown[] = [];
    const settle = async (run: StackRun, members: readonly number[]) => {
      const [features, blocks] = await scoreRun({ run, count: members.length, pool });
      members.forEach((i, k) => {
        results[i] = {
          features: features.map((values) => values[k]!),
          blocks: blocks.map((values, block) => {
            const passedOn = parsed[i]!.identity && skeleton.blocks[block]!.kind === 'cell';
            return passedOn ? Number.NEGATIVE_INFINITY : values[k]!;
          }),
        };
      });
    };
    let left = candidates.map((_, i) => i);
    while (left.length) {
      const cells = left.length === all.length ? all : left.map((i) => all[i]!);
      capacities ??= chooseFor(cells);
      const done = new Set<number>();
      try {
        for (const stack of composeStacks({ cells, size, capacities })) {
          const out = await runStack({ cells: stack.map((i) => cells[i]!), draw });
          for (const i of stack) done.add(left[i]!);
          const members = stack.map((i) => left[i]!);
          const work: Promise<void> = settle(out, members)
            .catch((error: unknown) => void failures.push(error))
            .finally(() => pending.delete(work));
          pending.add(work);
          if (pending.size >= WAITING) await Promise.race(pending);
          if (failures.length) throw failures[0];
        }
      } catch (error) {
        await shrink(error);
      }
      left = left.filter((i) => !done.has(i));
    }
    await Promise.all(pending);
    if (failures.length) throw failures[0];
    return results;
  };

  return {
    score,
    prepare: async ({ candidates, draw }) => {
      const { cells } = parse(candidates);
      for (;;) {
        capacities ??= chooseFor(cells);
        const first = composeStacks({ cells, size, capacities })[0]!.map((i) => cells[i]!);
        try {
          const start = performance.now();
          await open(capacities);
          const opened = performance.now();
          await runStack({ cells: first, draw });
          return { openMilliseconds: opened - start, runMilliseconds: performance.now() - opened };
        } catch (error) {
          await shrink(error);
        }
      }
    },
    prepareDraw: (draw) => void feeds(draw),
    size: () => size,
    nodes: () => session?.nodes ?? 0,
    outOfMemory: () => tooLarge,
    statisticsMilliseconds: () => pool.busyMilliseconds(),
    fill: (candidates) => {
      const { cells } = parse(candidates);
      const slots = capacities ?? chooseFor(cells);
      const stacks = composeStacks({ cells, size, capacities: slots });
      return { stacks: stacks.length, ...fillOf({ cells, stacks, capacities: slots }) };
    },
    close: async () => {
      await session?.close();
      await pool.close();
    },
  };
}
