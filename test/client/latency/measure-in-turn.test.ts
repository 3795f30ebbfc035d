// Tests that a measurement waits for one that somebody else has started, and then measures what it was asked for.
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { measureInTurn } from '../../../client/latency/measure-in-turn.js';
import type { LatencyInput } from '../../../core/contract/latency.js';

const input = { top: 50, which: 'missing' } as LatencyInput;

/** Measures while somebody else's measurement runs, which ends so. */
async function measureAfter(other: () => Promise<unknown>) {
  const started: unknown[] = [];
  const steps: string[] = [];
  let isOver = false;
  const client = {
    workflow: {
      start: async (type: string, { workflowId, args }: { workflowId: string; args: unknown[] }) => {
        if (!isOver) throw new WorkflowExecutionAlreadyStartedError('it runs', workflowId, type);
        started.push(args[0]);
        return { result: async () => 'own' };
      },
      getHandle: () => ({
        result: () => {
          isOver = true;
          return other();
        },
      }),
    },
  } as unknown as Client;
  const { signal: stop } = new AbortController();
  const onStep = (text: string) => steps.push(text);
  const result = await measureInTurn({ client, id: 'a', input, stop, isLocal: true, onStep });
  return { result, started, steps };
}

test.each([
  ['it is finished', async () => ({ candidates: 20 })],
  [
    'it was stopped',
    () => Promise.reject(new WorkflowFailedError('terminated', undefined, undefined as never)),
  ],
])('%s', async (_, other) => {
  expect(await measureAfter(other)).toEqual({ result: 'own', started: [input], steps: [expect.any(String)] });
});

test('a server that is away is no end of the other measurement', async () => {
  await expect(measureAfter(() => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
});
