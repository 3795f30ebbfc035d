// Tests when `gc` refuses, because searches of other Temporal namespaces use the same store.
import type { Client } from '@temporalio/client';
import { beforeEach, expect, test } from 'vitest';
import { checkNamespaces, type NamespaceCheck } from '../../../client/retention/other-namespaces.js';
import { SpecError } from '../../../core/errors.js';
import { createMemoryStore } from '../../../store/memory.js';
import type { Store } from '../../../store/store.js';

const OWN = 'a0000000-0000-4000-8000-000000000001';
const OTHER = 'b0000000-0000-4000-8000-000000000002';
const THIRD = 'c0000000-0000-4000-8000-000000000003';
const client = {
  options: { namespace: 'team-a' },
  workflowService: {
    describeNamespace: async ({ namespace }: { readonly namespace: string }) => ({
      namespaceInfo: { id: namespace === 'team-a' ? OWN : '' },
    }),
  },
} as unknown as Client;
type Source = 'environment' | 'embedded';

let store: Store;
beforeEach(async () => {
  store = createMemoryStore();
  await store.namespaces.put({ id: OWN, name: 'team-a', seen: 1 });
});
const check = (forgotten: readonly string[] = [], [temporal, nats]: readonly Source[] = []) =>
  checkNamespaces({
    client,
    store,
    connections: {
      temporal: { source: temporal ?? 'environment' },
      nats: { source: nats ?? 'environment' },
    } as NamespaceCheck['connections'],
    forgotten,
  });
async function refusal(...given: Parameters<typeof check>): Promise<SpecError> {
  const error: unknown = await check(...given).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SpecError);
  return error as SpecError;
}

test('its own namespace, or none that is recorded, is no reason to refuse', async () => {
  expect(await check()).toEqual([]);
  await store.namespaces.remove(OWN);
  expect(await check()).toEqual([]);
});

test('others are named with their ids, and forgotten by these alone', async () => {
  const seen = Date.parse('2026-11-30T10:00:00Z');
  await store.namespaces.put({ id: OTHER, name: 'team-b', seen });
  await store.namespaces.put({ id: THIRD, name: '', seen: 0 });
  const error = await refusal();
  expect(error).toMatchObject({ code: 'invalid-input', field: 'forgetNamespaces' });
  expect(error.issues[0]!.advice).toMatchObject({
    code: 'separate-namespaces',
    about: `${THIRD} ${OTHER}`,
  });
  expect(error.message).toContain(
    `"team-b" (id ${OTHER}, with a control worker at 2026-11-30T10:00:00.000Z)`,
  );
  expect(error.message).toContain(`one with a damaged record (id ${THIRD})`);
  expect(error.message).not.toContain(OWN);
  expect((await refusal([THIRD, 'team-b'])).message).not.toContain(THIRD);
  expect(await check([OTHER, THIRD, 'no such id'])).toEqual([THIRD, OTHER]);
});

test('a namespace of the same name at another server is another one, unless both servers are those of the folder', async () => {
  await store.namespaces.put({ id: OTHER, name: 'team-a', seen: 2 });
  expect((await refusal()).message).toContain(OTHER);
  expect((await refusal([], ['embedded', 'environment'])).message).toContain(OTHER);
  expect((await refusal([], ['environment', 'embedded'])).message).toContain(OTHER);
  expect(await check([], ['embedded', 'embedded'])).toEqual([OTHER]);
  await store.namespaces.put({ id: THIRD, name: 'team-c', seen: 2 });
  expect((await refusal([], ['embedded', 'embedded'])).message).toContain('team-c');
});
