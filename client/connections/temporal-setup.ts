// Checks whether Temporal is ready, and sets how long it keeps finished searches.

import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const NAMESPACE = 'default';
// The development server forgets finished workflows after a day. A month gives people time to return to a
// search.
const RETENTION = '30 days';
const CALL_MS = 5_000;

/**
 * Whether the server answers requests in the default namespace, which the development server creates after it
 * starts to listen. Describing the namespace does not tell: that reads the database, while other requests use a
 * cache that remembers for a second that the namespace was absent.
 */
export async function isTemporalAnswering({
  address,
  timeoutMs,
}: {
  readonly address: string;
  readonly timeoutMs: number;
}): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: timeoutMs });
  try {
    await connection.ensureConnected();
    await connection.withDeadline(Date.now() + timeoutMs, () =>
      connection.workflowService.countWorkflowExecutions({ namespace: NAMESPACE }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/** Runs once after each start of the embedded server. */
export async function prepareTemporal({ address }: { readonly address: string }): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: CALL_MS });
  try {
    await connection.withDeadline(Date.now() + CALL_MS, () =>
      connection.workflowService.updateNamespace({
        namespace: NAMESPACE,
        config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
      }),
    );
  } finally {
    await connection.close();
  }
}
