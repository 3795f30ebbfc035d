// Tests that nothing is read after the program has closed its connections.
import { expect, test } from 'vitest';
import { createReadingThread } from '../../../client/threads/reading-thread.js';

test('after close a call is an error, and starts no thread', async () => {
  const setting = { home: '/nowhere', modules: 'refused', name: 'test', onNote: () => {} } as const;
  const { reading, close } = createReadingThread(setting);
  await close();
  await expect(reading.rounds('a')).rejects.toMatchObject({ code: 'server-away', reason: 'closed' });
});
