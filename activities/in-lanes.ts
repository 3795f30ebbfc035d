// Works through tasks in a few lanes side by side, so that scorers never wait for the store.
import { cancellationSignal } from '@temporalio/activity';

/** The first error ends all lanes. Ends with the activity where that is cancelled. */
export async function inLanes<Task>({
  lanes,
  tasks,
  work,
}: {
  lanes: number;
  tasks: AsyncGenerator<Task> | Generator<Task>;
  work: (task: Task) => Promise<void>;
}): Promise<void> {
  const signal = cancellationSignal();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await tasks.next();
      if (done || failed) return;
      signal.throwIfAborted();
      await work(value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
