// In: a specification and an id. Out: the workflow that searches it: the running one where there is one, else a new run.
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { SpecError } from '../../core/spec/errors.js';
import type { SearchInput, SearchMemo } from '../../core/spec/search.js';
import { CONTROL_QUEUE, SEARCH_WORKFLOW, workflowIdOf } from '../../core/spec/search-queues.js';
import { specificationDifferences } from '../../core/spec/specification-digest.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import type { Store } from '../../store/store.js';
import type { ReadSpecification } from './read-specification.js';

export interface Started {
  readonly id: string;
  readonly handle: WorkflowHandle;
  readonly how: 'started' | 'attached';
}

/** The id that a specification has when none is given: its name and the beginning of its digest. */
export function defaultId({ specification, digest }: ReadSpecification): string {
  return `${specification.name}-${digest.slice(0, 8)}`;
}

/** Attaches to a running search of this id and specification, or starts one. SpecError where the id belongs to another. */
export async function startSearch({
  client,
  store,
  id,
  read,
}: {
  client: Client;
  store: Store;
  id: string;
  read: ReadSpecification;
}): Promise<Started> {
  const { specification, digest } = read;
  const workflowId = workflowIdOf(id);
  const existing = await describe(client, workflowId);
  if (existing) refuseAnother({ id, read, memo: existing.memo as unknown as SearchMemo });
  if (existing?.status.name === 'RUNNING')
    return { id, handle: client.workflow.getHandle(workflowId), how: 'attached' };
  const list = read.list && (await writeCandidateList(store.blobs, read.list));
  const input: SearchInput = { id, specification, ...(list ? { list } : {}) };
  const memo: SearchMemo = {
    name: specification.name,
    space: specification.space.kind,
    digest,
    specification,
  };
  try {
    const handle = await client.workflow.start(SEARCH_WORKFLOW, {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      memo: { ...memo },
      staticSummary: `${specification.name}: ${specification.strategy.kind} search of ${specification.space.kind}`,
    });
    return { id, handle, how: 'started' };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Somebody else started it between our look and our start: look again.
    return startSearch({ client, store, id, read });
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

function refuseAnother({ id, read, memo }: { id: string; read: ReadSpecification; memo: SearchMemo }): void {
  if (memo.digest === read.digest) return;
  const differences = specificationDifferences(memo.specification, read.specification);
  const what = differences.length ? differences : ['strategy.file: its candidates are others'];
  throw new SpecError([
    {
      path: '--id',
      message: `"${id}" is the search of another specification; choose another id. What differs:`,
    },
    ...what.map((message) => ({ path: '', message: `  ${message}` })),
  ]);
}
