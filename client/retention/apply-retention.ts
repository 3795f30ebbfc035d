// Deletes old runs, and the blobs and scores to which no kept run and no schedule refers, or reports what it
// would delete.
import type { Holding } from '../../store/store.js';
import type { Session } from '../connections/session.js';
import type { Choice } from './choose.js';
import { type Collection, collect, planCollection } from './collect.js';
import { checkNamespaces } from './other-namespaces.js';
import type { DamagedBlob } from './references.js';

export interface RetentionRequest {
  /**
   * The number of finished runs of each schedule, and of each specification name, that are kept whatever
   * their age.
   */
  readonly keepLast: number;
  /** The age in milliseconds up to which everything is kept. */
  readonly olderThan: number;
  /** The ids of other Temporal namespaces whose searches need nothing in this store any more. */
  readonly forgetNamespaces: readonly string[];
  /** `rehearsal` deletes nothing. */
  readonly which: 'rehearsal' | 'delete';
}

export interface Cost {
  readonly count: number;
  readonly bytes: number;
}

interface Costs {
  readonly kept: Cost;
  readonly gone: Cost;
}

interface RunRef {
  readonly id: string;
  readonly runId: string;
}

export interface RetentionReport {
  /** False for a rehearsal, whose lists name what would be deleted. */
  readonly deleted: boolean;
  readonly runs: { readonly kept: readonly RunRef[]; readonly gone: readonly RunRef[] };
  readonly blobs: Costs;
  /**
   * The damaged blobs that kept runs and schedules need. Where there is one, no blob is deleted, because it is not known
   * which ones it names. A search with the same specification restores it.
   */
  readonly damagedBlobs: readonly DamagedBlob[];
  readonly scores: Costs;
  readonly failures: Costs;
}

/**
 * The report, and the deleted runs with their series. Throws a SpecError if searches of other Temporal namespaces use
 * the store.
 */
export async function applyRetention(
  { client, store, connections }: Pick<Session, 'client' | 'store' | 'connections'>,
  { which, forgetNamespaces: forgotten, ...retention }: RetentionRequest,
): Promise<RetentionReport & { readonly gone: Collection['runs']['gone'] }> {
  const removable = await checkNamespaces({ client, store, connections, forgotten });
  const collection = await planCollection({ client, store, ...retention, now: Date.now() });
  const deleted = which === 'delete';
  if (deleted) {
    await collect({ client, store, collection });
    for (const id of removable) await store.namespaces.remove(id);
  }
  const { runs, blobs, damagedBlobs, scores, failures } = collection;
  return {
    deleted,
    runs: { kept: idsOf(runs.kept), gone: idsOf(runs.gone) },
    blobs: costsOf(blobs),
    damagedBlobs,
    scores: costsOf(scores),
    failures: costsOf(failures),
    gone: runs.gone,
  };
}

function idsOf(runs: Collection['runs']['kept']): readonly RunRef[] {
  return runs.map(({ id, runId }) => ({ id, runId }));
}

function costsOf({ kept, gone }: Choice<Holding>): Costs {
  return { kept: costOf(kept), gone: costOf(gone) };
}

function costOf(holdings: readonly Holding[]): Cost {
  return {
    count: holdings.reduce((sum, { count }) => sum + count, 0),
    bytes: holdings.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
