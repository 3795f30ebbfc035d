// Gives searches the attributes by which Temporal's page lists them, if the server knows or registers them.
import type { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../core/contract/search-attributes.js';
import type { Specification } from '../../core/specification/specification.js';
import { readEncryptionKeys } from '../connections/encryption-keys.js';

/** temporal.api.enums.v1.IndexedValueType */
const TYPES = { KEYWORD: 2, DOUBLE: 4 } as const;
const CALL_MS = 5_000;
/** gRPC's INVALID_ARGUMENT. */
const INVALID = 3;

export interface WithAttributes {
  readonly typedSearchAttributes?: TypedSearchAttributes;
}

/**
 * Calls `start` with the initial attributes of a search. It calls `start` without attributes if the server
 * neither has them nor lets us register them, and if payloads are encrypted, because Temporal stores
 * attributes unencrypted. A search that starts without attributes never writes any.
 */
export async function withSearchAttributes<T>({
  client,
  specification: { name, space },
  start,
}: {
  readonly client: Client;
  readonly specification: Specification;
  readonly start: (attributes: WithAttributes) => Promise<T>;
}): Promise<T> {
  if (readEncryptionKeys().length > 0 || !(await areRegistered(client))) return start({});
  const typedSearchAttributes = new TypedSearchAttributes([
    { key: defineSearchAttributeKey('ZeroscoutName', 'KEYWORD'), value: name },
    { key: defineSearchAttributeKey('ZeroscoutSpace', 'KEYWORD'), value: space.kind },
    { key: defineSearchAttributeKey('ZeroscoutState', 'KEYWORD'), value: 'starting' },
    { key: defineSearchAttributeKey('ZeroscoutProgress', 'DOUBLE'), value: 0 },
  ]);
  try {
    return await start({ typedSearchAttributes });
  } catch (error) {
    // A server of several processes needs a minute to learn a new attribute.
    if (!isRefused(error)) throw error;
    return start({});
  }
}

async function areRegistered(client: Client): Promise<boolean> {
  const { operatorService } = client.connection as Connection;
  const { namespace } = client.options;
  const wanted = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, TYPES[type]] as const);
  try {
    return await client.withDeadline(Date.now() + CALL_MS, async () => {
      const { customAttributes: known } = await operatorService.listSearchAttributes({ namespace });
      // An attribute of the same name with another type cannot be ours.
      if (wanted.some(([name, type]) => known[name] !== undefined && known[name] !== type)) return false;
      const missing = wanted.filter(([name]) => known[name] === undefined);
      if (missing.length > 0)
        await operatorService.addSearchAttributes({
          namespace,
          searchAttributes: Object.fromEntries(missing),
        });
      return true;
    });
  } catch {
    // Only operators may register attributes, and Temporal Cloud does it differently; a page without
    // attributes is no reason to fail.
    return false;
  }
}

function isRefused(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    const { code, details } = link as { code?: unknown; details?: unknown };
    if (code === INVALID && /search attribute/i.test(`${details} ${link.message}`)) return true;
  }
  return false;
}
