// Measures on this machine the latencies of the first candidates of a finished ranking: the missing ones, or
// all of them again.
import { latencyScope } from '../core/address.js';
import { CandidateError } from '../core/candidate-error.js';
import type { SearchActivities } from '../core/contract/search-activities.js';
import { costResolution, imageOfSpace } from '../core/specification/space.js';
import { beginRound, findLastRound, readLatencies, storeLatency } from '../store/latencies.js';
import { readRanking } from '../store/ranking.js';
import type { Store } from '../store/store.js';
import type { LatencyMeter } from './latency.js';
import { describeStep } from './step-report.js';
import { createStructures } from './structures.js';

export function measureLatencies({
  store,
  meter,
}: {
  readonly store: Store;
  readonly meter: LatencyMeter;
}): SearchActivities['measureLatencies'] {
  const structures = createStructures({ blobs: store.blobs });
  return async ({ specification, ranking, top, which }) => {
    const { space, seed } = specification;
    const resolution = costResolution(specification);
    const image = imageOfSpace(space);
    const { latencies } = store;
    const scope = latencyScope({ space, resolution, machine: meter.machine });
    const candidates: string[] = [];
    for await (const rows of readRanking(store.blobs, ranking))
      candidates.push(...rows.slice(0, top - candidates.length).map(({ candidate }) => candidate));
    const round = await (which === 'all' ? beginRound : findLastRound)({ latencies, scope });
    const known = which === 'all' ? new Map() : await readLatencies({ latencies, scope, round, candidates });
    const todo = candidates.filter((candidate) => !known.has(candidate));
    let measured = 0;
    let failed = 0;
    describeStep(() => ({ taken: measured, wanted: todo.length }));
    for (const candidate of todo) {
      try {
        const structure = await structures({ space, candidate });
        const measurement = await meter.measure({ space, candidate, seed, resolution, ...structure });
        await storeLatency({ latencies, scope, round, candidate, measurement });
        measured++;
      } catch (error) {
        if (!(error instanceof CandidateError)) throw error;
        failed++;
      }
    }
    return {
      latencies: { [scope]: meter.machine },
      resolution,
      ...(image ? { image } : {}),
      candidates: candidates.length,
      measured,
      failed,
    };
  };
}
