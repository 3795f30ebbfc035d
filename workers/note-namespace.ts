// Notes in the store that searches of a control worker's Temporal namespace use it, so that `zeroscout gc` of another
// namespace deletes nothing that they need.
import type { WorkerContext } from './worker-options.js';

/** A record that was removed while the namespace is in use is there again after this time. */
const EVERY_MS = 3_600_000;

/** Notes it now and every hour until the returned function is called. A fault is logged, and the worker goes on. */
export function noteNamespace({
  options,
  connection,
  log,
}: Pick<WorkerContext, 'options' | 'connection' | 'log'>): () => void {
  const { namespace: name } = options.temporal;
  let isStopped = false;
  let last = '';
  const note = async (): Promise<void> => {
    try {
      const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: name });
      const id = namespaceInfo?.id;
      if (id) await options.store.namespaces.put({ id, name, seen: Date.now() });
      last = '';
    } catch (error) {
      const { message } = error as Error;
      // The connections are closed while a worker stops.
      if (!isStopped && message !== last)
        log.warn(
          { message },
          'NATS has no record of the namespace of this worker, which gc of other namespaces looks for',
        );
      last = message;
    }
  };
  void note();
  const timer = setInterval(() => void note(), EVERY_MS);
  timer.unref();
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}
