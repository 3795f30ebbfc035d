// Processes several tasks at a time, so that scorers never wait for the store.
import { cancellationSignal } from '@temporalio/activity';

/** The first error ends all work, as does cancellation of the activity. */
export async function workConcurrently<Task>({
  concurrency,
  tasks,
  work,
}: {
  /** The number of tasks that are processed at a time. */
  readonly concurrency: number;
  readonly tasks: AsyncGenerator<Task> | Generator<Task>;
  readonly work: (task: Task) => Promise<void>;
}): Promise<void> {
  const signal = cancellationSignal();
  let failed = false;
  const workOn = async (): Promise<void> => {
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
  await Promise.all(Array.from({ length: concurrency }, workOn));
}
