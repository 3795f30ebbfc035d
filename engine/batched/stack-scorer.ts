// In: candidates of NAS-Bench-201 and a draw. Out: their scores, a whole stack of candidates in one run on one device.

import type { Draw } from '../../core/ir/draw.js';
import type { StackCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import { composeStacks, fillOf } from '../../core/spaces/nas-bench-201/batched/compose.js';
import type { NetworkScore } from '../network-score.js';
import type { Tensor } from '../onnx-runtime.js';
import { isOutOfMemory } from './device.js';
import { drawFeeds, type StackCandidate, stackCandidate, stackSkeleton } from './nas-bench-201.js';
import { createProgramChoice } from './program-choice.js';
import { scoreRun } from './score-run.js';
import type { StackScorer, StackScorerOptions } from './scorer-types.js';
import { openStackSession, type StackRun } from './stack-session.js';
import { createStatisticsPool } from './statistics-pool.js';

/** Stacks whose statistics may wait for the CPU before the device gets another one. */
const WAITING = 3;

export function createStackScorer({
  batch,
  resolution,
  features = 'blocks',
  size,
  dialect,
  statisticsThreads,
  onEvent = () => {},
  openSession = openStackSession,
  ...device
}: StackScorerOptions): StackScorer {
  const skeleton = stackSkeleton({ resolution, features });
  const measured = skeleton.blocks.filter((block) => block.measured);
  const pool = createStatisticsPool(statisticsThreads === undefined ? {} : { threads: statisticsThreads });
  const choice = createProgramChoice({
    largest: size,
    open: (fit) =>
      openSession({ ...device, skeleton, shape: { batch, ...fit }, ...(dialect ? { dialect } : {}) }),
    onEvent,
  });
  const feedsOf = new WeakMap<Draw, Record<string, Tensor>>();
  const lists = new WeakMap<readonly string[], { parsed: StackCandidate[]; cells: StackCell[] }>();
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
  const feeds = (draw: Draw): Record<string, Tensor> => {
    const known = feedsOf.get(draw) ?? drawFeeds({ draw, batch, skeleton });
    feedsOf.set(draw, known);
    return known;
  };
  /** What to do when the device had too little memory: half the size; anything else, and size 1, throws. */
  const shrink = async (error: unknown): Promise<void> => {
    const tried = choice.size();
    if (!isOutOfMemory(error) || tried === 1) throw error;
    tooLarge.push(tried);
    onEvent({ type: 'out-of-memory', size: tried, message: String(error) });
    await choice.halve();
  };
  const runStack = async ({ cells, draw }: { cells: readonly StackCell[]; draw: Draw }) => {
    const { run } = await choice.session();
    const start = performance.now();
    const out = await run({ cells, feeds: feeds(draw) });
    const milliseconds = performance.now() - start;
    choice.ran(milliseconds);
    onEvent({ type: 'ran', candidates: cells.length, milliseconds });
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
            const passedOn = parsed[i]!.identity && measured[block]!.kind === 'cell';
            return passedOn ? Number.NEGATIVE_INFINITY : values[k]!;
          }),
        };
      });
    };
    let left = candidates.map((_, i) => i);
    while (left.length) {
      const cells = left.length === all.length ? all : left.map((i) => all[i]!);
      const done = new Set<number>();
      try {
        const stacks = composeStacks({ cells, ...(await choice.fitFor(cells)) });
        for (const stack of stacks) {
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
        choice.took({ cells, stacks: stacks.length });
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
        try {
          const first = composeStacks({ cells, ...(await choice.fitFor(cells)) })[0]!;
          const start = performance.now();
          await choice.session();
          const opened = performance.now();
          await runStack({ cells: first.map((i) => cells[i]!), draw });
          return { openMilliseconds: opened - start, runMilliseconds: performance.now() - opened };
        } catch (error) {
          await shrink(error);
        }
      }
    },
    prepareDraw: (draw) => void feeds(draw),
    size: () => choice.size(),
    nodes: () => choice.nodes(),
    outOfMemory: () => tooLarge,
    statisticsMilliseconds: () => pool.busyMilliseconds(),
    fill: (candidates) => {
      const { cells } = parse(candidates);
      const { capacities, ...fit } = choice.fit()!;
      const stacks = composeStacks({ cells, capacities, ...fit });
      return { stacks: stacks.length, ...fillOf({ cells, stacks, capacities }) };
    },
    close: async () => {
      await choice.close();
      await pool.close();
    },
  };
}
