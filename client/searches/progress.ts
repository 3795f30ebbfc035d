// Queries a search for its progress and adds that of its running parts.
import type { WorkflowHandle } from '@temporalio/client';
import type { PartProgress, SearchProgress } from '../../core/contract/search.js';

export async function askProgress(handle: WorkflowHandle): Promise<SearchProgress> {
  const progress = await handle.query<SearchProgress>('progress');
  const ask = (workflowId: string) =>
    handle.client
      .getHandle(workflowId)
      .query<PartProgress>('progress')
      // A part that has not begun has no progress.
      .catch(() => undefined);
  const parts = await Promise.all((progress.parts?.running ?? []).map(ask));
  const found = parts.filter((part) => part !== undefined);
  const sum = (value: (part: PartProgress) => number) =>
    found.reduce((total, part) => total + value(part), 0);
  const { shards } = progress;
  return {
    ...progress,
    done: Math.min(progress.done + sum(({ done }) => done), progress.planned),
    shards: {
      ...shards,
      done: shards.done + sum((part) => part.shards.done),
      running: [...shards.running, ...found.flatMap((part) => part.shards.running)],
    },
  };
}
