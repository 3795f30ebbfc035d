// Starts a search of a specification that has been read, after looking up the candidates of another search's
// ranking if it names one.
import type { WorkflowHandle } from '@temporalio/client';
import { isBatchedDevice } from '../../core/specification/devices.js';
import { checkDevice } from '../../engine/check-device.js';
import type { Session } from '../connections/session.js';
import { composeDefaultId, type ReadSpecification } from '../specification/read-candidates.js';
import { type Started, startSearch } from './start-search.js';
import { withRanking } from './with-ranking.js';

export interface BeginRequest {
  readonly read: ReadSpecification;
  /** By default, the id consists of the specification's name and digest. */
  readonly id?: string | undefined;
  /**
   * What happens if the search is finished already: its results are kept, or it runs again and reuses its
   * scores.
   */
  readonly whereFinished: 'keep' | 'again';
  /** The number of score workers that this machine will start for it. */
  readonly workers: number;
}

export interface BegunSearch extends Started {
  readonly read: ReadSpecification;
  /** Starts the search again, for instance if its record was lost; scores are reused. */
  readonly again: () => Promise<Started & { readonly handle: WorkflowHandle }>;
}

/**
 * Throws a SpecError if the id belongs to another specification, and a DeviceError if this machine cannot
 * score on its device.
 */
export async function beginSearch(
  { client, store, onNote }: Session,
  { read: written, id: given, whereFinished, workers }: BeginRequest,
): Promise<BegunSearch> {
  const read = await withRanking({ client, store, read: written });
  const id = given ?? composeDefaultId(read);
  const { device } = read.specification.execution;
  if (workers > 0 && isBatchedDevice(device)) {
    const { notice } = await checkDevice({ device });
    if (notice) onNote(notice);
  }
  const start = (where: 'keep' | 'again') => startSearch({ client, store, id, read, whereFinished: where });
  return { ...(await start(whereFinished)), read, again: () => start('again') };
}

/** The default number of score workers on this machine: 1 with embedded servers, which have no others. */
export function chooseWorkerCount({ connections }: Pick<Session, 'connections'>): number {
  return connections.embedded ? 1 : 0;
}
