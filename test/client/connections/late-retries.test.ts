// Tests that a connection closed while a call waits for its retry throws nothing without a caller.
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRetryInterceptors } from '../../../client/connections/late-retries.js';
import { freePort } from '../../support/nats.js';

const uncaught = vi.fn();
let others: NodeJS.UncaughtExceptionListener[];
beforeEach(() => {
  others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', uncaught);
});
afterEach(() => {
  process.removeAllListeners('uncaughtException');
  for (const listener of others) process.on('uncaughtException', listener);
  uncaught.mockClear();
});

/** Calls an address where no server answers, and closes between the first attempt and its retry. */
async function closeBetween(options: {
  interceptors?: ReturnType<typeof createRetryInterceptors>;
}): Promise<void> {
  const connection = Connection.lazy({ address: `127.0.0.1:${await freePort()}`, ...options });
  void connection.workflowService.getSystemInfo({}).catch(() => {});
  await sleep(60);
  await connection.close();
  await sleep(1_000);
}

test('a retry after close is nothing', async () => {
  await closeBetween({ interceptors: createRetryInterceptors() });
  expect(uncaught).not.toHaveBeenCalled();
});

test("the SDK's own throws without a caller", async () => {
  await closeBetween({});
  expect(uncaught).toHaveBeenCalledWith(
    expect.objectContaining({ message: expect.stringContaining('shut down') }),
    'uncaughtException',
  );
});

test('a call after close is refused', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:1', interceptors: createRetryInterceptors() });
  await connection.close();
  await expect(async () => connection.workflowService.getSystemInfo({})).rejects.toThrow(/shut down/);
});
