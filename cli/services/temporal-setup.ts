// In: a connection to Temporal. Out: whether it is ready, and what searches need there (search attributes, retention).

import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

/** What a search shows of itself on Temporal's web page. */
export const SEARCH_ATTRIBUTES = {
  ZeroscoutName: 'Keyword',
  ZeroscoutSpace: 'Keyword',
  ZeroscoutState: 'Keyword',
  ZeroscoutProgress: 'Double',
} as const;

const NAMESPACE = 'default';
// The development server forgets finished workflows after a day. A month: a person comes back to look at a search.
const RETENTION = '30 days';
const CALL_MS = 5_000;
// temporal.api.enums.v1.IndexedValueType
const INDEXED = { Keyword: 2, Double: 4 } as const;

/** The server answers and the default namespace is there; the development server makes it after it starts to listen. */
export async function temporalAnswers({
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
      connection.workflowService.describeNamespace({ namespace: NAMESPACE }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/** Adds the search attributes that are missing. Needs the rights of an operator; the embedded server gives them. */
export async function ensureSearchAttributes({
  connection,
  namespace,
}: {
  readonly connection: Connection;
  readonly namespace: string;
}): Promise<void> {
  await connection.withDeadline(Date.now() + CALL_MS, async () => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED[type]])),
    });
  });
}

/** Once after each start of the embedded server. */
export async function prepareTemporal({ address }: { readonly address: string }): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: CALL_MS });
  try {
    await ensureSearchAttributes({ connection, namespace: NAMESPACE });
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
