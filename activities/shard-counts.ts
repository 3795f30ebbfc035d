// Counts what became of the candidates of one shard, and tells Temporal and the progress bars of it twice a second.
import { activityInfo, heartbeat } from '@temporalio/activity';
import type { ShardInput, ShardResult } from '../core/contract/search-activities.js';
import type { ProgressBus } from '../store/store.js';

const TICK_MS = 500;

export interface ShardCounts {
  /** Candidates before this one were done by an earlier attempt. */
  readonly cursor: number;
  add(index: number, outcome: keyof ShardResult): void;
  /** Tells of the counts until `work` has ended, and once more then; answers them. */
  tellWhile(work: () => Promise<void>): Promise<ShardResult>;
}

/** The heartbeat's cursor is the number of candidates that are done from the front; an attempt begins at that of the one before. */
export function createShardCounts({
  input: { search, shard },
  size,
  progress,
}: {
  readonly input: Pick<ShardInput, 'search' | 'shard'>;
  /** Candidates of the shard. */
  readonly size: number;
  readonly progress: ProgressBus;
}): ShardCounts {
  const { heartbeatDetails } = activityInfo();
  const cursor = Math.min(Number((heartbeatDetails as { cursor?: number })?.cursor ?? 0), size);
  const counts = { scored: 0, reused: cursor, failed: 0 };
  const done = new Set<number>();
  let front = cursor;
  const tell = () => {
    while (done.delete(front)) front++;
    heartbeat({ cursor: front, ...counts });
    progress.publish(search, { shard, ...counts });
  };
  return {
    cursor,
    add: (index, outcome) => {
      counts[outcome]++;
      done.add(index);
    },
    tellWhile: async (work) => {
      const timer = setInterval(tell, TICK_MS);
      try {
        await work();
      } finally {
        clearInterval(timer);
        tell();
      }
      return counts;
    },
  };
}
