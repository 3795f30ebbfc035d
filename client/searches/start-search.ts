// Starts the workflow of a search, or attaches to the one that runs already.
import { isDeepStrictEqual } from 'node:util';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { addressesOf } from '../../activities/address-scores.js';
import type { SearchMemo, SearchRequest, SearchResult } from '../../core/contract/search.js';
import { CONTROL_QUEUE, SEARCH_WORKFLOW, workflowIdOf } from '../../core/contract/search-queues.js';
import { SpecError } from '../../core/errors.js';
import type { Specification } from '../../core/specification/specification.js';
import { specificationDifferences } from '../../core/specification/specification-digest.js';
import { sourceOf, stagesOf } from '../../core/specification/stages.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import type { Store } from '../../store/store.js';
import type { ReadImages } from '../specification/read-images.js';
import type { ReadSpecification } from '../specification/read-specification.js';
import { withSearchAttributes } from './attributes.js';
import { isCancelling } from './find-search.js';

export interface Started {
  readonly id: string;
  readonly handle: WorkflowHandle;
  readonly how: 'started' | 'attached' | 'finished';
  /** The time at which it finished; present only for a finished search. */
  readonly ended?: Date;
}

interface StartSearchArguments {
  readonly client: Client;
  readonly store: Store;
  readonly id: string;
  readonly read: ReadSpecification;
  readonly whereFinished: 'keep' | 'again';
}

/**
 * Attaches to a running search of this id and specification, or starts one, also in place of a search that was
 * cancelled and has not ended yet. A finished search is left as it
 * is unless the caller asks to run it again. Throws a SpecError if the id belongs to another specification.
 */
export async function startSearch({
  client,
  store,
  id,
  read,
  whereFinished,
}: StartSearchArguments): Promise<Started> {
  const workflowId = workflowIdOf(id);
  const existing = await describe(client, workflowId);
  if (existing) refuseAnother({ id, read, memo: existing.memo as unknown as SearchMemo });
  if (existing?.status.name === 'RUNNING') {
    const handle = client.workflow.getHandle(workflowId);
    if (!isCancelling(existing)) return { id, handle, how: 'attached' };
    // Without a control worker it has not ended yet, and could only end without results.
    await endNow(handle);
  }
  if (existing?.status.name === 'COMPLETED' && whereFinished === 'keep') {
    const handle = client.workflow.getHandle(workflowId);
    const { scopes, families } = (await handle.result()) as SearchResult;
    const specifications = stagesOf(read.specification).map((stage) => stage.specification);
    const own = addressesOf({ specifications });
    // Another version of the engine or of a family of proxies computes other scores, so the results of a
    // finished search would not be those requested.
    if (!scopes || isDeepStrictEqual({ scopes, families }, { scopes: own.scopes, families: own.families }))
      return { id, handle, how: 'finished', ...(existing.closeTime ? { ended: existing.closeTime } : {}) };
  }
  try {
    const options = { workflowId, ...(await createSearchOptions({ store, read })) };
    const handle = await withSearchAttributes({
      client,
      specification: read.specification,
      start: (attributes) => client.workflow.start(SEARCH_WORKFLOW, { ...options, ...attributes }),
    });
    return { id, handle, how: 'started' };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Another process started it after our look, so we look again.
    return startSearch({ client, store, id, read, whereFinished });
  }
}

/** Temporal's priorities go from 1, the most urgent, to 5. */
const USUAL_PRIORITY = 3;

/**
 * The start options of a search's workflow except its id. The candidates of a list must be in the
 * store before.
 */
export async function createSearchOptions({
  store,
  read: { specification, digest, list: candidates, images, structures, calibration },
}: {
  readonly store: Store;
  readonly read: ReadSpecification;
}) {
  if (!candidates && sourceOf(specification).kind === 'list')
    throw new TypeError('the candidates of the ranking are missing; withRanking reads them');
  const list = candidates && (await writeCandidateList(store.blobs, candidates));
  if (images) await putImages({ store, images });
  for (const text of structures?.values() ?? []) await store.blobs.put(new TextEncoder().encode(text));
  if (calibration !== undefined) await store.blobs.put(new TextEncoder().encode(calibration));
  const request: SearchRequest = { specification, ...(list ? { list } : {}) };
  const { name, space, strategy, execution } = specification;
  const memo: SearchMemo = { name, space: space.kind, digest, specification };
  return {
    taskQueue: CONTROL_QUEUE,
    args: [request],
    memo: { ...memo },
    staticSummary: `${name}: ${strategy.kind} search of ${space.kind}`,
    staticDetails: detailsOf(specification),
    // The shards inherit the priority: among searches that wait for the same workers, those of higher
    // priority go first, and equal ones take turns.
    priority: { priorityKey: execution.priority ?? USUAL_PRIORITY, fairnessKey: name },
  };
}

/**
 * Markdown for Temporal's page: what determines the result, except a space's own definition, which may be
 * long.
 */
function detailsOf({
  space: { kind },
  strategy,
  fidelity,
  constraints,
  aggregation,
  cohort,
  seed,
  execution,
}: Specification): string {
  const { device, priority } = execution;
  const shown = {
    ...{ space: kind, strategy, constraints, fidelity, aggregation },
    ...{ cohort, seed, device, priority },
  };
  return Object.entries(shown)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `- **${name}**: ${typeof value === 'object' ? `\`${JSON.stringify(value)}\`` : value}`,
    )
    .join('\n');
}

/** Fails unless the bytes are those that were checked. */
async function putImages({
  store,
  images: { images, read },
}: {
  readonly store: Store;
  readonly images: ReadImages;
}): Promise<void> {
  if ((await store.blobs.putStream(read)) !== images.digest)
    throw SpecError.of({ path: 'input.images', message: 'the file changed after it was checked; try again' });
}

async function endNow(handle: WorkflowHandle): Promise<void> {
  try {
    await handle.terminate('it was cancelled, and was started again before it had ended');
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function describe(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function refuseAnother({
  id,
  read,
  memo,
}: {
  readonly id: string;
  readonly read: ReadSpecification;
  readonly memo: SearchMemo;
}): void {
  if (memo.digest === read.digest) return;
  const differences = specificationDifferences(memo.specification, read.specification);
  const what = differences.length ? differences : ['strategy: its candidates are others'];
  throw new SpecError([
    {
      path: 'id',
      message: `"${id}" belongs to another specification; choose another id. What differs:`,
    },
    ...what.map((message) => ({ path: '', message: `  ${message}` })),
  ]);
}
