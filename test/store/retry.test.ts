// Tests that only transient faults are retried, and not forever.
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { describe, expect, test } from 'vitest';
import { BlobError, ServiceError } from '../../core/errors.js';
import { classify, TransientFault, withRetry } from '../../store/retry.js';

const api = (code: number, description: string) =>
  new JetStreamApiError({ code, err_code: 10_000, description });
const noResponders = new Error('jetstream is not enabled', { cause: new errors.NoRespondersError('a') });
const denied = new errors.RequestError('no', {
  cause: new errors.PermissionViolationError('no', 'publish', 'a'),
});

const explained = new ServiceError({
  reason: 'permissions',
  address: 'nats://here:1',
  fault: 'no',
  cause: denied,
});

describe('classify', () => {
  test.each([
    ['timeout', new errors.TimeoutError(), 'transient'],
    ['no responders', noResponders, 'transient'],
    ['connection lost', new TransientFault('lost'), 'transient'],
    ['connection refused', new errors.ConnectionError('refused'), 'transient'],
    ['closed under a request', new errors.RequestError('connection closed'), 'transient'],
    ['election', api(503, 'JetStream system temporarily unavailable'), 'transient'],
    ['too many requests', api(429, 'too many requests'), 'transient'],
    ['permission', denied, 'denied'],
    ['authorization', new errors.AuthorizationError('no'), 'denied'],
    ['bad request', api(400, 'bad request'), 'rejected'],
    ['finished error', new BlobError('missing'), 'ours'],
    ['a permission that was explained', explained, 'ours'],
    ['bug', new TypeError('undefined is not a function'), 'ours'],
    ['no error', 'text', 'ours'],
  ])('%s', (_, error, kind) => {
    expect(classify(error)).toBe(kind);
  });
});

describe('withRetry', () => {
  const options = { address: 'nats://here:1', describe: 'testing', patienceMs: 300 };
  /** Fails with each of `faults`, then returns the number of attempts. */
  const failing = (...faults: readonly unknown[]) => {
    let attempts = 0;
    return async () => {
      const fault = faults[attempts++];
      if (fault !== undefined) throw fault;
      return attempts;
    };
  };

  test('tries again what may pass', async () => {
    expect(await withRetry(options, failing(new errors.TimeoutError(), noResponders))).toBe(3);
  });

  test('gives up when patience is over', async () => {
    const start = performance.now();
    const result = withRetry(options, failing(...Array(1_000).fill(new errors.TimeoutError())));
    await expect(result).rejects.toThrow(ServiceError);
    await expect(result).rejects.toMatchObject({
      reason: 'timed-out',
      address: 'nats://here:1',
      fault: expect.stringContaining('testing: timeout'),
    });
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test('gives up at once what the server refuses, and passes on what is not about the server', async () => {
    await expect(withRetry(options, failing(denied))).rejects.toMatchObject({ reason: 'permissions' });
    await expect(withRetry(options, failing(new errors.AuthorizationError('no')))).rejects.toMatchObject({
      reason: 'credentials',
    });
    await expect(withRetry(options, failing(api(400, 'bad')))).rejects.toMatchObject({
      reason: 'rejected',
      fault: expect.stringContaining('testing: bad'),
    });
    const lost = failing(...Array(1_000).fill(new TransientFault('lost')));
    await expect(withRetry({ ...options, patienceMs: 50 }, lost)).rejects.toMatchObject({
      reason: 'unreachable',
    });
    await expect(withRetry(options, failing(new BlobError('gone')))).rejects.toThrow(BlobError);
  });
});
