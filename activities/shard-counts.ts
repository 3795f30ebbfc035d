// Counts the results for the candidates of one shard, and reports the counts to Temporal and to progress bars.
import { activityInfo, heartbeat } from '@temporalio/activity';
import { heartbeatTimeoutOf, paceOf } from '../core/contract/heartbeats.js';
import type { ShardInput, ShardResult } from '../core/contract/search-activities.js';
import type { ProgressBus } from '../store/store.js';

export interface ShardCounts {
  /** Candidates before this index were done by an earlier attempt. */
  readonly cursor: number;
  add(index: number, outcome: keyof ShardResult): void;
  /** Reports the counts until `work` has ended, and once more then; returns the final counts. */
  publishWhile(work: () => Promise<void>): Promise<ShardResult>;
}

interface CreateShardCountsArguments {
  readonly input: Pick<ShardInput, 'search' | 'shard'>;
  /** The number of candidates in the shard. */
  readonly size: number;
  readonly progress: ProgressBus;
  /** The number of scorers of this worker that died, which `zeroscout workers` shows. */
  readonly countDeaths: () => number;
}

/**
 * The cursor in the heartbeat is the number of leading candidates that are done; an attempt begins at the
 * cursor of the previous one.
 */
export function createShardCounts({
  input: { search, shard },
  size,
  progress,
  countDeaths,
}: CreateShardCountsArguments): ShardCounts {
  const { heartbeatDetails, heartbeatTimeoutMs = heartbeatTimeoutOf(0) } = activityInfo();
  const { tickMs, ticks } = paceOf(heartbeatTimeoutMs);
  const cursor = Math.min(Number((heartbeatDetails as { cursor?: number })?.cursor ?? 0), size);
  const counts = { scored: 0, reused: cursor, failed: 0 };
  const done = new Set<number>();
  let front = cursor;
  let tick = 0;
  const report = () => {
    while (done.delete(front)) front++;
    heartbeat({ cursor: front, ...counts, scorerRestarts: countDeaths() });
  };
  const publishCounts = () => {
    if (++tick % ticks === 0) report();
    progress.publish(search, { shard, ...counts });
  };
  return {
    cursor,
    add: (index, outcome) => {
      counts[outcome]++;
      done.add(index);
    },
    publishWhile: async (work) => {
      const timer = setInterval(publishCounts, tickMs);
      try {
        await work();
      } catch (error) {
        // The next attempt begins where this report says. A finished shard reports nothing more.
        report();
        throw error;
      } finally {
        clearInterval(timer);
        progress.publish(search, { shard, ...counts });
      }
      return counts;
    },
  };
}
