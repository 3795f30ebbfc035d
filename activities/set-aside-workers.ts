// Records workers whose numbers are wrong, waits until they have read the record, and discards all their
// scores.
import type { SearchActivities } from '../core/contract/search-activities.js';
import type { Disagreement } from '../core/contract/verification.js';
import { STANDING_MS } from '../store/standing.js';
import type { Store } from '../store/store.js';

const LINES = 10;
/**
 * The time between the record and discarding the scores. A worker that obeys stores nothing after this time.
 */
const HEARD_MS = 2 * STANDING_MS + 1_000;

export interface SetAsideOptions {
  readonly store: Store;
  readonly now: () => number;
  readonly onSetAside?: ((workers: readonly string[]) => void) | undefined;
  /** Waits; tests pass a function that does not. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

export function setAsideWorkers({
  store,
  now,
  onSetAside,
  sleep,
}: SetAsideOptions): SearchActivities['setAsideWorkers'] {
  return async ({ search, specification, state, workers, disagreements }) => {
    for (const worker of workers) {
      const theirs = disagreements.filter((one) => one.worker === worker || one.verifier === worker);
      const known = await store.workers.find(worker);
      // A worker that is set aside remains so if another search only suspects it.
      if (state === 'suspected' && known?.state === 'set aside') continue;
      await store.workers.put({
        worker,
        state,
        at: now(),
        by: search,
        device: specification.execution.device,
        reason: reasonOf({ state, theirs }),
        evidence: theirs.slice(0, LINES).map(line),
      });
    }
    if (state === 'suspected') return { discarded: 0 };
    onSetAside?.(workers);
    await sleep(HEARD_MS);
    let discarded = 0;
    for (const worker of workers) discarded += await store.signed.discardAll(worker);
    return { discarded };
  };
}

function reasonOf({
  state,
  theirs,
}: {
  readonly state: string;
  readonly theirs: readonly Disagreement[];
}): string {
  const scores = `${theirs.length} ${theirs.length === 1 ? 'score' : 'scores'}`;
  return state === 'set aside'
    ? `${scores} computed by it and by two other workers: the two agree, it does not`
    : `${scores} computed by it and by another worker differ, and no third worker has decided`;
}

function line({ score, worker, verifier, difference }: Disagreement): string {
  return `${score}: ${worker || 'a worker without a name'} stored ${difference} by ${verifier}`;
}
