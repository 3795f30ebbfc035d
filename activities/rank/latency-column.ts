// Looks up the latencies of ranked candidates, and counts those that were measured on a busy machine.
import { isBusy, type LatencyCounts, type Measurement } from '../../core/contract/latency.js';
import { findLastRound, readLatencies } from '../../store/latencies.js';
import type { ScoreStore } from '../../store/store.js';

export interface LatencyColumn {
  /** The latency in milliseconds of each candidate, or null if it has none. */
  of(candidates: readonly string[]): Promise<readonly (number | null)[]>;
  counts(): LatencyCounts;
}

/**
 * Where machines of several classes measured, the first scope (in their order) that has a candidate counts.
 */
export async function createLatencyColumn({
  latencies,
  scopes,
}: {
  readonly latencies: ScoreStore;
  readonly scopes: Readonly<Record<string, string>>;
}): Promise<LatencyColumn> {
  const names = Object.keys(scopes).sort();
  const rounds = await Promise.all(names.map((scope) => findLastRound({ latencies, scope })));
  let measured = 0;
  let busy = 0;
  return {
    of: async (candidates) => {
      const found = new Map<string, Measurement>();
      for (const [i, scope] of names.entries()) {
        const missing = candidates.filter((candidate) => !found.has(candidate));
        const round = rounds[i]!;
        const read = await readLatencies({ latencies, scope, round, candidates: missing });
        for (const [candidate, measurement] of read) found.set(candidate, measurement);
      }
      const all = candidates.map((candidate) => found.get(candidate));
      measured += all.filter((one) => one !== undefined).length;
      busy += all.filter((one) => one !== undefined && isBusy(one)).length;
      return all.map((one) => one?.latency ?? null);
    },
    counts: () => ({ measured, busy }),
  };
}
