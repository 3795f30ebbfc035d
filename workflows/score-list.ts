// In: a list of candidates. Out: every one of them scored or set aside, shard by shard through a sliding window.
import { condition, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AddressedInput, CandidateListRef } from '../core/contract/search.js';
import type { SearchActivities, ShardInput } from '../core/contract/search-activities.js';
import { scoreQueue } from '../core/contract/search-queues.js';
import { retry } from './retry.js';

/** Shards of a list. */
export function shardsOf({ list, specification }: Pick<ShardInput, 'list' | 'specification'>): number {
  return Math.ceil(list.count / specification.execution.shardSize);
}

/**
 * Scores from shard `nextShard` on, `window` shards at a time. `running` holds the numbers of those under way, for
 * whoever shows progress. Answers `history is long` when the run should continue as new; nothing runs then, and
 * what was started is finished. A paused search starts no shard and waits.
 */
export async function scoreList({
  work,
  window = work.specification.execution.window,
  shards: { first, of } = { first: 0, of: shardsOf(work) },
  nextShard,
  running,
  paused,
  onStarted,
  onFinished,
}: {
  work: AddressedInput & { search: string; run: string; list: CandidateListRef };
  window?: number;
  /** Where the list is one of several: the number of its first shard, and how many there are of all. */
  shards?: { readonly first: number; readonly of: number };
  nextShard: number;
  running: Map<number, Promise<void>>;
  paused: () => boolean;
  /** `next` is the first shard that has not been started. */
  onStarted: (next: number) => void;
  onFinished: (candidates: number) => void;
}): Promise<'finished' | 'history is long'> {
  const { specification, list } = work;
  const { shardSize, device } = specification.execution;
  const fleet = proxyActivities<SearchActivities>({
    taskQueue: scoreQueue(device),
    startToCloseTimeout: '24h',
    heartbeatTimeout: '15s',
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
    if (paused() && running.size === 0) await condition(() => !paused());
    const long = workflowInfo().continueAsNewSuggested;
    while (!long && !paused() && next < shards && running.size < window) {
      start(next++);
      onStarted(next);
    }
    if (running.size > 0) await Promise.race(running.values());
    else if (long) return 'history is long';
  }
  return 'finished';
}
