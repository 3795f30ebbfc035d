// Counts the candidates that running shards have scored, from the events that their workers publish.
import type { SearchProgress } from '../../core/contract/search.js';
import type { ProgressBus } from '../../store/store.js';

export interface LiveCount {
  /** The candidates that the running shards of a search have scored, as far as their workers said so. */
  of(progress: Pick<SearchProgress, 'shards' | 'round' | 'generation'>): number;
  stop(): void;
}

export function countLive({ bus, id }: { readonly bus: ProgressBus; readonly id: string }): LiveCount {
  const live = new Map<number, number>();
  let counted: string | undefined;
  const stop = bus.subscribe(id, ({ shard, scored, reused, failed }) => {
    live.set(shard, scored + reused + failed);
  });
  return {
    of: ({ shards, round, generation }) => {
      // Each round and each generation numbers its shards from 0.
      const now = `${round.number}.${generation}`;
      if (counted !== undefined && now !== counted) live.clear();
      counted = now;
      return shards.running.reduce((sum, shard) => sum + (live.get(shard) ?? 0), 0);
    },
    stop,
  };
}
