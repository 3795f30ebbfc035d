// Measures on this machine how long the families of proxies of a search take for a few of its candidates,
// each alone, all together, and all but each.
import { requestOf } from '../../activities/score-request.js';
import { createStructures } from '../../activities/structures.js';
import { setsToTime, type TimedFamilies } from '../../core/comparison/cost.js';
import type { Specification } from '../../core/specification/specification.js';
import type { CpuScorer } from '../../engine/cpu-scorer.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import type { Store } from '../../store/store.js';

/** After this time, shared by all sets, no further candidate is timed, so that large networks do not take minutes. */
const BUDGET_MS = 20_000;

export interface TimingRequest {
  readonly store: Store;
  readonly specification: Specification;
  /** Candidates to time, after the first, which warms the scorers up. */
  readonly candidates: readonly string[];
}

/**
 * The times of each set. They are those of one scorer with one thread and one draw of noise images. One scorer is
 * open at a time, since a scorer of large networks holds a gigabyte. Nothing is timed of a search on another device,
 * or with proxies of the user's own, whose code this process does not run.
 */
export async function timeProxies({
  store,
  specification,
  candidates,
}: TimingRequest): Promise<readonly TimedFamilies[]> {
  const sets = setsToTime(specification.proxies);
  const { execution, ownProxies = [] } = specification;
  if (execution.device !== 'cpu' || ownProxies.length > 0 || candidates.length < 2 || sets.length === 0)
    return [];
  // ONNX Runtime loads only where something is timed.
  const { createCpuScorer } = await import('../../engine/cpu-scorer.js');
  const structures = createStructures({ blobs: store.blobs });
  const timeSet = async (families: TimedFamilies['families'], count: number): Promise<number[]> => {
    const scorer = await createCpuScorer({ threads: 1 });
    const times: number[] = [];
    const started = performance.now();
    try {
      for (const candidate of candidates.slice(0, count)) {
        if (times.length > 1 && performance.now() - started > BUDGET_MS / sets.length) break;
        const { structure } = await structures({ space: specification.space, candidate });
        const asked = { candidate, draws: [0], families, ...(structure === undefined ? {} : { structure }) };
        times.push(await timeOne(scorer, requestOf({ specification, asked })));
      }
    } finally {
      await scorer.close();
    }
    return times;
  };
  const timed: TimedFamilies[] = [];
  let count = candidates.length;
  for (const families of sets) {
    const times = await timeSet(families, count);
    // The first set has all families. The others are timed for as many candidates at most.
    count = times.length;
    timed.push({ families, milliseconds: times.slice(1) });
  }
  return timed;
}

async function timeOne(scorer: CpuScorer, request: ScoreRequest): Promise<number> {
  const started = performance.now();
  await scorer.score(request);
  return performance.now() - started;
}
