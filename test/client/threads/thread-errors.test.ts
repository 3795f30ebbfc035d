// Tests that errors keep their class and their fields on the way between threads.
import { expect, it } from 'vitest';
import { fromPlainError, toPlainError } from '../../../client/threads/thread-errors.js';
import { BlobError, DeviceError, ServiceError, SpecError, TerminalError } from '../../../core/errors.js';

const advice = { code: 'start-servers', text: 'Start the servers.' } as const;

it.each([
  SpecError.of({ path: 'id', message: 'no search "x"', code: 'not-found' }),
  new SpecError(Array.from({ length: 30 }, (_, i) => ({ path: `row ${i}`, message: 'is wrong' }))),
  new ServiceError({ reason: 'unreachable', address: 'localhost:1', fault: 'refused', remedy: 'start it' }),
  new ServiceError({ reason: 'timed-out', address: 'a', fault: 'late', settings: ['NATS_URL'], advice }),
  new BlobError('a blob is missing'),
  new TerminalError({ code: 'bad-columns', message: '2 scores for 3 candidates' }),
  new DeviceError({ device: 'cuda', message: 'is absent' }),
])('%s', (error) => {
  const passed = fromPlainError(structuredClone(toPlainError(error)));
  expect(passed).toBeInstanceOf(error.constructor);
  expect(passed.message).toBe(error.message);
  expect({ ...passed }).toEqual({ ...error });
});

it('another error keeps its message, its stack, and the gRPC status of its cause', () => {
  const error = new Error('no connection', { cause: { code: 14 } });
  error.name = 'NamespaceNotFoundError';
  expect(fromPlainError(structuredClone(toPlainError(error)))).toMatchObject({
    name: 'NamespaceNotFoundError',
    message: 'no connection',
    stack: error.stack,
    code: 14,
  });
});
