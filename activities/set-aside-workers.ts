// Records workers whose numbers are wrong, waits until they have read the record, and discards all their
// scores.
import type { SearchActivities } from '../core/contract/search-activities.js';
import type { Disagreement } from '../core/contract/verification.js';
import { STANDING_MS } from '../store/standing.js';
import type { Store, WorkerRecord } from '../store/store.js';

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
      const others = theirs.map((one) => (one.worker === worker ? one.verifier : one.worker));
      const against = [...new Set(others)].sort();
      // A worker that is set aside remains so if another search only suspects it, and whoever disagrees with such workers
      // alone is not suspected.
      const isSettled = (await isSetAside(store, [worker])) || (await isSetAside(store, against));
      if (state === 'suspected' && isSettled) continue;
      await store.workers.put({
        worker,
        state,
        at: now(),
        by: search,
        device: specification.execution.device,
        reason: reasonOf({ state, theirs }),
        evidence: theirs.slice(0, LINES).map(line),
        ...(state === 'suspected' ? { against } : {}),
      });
    }
    if (state === 'suspected') return { discarded: 0 };
    onSetAside?.(workers);
    await sleep(HEARD_MS);
    let discarded = 0;
    for (const worker of workers) discarded += await store.signed.discardAll(worker);
    await releaseInnocent({ store, at: now(), by: search });
    return { discarded };
  };
}

/** Whether all of these workers are set aside; false for none. */
async function isSetAside(store: Store, workers: readonly string[]): Promise<boolean> {
  const found = await Promise.all(workers.map((worker) => store.workers.find(worker)));
  return found.length > 0 && found.every((record) => record?.state === 'set aside');
}

/** Ends the suspicion of workers that disagreed only with workers that are set aside, by this search or another. */
async function releaseInnocent({
  store,
  at,
  by,
}: Pick<WorkerRecord, 'at' | 'by'> & { readonly store: Store }) {
  for (const record of await store.workers.list())
    if (record.state === 'suspected' && (await isSetAside(store, record.against ?? [])))
      await store.workers.put({
        ...record,
        state: 'released',
        at,
        by,
        reason: `it disagreed only with workers that are set aside: ${record.against!.join(', ')}`,
      });
}

function reasonOf({
  state,
  theirs,
}: {
  readonly state: string;
  readonly theirs: readonly Disagreement[];
}): string {
  // Two other workers may have computed the same score.
  const count = new Set(theirs.map(({ score }) => score)).size;
  const scores = `${count} ${count === 1 ? 'score' : 'scores'}`;
  return state === 'set aside'
    ? `${scores} computed by it and by two other workers: the two agree, it does not`
    : `${scores} computed by it and by another worker differ, and no third worker has decided`;
}

function line({ score, worker, verifier, difference }: Disagreement): string {
  return `${score}: ${worker || 'a worker without a name'} stored ${difference} by ${verifier}`;
}
