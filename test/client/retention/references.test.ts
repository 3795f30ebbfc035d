// Tests that a damaged blob of a kept run is reported and ends no search for references.
import { expect, test } from 'vitest';
import { findReachableBlobs } from '../../../client/retention/references.js';
import { ServiceError } from '../../../core/errors.js';
import { createMemoryStore } from '../../../store/memory.js';

async function filledStore() {
  const store = createMemoryStore();
  const put = (text: string) => store.blobs.put(new TextEncoder().encode(text));
  const chunks = await Promise.all([put('rows of one'), put('rows of two')]);
  const lists = await Promise.all(chunks.map((chunk) => put(`list of ${chunk}`)));
  const stray = await put('nobody names this');
  return { store, chunks, lists, stray, blobs: await store.housekeeping.blobs() };
}

test('what whole blobs name is reached, and a damaged one is kept and named with its run', async () => {
  const { store, chunks, lists, stray, blobs } = await filledStore();
  const texts = [
    { text: 'a schedule' },
    { text: `result ${lists[0]}`, run: 'one' },
    { text: lists[1]!, run: 'two' },
  ];
  const whole = await findReachableBlobs({ store, blobs, texts });
  expect(whole.damaged).toEqual([]);
  expect([...whole.reached].sort()).toEqual([...lists, ...chunks].sort());
  expect(whole.reached).not.toContain(stray);
  // The list is still among the stored blobs, but its bytes are gone.
  await store.housekeeping.deleteBlob(lists[0]!);
  const hurt = await findReachableBlobs({ store, blobs, texts });
  expect(hurt.damaged).toEqual([{ digest: lists[0], run: 'one' }]);
  expect([...hurt.reached].sort()).toEqual([...lists, chunks[1]].sort());
});

test('a server that is away is no damage', async () => {
  const { store, lists, blobs } = await filledStore();
  await store.close();
  await expect(findReachableBlobs({ store, blobs, texts: [{ text: lists[0]! }] })).rejects.toThrow(
    ServiceError,
  );
});
