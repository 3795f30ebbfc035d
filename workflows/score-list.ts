// Scores a list of candidates shard by shard, a few shards at a time.
import { condition, proxyActivities, workflowInfo } from '@temporalio/workflow';
import { heartbeatTimeoutOf } from '../core/contract/heartbeats.js';
import type { AddressedInput, CandidateListRef } from '../core/contract/search.js';
import type { SearchActivities, ShardInput } from '../core/contract/search-activities.js';
import { scoreQueue } from '../core/contract/search-queues.js';
import { retry } from './retry.js';

/** The number of shards of a list. */
export function shardsOf({ list, specification }: Pick<ShardInput, 'list' | 'specification'>): number {
  return Math.ceil(list.count / specification.execution.shardSize);
}

/**
 * `history is long`: the run should continue as new; nothing runs then, and everything that was started has
 * finished.
 */
export type Outcome = 'finished' | 'history is long';

/** The running shards of a list, and the callbacks of the workflow that runs it. */
export interface ShardProgress {
  /** The running shards, by number. */
  readonly running: Map<number, Promise<void>>;
  /** While this is true, no shard is started. */
  readonly isPaused: () => boolean;
  /** Called after a shard was started; `next` is the first one that was not. */
  readonly onStarted: (next: number) => void;
  readonly onFinished: (candidates: number) => void;
}

interface ScoreListArguments {
  readonly work: AddressedInput & { search: string; run: string; list: CandidateListRef };
  readonly window?: number;
  /** If the list is one of several: the number of its first shard, and the total number of shards. */
  readonly shards?: { readonly first: number; readonly of: number };
  readonly nextShard: number;
  readonly progress: ShardProgress;
}

/** Scores from shard `nextShard` on, `window` shards at a time. */
export async function scoreList({
  work,
  window = work.specification.execution.window,
  shards: { first, of } = { first: 0, of: shardsOf(work) },
  nextShard,
  progress: { running, isPaused, onStarted, onFinished },
}: ScoreListArguments): Promise<Outcome> {
  const { specification, list } = work;
  const { shardSize, device } = specification.execution;
  const fleet = proxyActivities<SearchActivities>({
    taskQueue: scoreQueue(device),
    startToCloseTimeout: '24h',
    heartbeatTimeout: heartbeatTimeoutOf(specification.execution.window),
    retry,
  });
  const shards = shardsOf(work);
  const start = (shard: number): void => {
    const from = shard * shardSize;
    const to = Math.min(from + shardSize, list.count);
    const number = first + shard;
    const summary = `shard ${number + 1} of ${of}: candidates ${from + 1} to ${to}`;
    const task = fleet.scoreShard.executeWithOptions({ summary }, [{ ...work, shard: number, from, to }]);
    const finished = task.then(() => {
      running.delete(shard);
      onFinished(to - from);
    });
    running.set(shard, finished);
  };
  let next = nextShard;
  while (next < shards || running.size > 0) {
    if (isPaused() && running.size === 0) await condition(() => !isPaused());
    const long = workflowInfo().continueAsNewSuggested;
    while (!long && !isPaused() && next < shards && running.size < window) {
      start(next++);
      onStarted(next);
    }
    if (running.size > 0) await Promise.race(running.values());
    else if (long) return 'history is long';
  }
  return 'finished';
}
