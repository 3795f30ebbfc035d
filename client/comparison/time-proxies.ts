// Measures on this machine how long the families of proxies of a search take for a few of its candidates,
// each alone, all together, and all but each.
import { requestOf } from '../../activities/score-request.js';
import { createStructures } from '../../activities/structures.js';
import { setsToTime, type TimedFamilies } from '../../core/comparison/cost.js';
import type { Specification } from '../../core/specification/specification.js';
import type { CpuScorer } from '../../engine/cpu-scorer.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import type { Store } from '../../store/store.js';

/**
 * After this time, shared by all sets, no further candidate is timed. Each set is timed on one candidate at least,
 * after the one that warms up, so that many proxies of large networks take longer.
 */
const BUDGET_MS = 20_000;

export interface TimingRequest {
  readonly store: Store;
  readonly specification: Specification;
  /** Candidates to time, after the first, which warms the scorers up. */
  readonly candidates: readonly string[];
}

/**
 * The times of each set. They are those of one scorer with one thread and one draw of noise images. Each set
 * of all families but one alternates with all, candidate by candidate, so that other work on the machine affects both
 * alike; only these two scorers are open, since a scorer of large networks holds a gigabyte. Nothing is timed of a search on
 * another device, or with proxies of the user's own, whose code this process does not run.
 */
export async function timeProxies({
  store,
  specification,
  candidates,
}: TimingRequest): Promise<readonly TimedFamilies[]> {
  const sets = setsToTime(specification.proxies);
  const [all] = sets;
  const { execution, ownProxies = [] } = specification;
  if (execution.device !== 'cpu' || ownProxies.length > 0 || candidates.length < 2 || all === undefined)
    return [];
  // ONNX Runtime loads only where something is timed.
  const { createCpuScorer } = await import('../../engine/cpu-scorer.js');
  const structures = createStructures({ blobs: store.blobs });
  const share = BUDGET_MS / sets.length;
  /** The times of a set and of all families, each candidate after the other. */
  const timeBeside = async (families: Families): Promise<TimedFamilies> => {
    // Only what a family adds is a difference between two sets.
    const both = [families, ...(families.length === all.length - 1 ? [all] : [])];
    const scorers: CpuScorer[] = [];
    const times = both.map((): number[] => []);
    try {
      for (const _ of both) scorers.push(await createCpuScorer({ threads: 1 }));
      const started = performance.now();
      for (const [at, candidate] of candidates.entries()) {
        if (at > 1 && performance.now() - started > share) break;
        const { structure } = await structures({ space: specification.space, candidate });
        const asked = { candidate, draws: [0], ...(structure === undefined ? {} : { structure }) };
        for (const [i, families] of both.entries()) {
          const request = requestOf({ specification, asked: { ...asked, families } });
          times[i]!.push(await timeOne(scorers[i]!, request));
        }
      }
    } finally {
      for (const scorer of scorers) await scorer.close();
    }
    const [milliseconds, beside] = times.map((each) => each.slice(1));
    return { families, milliseconds: milliseconds!, ...(beside ? { beside } : {}) };
  };
  const timed: TimedFamilies[] = [];
  for (const families of sets) timed.push(await timeBeside(families));
  return timed;
}

type Families = TimedFamilies['families'];

async function timeOne(scorer: CpuScorer, request: ScoreRequest): Promise<number> {
  const started = performance.now();
  await scorer.score(request);
  return performance.now() - started;
}
