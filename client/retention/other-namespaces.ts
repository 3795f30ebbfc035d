// Refuses to delete where searches of other Temporal namespaces use the same store, because what they need is not
// known.
import type { Client } from '@temporalio/client';
import { SpecError } from '../../core/errors.js';
import type { NamespaceRecord, Store } from '../../store/store.js';
import type { Connections } from '../connections/resolve-connections.js';

export interface NamespaceCheck {
  readonly client: Client;
  readonly store: Store;
  readonly connections: Pick<Connections, 'temporal' | 'nats'>;
  /** The ids of namespaces whose searches need nothing here any more; ids without a record have no effect. */
  readonly forgotten: readonly string[];
}

/**
 * Returns the ids of the records that may be removed: those that are forgotten, and those of earlier databases of the
 * embedded server. Throws a SpecError that names the other namespaces.
 */
export async function checkNamespaces(given: NamespaceCheck): Promise<readonly string[]> {
  const { client, store, connections, forgotten } = given;
  const { namespace: name } = client.options;
  const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace: name });
  const records = await store.namespaces.list();
  const others = records.filter(({ id }) => id !== namespaceInfo?.id);
  // Nothing but the folder's own Temporal, whose data may have been replaced, uses the nats-server of the folder.
  const { temporal, nats } = connections;
  const isEmbedded = temporal.source === 'embedded' && nats.source === 'embedded';
  const isEarlier = (other: NamespaceRecord) => isEmbedded && other.name === name;
  const needed = others.filter((other) => !forgotten.includes(other.id) && !isEarlier(other));
  if (needed.length > 0) throw createNeededError(needed);
  return others.map(({ id }) => id);
}

function createNeededError(others: readonly NamespaceRecord[]): SpecError {
  const which = others.map(describe).join(', ');
  return SpecError.of({
    path: 'forgetNamespaces',
    message: `searches of other Temporal namespaces use the same streams of NATS, and what they need is not known here: ${which}; nothing was deleted`,
    advice: {
      code: 'separate-namespaces',
      text: 'give each namespace a NATS account of its own, or name in `forgetNamespaces` the ids of those whose searches need nothing here any more',
      about: others.map(({ id }) => id).join(' '),
    },
  });
}

function describe({ id, name, seen }: NamespaceRecord): string {
  const named = name === '' ? 'one with a damaged record' : JSON.stringify(name);
  const since = seen === 0 ? '' : `, with a control worker at ${new Date(seen).toISOString()}`;
  return `${named} (id ${id}${since})`;
}
