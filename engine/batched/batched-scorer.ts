// Scores candidates of NAS-Bench-201 with a batched supernet: many candidates in one run on one device.

import type { Draw } from '../../core/ir/draw.js';
import type { Reads } from '../../core/ir/measured.js';
import type { SupernetCell } from '../../core/spaces/nas-bench-201/batched/cell.js';
import { splitIntoRuns } from '../../core/spaces/nas-bench-201/batched/split-into-runs.js';
import type { NetworkScore } from '../network-score.js';
import type { Tensor } from '../onnx-runtime.js';
import { isOutOfMemory } from './device.js';
import {
  createSupernetCandidate,
  createSupernetSkeleton,
  drawFeeds,
  listSupernetReads,
  type SupernetCandidate,
} from './nas-bench-201.js';
import { type RunScores, scoreRun } from './score-run.js';
import type { BatchedScorer, BatchedScorerOptions } from './scorer-types.js';
import { createStatisticsPool } from './statistics-pool.js';
import { createSupernetChoice, type SupernetChoice } from './supernet-choice.js';
import { openSupernet, type RunOutputs } from './supernet-session.js';

/** The number of runs whose statistics may wait for the CPU before the device gets another run. */
const WAITING = 3;

/** The candidates of a list in the form of the supernet. */
interface Parsed {
  readonly candidates: readonly SupernetCandidate[];
  readonly cells: readonly SupernetCell[];
}

export function createBatchedScorer({
  device,
  threads = 1,
  fidelity: { batch, resolution, features = 'blocks' },
  size,
  statistics = createStatisticsPool(),
  open = openSupernet,
}: BatchedScorerOptions): BatchedScorer {
  const skeleton = createSupernetSkeleton({ resolution, features });
  const reads = listSupernetReads(features);
  const choice = createSupernetChoice({
    largest: size,
    open: (fit) => open({ device, threads, skeleton, shape: { batch, ...fit } }),
  });
  const feedsOfDraws = new WeakMap<Draw, Record<string, Tensor>>();
  // The cells of a list are cached as one array, so that their split into runs is computed once.
  const lists = new WeakMap<readonly string[], Parsed>();

  const runSupernet = async (cells: readonly SupernetCell[], draw: Draw): Promise<RunOutputs> => {
    const { run } = await choice.session();
    const start = performance.now();
    const feeds = recall(feedsOfDraws, draw, () => drawFeeds({ draw, batch, skeleton }));
    const outputs = await run({ cells, feeds });
    choice.ran(performance.now() - start);
    return outputs;
  };

  return {
    score: async ({ candidates: list, draw }) => {
      const { candidates, cells } = recall(lists, list, () => parseList(list));
      const results: NetworkScore[] = new Array(list.length);
      await scoreInRuns({
        cells,
        choice,
        run: (some) => runSupernet(some, draw),
        settle: async (run, members) => {
          const values = await scoreRun({ run, count: members.length, pool: statistics });
          for (const [at, i] of members.entries())
            results[i] = scoreAt({ values, at, candidate: candidates[i]!, skeleton, reads });
        },
      });
      return results;
    },
    close: async () => {
      await choice.close();
      await statistics.close();
    },
  };
}

function parseList(list: readonly string[]): Parsed {
  const candidates = list.map(createSupernetCandidate);
  return { candidates, cells: candidates.map(({ cell }) => cell) };
}

/** Returns the value of a key, and computes it if the map has none. */
function recall<K extends WeakKey, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

interface ScoreAtArguments {
  readonly values: RunScores;
  readonly at: number;
  readonly candidate: SupernetCandidate;
  readonly skeleton: ReturnType<typeof createSupernetSkeleton>;
  readonly reads: Reads | undefined;
}

/** The score of the candidate at position `at` of a run. */
function scoreAt({
  values: { features, spectra, blocks, traces },
  at,
  candidate,
  skeleton,
  reads,
}: ScoreAtArguments): NetworkScore {
  const measured = skeleton.blocks.filter((block) => block.measured);
  return {
    ...(reads ? { reads } : {}),
    features: features.map((each) => each[at]!),
    spectra,
    blocks: blocks.map((each, block) =>
      // The vector-Jacobian product of an identity equals the probe (docs/understand/method.md).
      candidate.identity && measured[block]!.kind === 'cell' ? Number.NEGATIVE_INFINITY : each[at]!,
    ),
    traces: traces.map((each) => each[at]!),
  };
}

interface InRuns {
  readonly cells: readonly SupernetCell[];
  readonly choice: SupernetChoice;
  readonly run: (cells: readonly SupernetCell[]) => Promise<RunOutputs>;
  /** Computes the scores of a run's candidates; `members` are their indices in `cells`. */
  readonly settle: (outputs: RunOutputs, members: readonly number[]) => Promise<void>;
}

/** Runs all cells. Scores of a run are computed while the device executes the next run. */
async function scoreInRuns({ cells: all, choice, run, settle }: InRuns): Promise<void> {
  const pending = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let left = all.map((_, i) => i);
  while (left.length) {
    const cells = left.length === all.length ? all : left.map((i) => all[i]!);
    const done = new Set<number>();
    try {
      const runs = splitIntoRuns({ cells, ...(await choice.fitFor(cells)) });
      for (const places of runs) {
        const members = places.map((i) => left[i]!);
        const outputs = await run(places.map((i) => cells[i]!));
        for (const i of members) done.add(i);
        const work: Promise<void> = settle(outputs, members)
          .catch((error: unknown) => void failures.push(error))
          .finally(() => pending.delete(work));
        pending.add(work);
        if (pending.size >= WAITING) await Promise.race(pending);
        if (failures.length) throw failures[0];
      }
      choice.took({ cells, runs: runs.length });
    } catch (error) {
      // If the device has too little memory for a run, the next run holds half as many candidates.
      if (!isOutOfMemory(error) || choice.size() === 1) throw error;
      await choice.halve();
    }
    left = left.filter((i) => !done.has(i));
  }
  await Promise.all(pending);
  if (failures.length) throw failures[0];
}
