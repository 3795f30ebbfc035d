// In: candidates of NAS-Bench-201 and a draw. Out: their scores, a whole stack of candidates in one run on one device.
import type { Tensor } from 'onnxruntime-node';
import type { Draw } from '../../core/programs/draw.js';
import {
  type Capacities,
  chooseCapacities,
  composeStacks,
  fillOf,
} from '../../core/programs/stack/compose.js';
import type { Dialect } from '../../core/programs/stack/kit.js';
import type { NetworkScore } from '../score.js';
import { type DeviceOptions, isOutOfMemory, useFullPrecision } from './device.js';
import { drawFeeds, stackCandidate, stackSkeleton } from './nas-bench-201.js';
import { openStackSession, type StackOutput, type StackRun, type StackSession } from './stack-session.js';
import { createStatisticsPool } from './statistics-pool.js';

/** Stacks whose statistics may wait for the CPU before the device gets another one. */
const WAITING = 3;

export interface StackScorerOptions extends DeviceOptions {
  readonly batch: number;
  readonly resolution: number;
  /** Candidates of a stack; halved when the device has too little memory. */
  readonly size: number;
  /** Slots of each operation and edge; without, chosen for the candidates of the first call. */
  readonly capacities?: Capacities;
  readonly dialect?: Dialect;
  /** Threads for eigenvalues. */
  readonly statisticsThreads?: number;
  readonly onEvent?: (event: StackEvent) => void;
}

export type StackEvent =
  | { readonly type: 'opened'; readonly size: number; readonly nodes: number; readonly milliseconds: number }
  | { readonly type: 'ran'; readonly candidates: number; readonly milliseconds: number }
  | { readonly type: 'out-of-memory'; readonly size: number; readonly message: string };

export interface StackScorer {
  /** Scores in the order of the candidates. What a candidate scores does not depend on the others. */
  score(args: { candidates: readonly string[]; draw: Draw }): Promise<NetworkScore[]>;
  /** Time that eigenvalues took so far, over all threads, in milliseconds. */
  statisticsMilliseconds(): number;
  /** Shares of used slots in the stacks of these candidates. */
  fill(candidates: readonly string[]): { stacks: number; convolutions: number; all: number };
  close(): Promise<void>;
}

export function createStackScorer({
  batch,
  resolution,
  size: largest,
  capacities: given,
  dialect,
  statisticsThreads,
  onEvent = () => {},
  ...device
}: StackScorerOptions): StackScorer {
  if (device.device === 'cuda') useFullPrecision();
  const skeleton = stackSkeleton({ resolution });
  const pool = createStatisticsPool(statisticsThreads ? { threads: statisticsThreads } : {});
  const feedsOf = new WeakMap<Draw, Record<string, Tensor>>();
  let session: StackSession | undefined;
  let size = largest;
  let capacities = given;

  const open = async (chosen: Capacities): Promise<StackSession> => {
    if (session) return session;
    const start = performance.now();
    const shape = { size, batch, capacities: chosen };
    session = await openStackSession({ ...device, skeleton, shape, ...(dialect ? { dialect } : {}) });
    onEvent({ type: 'opened', size, nodes: session.nodes, milliseconds: performance.now() - start });
    return session;
  };
  const feeds = (draw: Draw): Record<string, Tensor> => {
    const known = feedsOf.get(draw) ?? drawFeeds({ draw, batch, skeleton });
    feedsOf.set(draw, known);
    return known;
  };
  const scores = async ({ features, blocks }: StackRun, count: number) => {
    const score = async ({ task, data, shared }: StackOutput) => {
      const scores = await pool.score({ task, data, count: shared ? 1 : count });
      return shared ? new Float64Array(count).fill(scores[0]!) : scores;
    };
    return Promise.all([Promise.all(features.map(score)), Promise.all(blocks.map(score))]);
  };

  return {
    score: async ({ candidates, draw }) => {
      const parsed = candidates.map(stackCandidate);
      const cells = parsed.map(({ cell }) => cell);
      const results: NetworkScore[] = new Array(candidates.length);
      let left = candidates.map((_, i) => i);
      const pending = new Set<Promise<void>>();
      let failure: unknown;
      while (left.length) {
        const listed = left.map((i) => cells[i]!);
        capacities ??= chooseCapacities({ cells: listed, size });
        const stacks = composeStacks({ cells: listed, size, capacities });
        const done = new Set<number>();
        try {
          for (const stack of stacks) {
            const members = stack.map((i) => left[i]!);
            const { run } = await open(capacities);
            const start = performance.now();
            const out = await run({ cells: members.map((i) => cells[i]!), feeds: feeds(draw) });
            onEvent({ type: 'ran', candidates: members.length, milliseconds: performance.now() - start });
            for (const i of stack) done.add(i);
            const work = scores(out, members.length)
              .then(([features, blocks]) => {
                members.forEach((i, k) => {
                  results[i] = {
                    features: features.map((values) => values[k]!),
                    blocks: blocks.map((values, b) =>
                      parsed[i]!.identity && skeleton.blocks[b]!.kind === 'cell'
                        ? Number.NEGATIVE_INFINITY
                        : values[k]!,
                    ),
                  };
                });
              })
              .catch((error: unknown) => {
                failure ??= error;
              })
              .finally(() => pending.delete(work));
            pending.add(work);
            if (pending.size >= WAITING) await Promise.race(pending);
            if (failure) throw failure;
          }
        } catch (error) {
          if (failure || !isOutOfMemory(error) || size === 1) {
            await Promise.all(pending);
            throw error;
          }
          onEvent({ type: 'out-of-memory', size, message: String(error) });
          await session?.close();
          session = undefined;
          size = Math.ceil(size / 2);
          capacities = given && halve(given);
        }
        left = left.filter((_, i) => !done.has(i));
      }
      await Promise.all(pending);
      if (failure) throw failure;
      return results;
    },
    statisticsMilliseconds: () => pool.busyMilliseconds(),
    fill: (candidates) => {
      const cells = candidates.map((candidate) => stackCandidate(candidate).cell);
      const slots = capacities ?? chooseCapacities({ cells, size });
      const stacks = composeStacks({ cells, size, capacities: slots });
      return { stacks: stacks.length, ...fillOf({ cells, stacks, capacities: slots }) };
    },
    close: async () => {
      await session?.close();
      await pool.close();
    },
  };
}

function halve(capacities: Capacities): Capacities {
  const half = (slots: number) => Math.ceil(slots / 2);
  return capacities.map(({ conv3x3, conv1x1, pool, skip }) => ({
    conv3x3: half(conv3x3),
    conv1x1: half(conv1x1),
    pool: half(pool),
    skip: half(skip),
  }));
}
