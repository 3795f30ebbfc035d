// Tests that programs get a ServiceError for every call that Temporal does not answer, whatever the call returns.
import { ServiceError as TemporalError, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { withServiceErrors } from '../../../client/connections/server-errors.js';
import { fromPlainError, toPlainError } from '../../../client/threads/thread-errors.js';
import { ServiceError, SpecError } from '../../../core/errors.js';

const ADDRESS = '127.0.0.1:7233';
let isClosed = false;

/** Calls that fail with the error, as those of the library do. */
function callsThat(error: unknown, source: 'embedded' | 'environment' = 'embedded') {
  const calls = {
    id: 'a',
    get: async () => {
      throw error;
    },
    list: async function* () {
      yield 1;
      throw error;
    },
  };
  return withServiceErrors(calls, { temporal: { address: ADDRESS, source }, isClosed: () => isClosed });
}

/** The error of the client where gRPC fails with this status. */
function grpcFault(code: number, details = 'No connection established.\nResolution note: see the manual') {
  const cause = Object.assign(new Error(`${code} ${details}`), { code, details });
  return new TemporalError('Failed to describe workflow', { cause });
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error as ServiceError,
  );

test.each([
  [14, 'unreachable'],
  [13, 'unreachable'],
  [4, 'timed-out'],
  [8, 'timed-out'],
  [7, 'permissions'],
  [16, 'credentials'],
])('gRPC status %i is a ServiceError: %s', async (status, reason) => {
  const error = await failure(callsThat(grpcFault(status)).get());
  expect(error).toBeInstanceOf(ServiceError);
  expect(error).toMatchObject({ code: 'server-away', reason, address: ADDRESS, field: '' });
  expect(error.advice?.code).toBe('start-servers');
  expect(error.fault).toBe(
    `Temporal at ${ADDRESS}: Failed to describe workflow (No connection established.)`,
  );
});

test('of a server that a setting names, the field is that setting', async () => {
  const error = await failure(callsThat(grpcFault(14), 'environment').get());
  expect(error).toMatchObject({ reason: 'unreachable', field: 'TEMPORAL_ADDRESS' });
  expect(error.advice).toBeUndefined();
});

test('streams give what they have, and end with it', async () => {
  const seen: unknown[] = [];
  const read = async () => {
    for await (const each of callsThat(grpcFault(14)).list()) seen.push(each);
  };
  expect(await failure(read())).toBeInstanceOf(ServiceError);
  expect(seen).toEqual([1]);
  // A loop that is left early ends the stream without an error.
  for await (const _ of callsThat(grpcFault(14)).list()) break;
});

test('an error that came from another thread, which keeps its status alone', async () => {
  const error = await failure(callsThat(fromPlainError(toPlainError(grpcFault(14)))).get());
  expect(error).toMatchObject({ code: 'server-away', reason: 'unreachable' });
});

test('after close, the reason is that the connection is closed', async () => {
  isClosed = true;
  const fault = new TemporalError('Unexpected error while making gRPC request', {
    cause: new Error('Channel has been closed'),
  });
  const error = await failure(callsThat(fault).get());
  isClosed = false;
  expect(error).toMatchObject({ code: 'server-away', reason: 'closed' });
  expect(error.message).toContain('connect again');
});

test('other errors and values remain what they are', async () => {
  const others = [
    SpecError.of({ path: 'id', message: 'missing' }),
    new WorkflowNotFoundError('no workflow', 'a', undefined),
    new TypeError('a fault of the library'),
    grpcFault(3),
    'text',
  ];
  for (const other of others) expect(await failure(callsThat(other).get())).toBe(other);
  expect(callsThat(undefined).id).toBe('a');
});
