// Finds what may be deleted, and deletes it.
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { Holding, Store } from '../../store/store.js';
import { NOT_FOUND } from '../connections/connect-temporal.js';
import { type Choice, chooseHoldings, chooseRuns, type GcRun, type Retention } from './choose.js';
import {
  type DamagedBlob,
  findReachableBlobs,
  findRuns,
  type ReferringText,
  textOfRun,
  textOfSchedules,
} from './references.js';

/**
 * The least age of a deleted blob. A blob that was put yesterday may be in use by an activity that has not
 * recorded it yet (store.ts, Housekeeping).
 */
const BLOBS_AT_LEAST_MS = 48 * 3_600_000;

export interface Collection {
  readonly runs: Choice<GcRun>;
  readonly blobs: Choice<Holding>;
  /** Where there is one, all blobs are kept. */
  readonly damagedBlobs: readonly DamagedBlob[];
  readonly scores: Choice<Holding>;
  readonly failures: Choice<Holding>;
}

export async function planCollection({
  client,
  store,
  ...retention
}: Retention & { readonly client: Client; readonly store: Store }): Promise<Collection> {
  const { housekeeping } = store;
  // The stored objects are listed before their references, so that objects that are written in between are in
  // neither list.
  const [blobs, scopes, failures] = await Promise.all([
    housekeeping.blobs(),
    housekeeping.scopes(),
    housekeeping.failureRuns(),
  ]);
  const runs = chooseRuns({ ...retention, runs: await findRuns(client) });
  const texts: ReferringText[] = [{ text: await textOfSchedules(client) }];
  for (const run of runs.kept) texts.push({ text: await textOfRun({ client, run }), run: run.id });
  const { reached, damaged } = await findReachableBlobs({ store, blobs, texts });
  const isNamed = (name: string) => texts.some(({ text }) => text.includes(name));
  const olderThan = Math.max(retention.olderThan, BLOBS_AT_LEAST_MS);
  return {
    runs,
    blobs: chooseHoldings({
      ...retention,
      olderThan,
      holdings: blobs,
      // A damaged blob may name any other one.
      isReferred: (name) => damaged.length > 0 || reached.has(name),
    }),
    damagedBlobs: damaged,
    scores: chooseHoldings({ ...retention, holdings: scopes, isReferred: isNamed }),
    failures: chooseHoldings({ ...retention, holdings: failures, isReferred: isNamed }),
  };
}

/** Runs are deleted first, so that after an interruption no run is left whose blobs are gone. */
export async function collect({
  client,
  store: { housekeeping },
  collection: { runs, blobs, scores, failures },
}: {
  readonly client: Client;
  readonly store: Store;
  readonly collection: Collection;
}): Promise<void> {
  const { namespace } = client.options;
  // Temporal deletes in the background and lists a deleted run for some minutes. Another client, or the
  // retention of the namespace, may have deleted it before.
  const forget = (workflowExecution: { readonly workflowId: string; readonly runId: string }) =>
    client.workflowService
      .deleteWorkflowExecution({ namespace, workflowExecution })
      .catch((error: unknown) => {
        if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
      });
  for (const { workflowId, runId } of runs.gone) {
    // Parts of a large plan are named after their search and its first run.
    const query = `WorkflowId STARTS_WITH "${workflowId}/${runId.slice(0, 8)}/"`;
    for await (const { workflowId, runId } of client.workflow.list({ query }))
      await forget({ workflowId, runId });
    await forget({ workflowId, runId });
  }
  for (const { name } of failures.gone) await housekeeping.deleteFailures(name);
  for (const { name } of scores.gone) await housekeeping.deleteScope(name);
  for (const { name } of blobs.gone) await housekeeping.deleteBlob(name);
}
