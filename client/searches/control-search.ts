// Pauses, resumes and cancels a running search.
import type { Client, WorkflowHandle } from '@temporalio/client';
import { SpecError } from '../../core/errors.js';
import { findSearch, stateOf } from './find-search.js';

export type SearchAction = 'pause' | 'resume' | 'cancel';

const ACTIONS: {
  readonly [action in SearchAction]: {
    readonly act: (handle: WorkflowHandle) => Promise<unknown>;
    readonly done: 'paused' | 'resumed' | 'cancelled';
  };
} = {
  pause: { act: (handle) => handle.signal('pause'), done: 'paused' },
  resume: { act: (handle) => handle.signal('resume'), done: 'resumed' },
  cancel: { act: (handle) => handle.cancel(), done: 'cancelled' },
};

/** Returns the id of the search and what was done. Throws a SpecError if the search does not run. */
export async function controlSearch({
  client,
  id: given,
  action,
}: {
  readonly client: Client;
  readonly id: string;
  readonly action: SearchAction;
}): Promise<{ readonly id: string; readonly done: 'paused' | 'resumed' | 'cancelled' }> {
  const { id, handle, description } = await findSearch({ client, id: given });
  if (description.status.name !== 'RUNNING')
    throw SpecError.of({
      path: 'id',
      code: 'wrong-state',
      message: `search "${id}" is not running: ${stateOf(description)}`,
    });
  const { act, done } = ACTIONS[action];
  await act(handle);
  return { id, done };
}
