// The scenario of many searches of different priorities at once: who gets which share of the fleet, and how
// long the least urgent waits.
import { median } from '../measure/statistics.js';
import { beginSearch } from './searches.js';
import { readSearchHistory, type SearchHistory } from './shards.js';
import type { Stage } from './stage.js';

const PRIORITIES = [1, 2, 3, 4, 5] as const;

export interface ManyOptions {
  readonly searches: number;
  /** The candidates of each search. */
  readonly candidates: number;
  readonly shardSize: number;
}

export async function runManySearches(stage: Stage, { searches, candidates, shardSize }: ManyOptions) {
  const usage = stage.watch();
  const began = performance.now();
  const orders = Array.from({ length: searches }, (_, i) => ({
    id: `many-${i + 1}`,
    candidates,
    shardSize,
    window: 200,
    priority: PRIORITIES[i % PRIORITIES.length]!,
    seed: 1_000 + i,
  }));
  const started = await Promise.all(orders.map((order) => beginSearch(stage, order)));
  await Promise.all(started.map(({ done }) => done));
  const seconds = (performance.now() - began) / 1000;
  const histories = await Promise.all(
    started.map(({ workflowId }) => readSearchHistory(stage.client, workflowId)),
  );
  return {
    searches,
    candidates,
    shardSize,
    seconds,
    priorities: PRIORITIES.map((priority) =>
      describePriority({
        priority,
        all: histories,
        own: histories.filter((_, i) => orders[i]!.priority === priority),
      }),
    ),
    largestEvents: Math.max(...histories.map(({ largestEvents }) => largestEvents)),
    usage: await usage.end(),
    disk: await stage.disk(),
  };
}

/** What the searches of one priority got. */
function describePriority(given: {
  readonly priority: number;
  readonly all: readonly SearchHistory[];
  readonly own: readonly SearchHistory[];
}) {
  const { priority, all, own } = given;
  const begin = Math.min(...all.map(({ started }) => started));
  const shards = own.flatMap((search) => search.shards);
  const waits = shards
    .filter(({ attempts }) => attempts === 1)
    .map(({ scheduled, started }) => started - scheduled);
  const everyShard = all.flatMap((search) => search.shards);
  const lastStarts = own.map((search) => Math.max(...search.shards.map(({ started }) => started)));
  // The time until which every search of this priority still has shards that wait.
  const contended = Math.min(...lastStarts);
  const startedBefore = (list: readonly { started: number }[]) =>
    list.filter(({ started }) => started <= contended).length;
  return {
    priority,
    searches: own.length,
    /** Seconds after the first search began. */
    scoredAfterSeconds: Math.max(...shards.map(({ ended }) => ended)) - begin,
    endedAfterSeconds: Math.max(...own.map(({ ended }) => ended)) - begin,
    /** Seconds between scheduling and start, of the shards whose first worker was not lost. */
    medianWaitSeconds: median(waits),
    longestWaitSeconds: Math.max(...waits),
    shardsTriedAgain: shards.length - waits.length,
    /** Of the shards that were started while all searches of this priority had more, the share of this priority. */
    share: startedBefore(shards) / Math.max(1, startedBefore(everyShard)),
    /** Jain's index of fairness among the searches of this priority at that time; 1 means equal shares. */
    fairness: jainIndex(own.map((search) => startedBefore(search.shards))),
  };
}

/** (sum of x)^2 / (n sum of x^2); Jain, Chiu and Hawe, 1984. */
export function jainIndex(counts: readonly number[]): number {
  const sum = counts.reduce((total, count) => total + count, 0);
  const squares = counts.reduce((total, count) => total + count ** 2, 0);
  return squares === 0 ? 1 : sum ** 2 / (counts.length * squares);
}
