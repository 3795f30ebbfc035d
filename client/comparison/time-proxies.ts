// Measures on this machine how long the families of proxies of a search take for a few of its candidates,
// each alone, all together, and all but each.
import { requestOf } from '../../activities/score-request.js';
import { createStructures } from '../../activities/structures.js';
import { setsToTime, type TimedFamilies } from '../../core/comparison/cost.js';
import type { Specification } from '../../core/specification/specification.js';
import type { CpuScorer } from '../../engine/cpu-scorer.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import type { Store } from '../../store/store.js';

/** No further candidate is timed after this time, so that large networks do not take minutes. */
const BUDGET_MS = 20_000;

export interface TimingRequest {
  readonly store: Store;
  readonly specification: Specification;
  /** Candidates to time, after the first, which warms the scorers up. */
  readonly candidates: readonly string[];
}

/**
 * The times of each set. They are those of one scorer with one thread and one draw of noise images. The sets
 * alternate candidate by candidate, so that other work on the machine affects all of them alike. Nothing is
 * timed of a search on another device, or with proxies of the user's own, whose code this process does not run.
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
  const scorers: CpuScorer[] = [];
  const structures = createStructures({ blobs: store.blobs });
  const times = sets.map((): number[] => []);
  try {
    for (const _ of sets) scorers.push(await createCpuScorer({ threads: 1 }));
    const started = performance.now();
    for (const [at, candidate] of candidates.entries()) {
      if (at > 1 && performance.now() - started > BUDGET_MS) break;
      const { structure } = await structures({ space: specification.space, candidate });
      for (const [i, families] of sets.entries()) {
        const asked = { candidate, draws: [0], families, ...(structure === undefined ? {} : { structure }) };
        times[i]!.push(await timeOne(scorers[i]!, requestOf({ specification, asked })));
      }
    }
  } finally {
    for (const scorer of scorers) await scorer.close();
  }
  return sets.map((families, i) => ({ families, milliseconds: times[i]!.slice(1) }));
}

async function timeOne(scorer: CpuScorer, request: ScoreRequest): Promise<number> {
  const started = performance.now();
  await scorer.score(request);
  return performance.now() - started;
}
