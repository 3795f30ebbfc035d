// Tests that an unexpected error of a stream is in the log of the server, as its event says, and an expected one is not.
import { expect, test } from 'vitest';
import { SpecError } from '../../core/errors.js';
import { createAccess } from '../../http/access.js';
import { type AppOptions, createApp } from '../../http/app.js';

const HOST = 'localhost:8600';

/** The first event of a path, and the faults that the server was told, with a library that fails so. */
async function firstOf(path: string, error: Error) {
  const fail = () => Promise.reject(error);
  const faults: unknown[] = [];
  const stop = new AbortController();
  const app = createApp({
    access: createAccess({
      operatorToken: 'operator',
      anonymous: 'viewer',
      hosts: [HOST],
      prefix: '',
      isSecure: false,
    }),
    site: { version: '0', prefix: '' },
    stopped: stop.signal,
    onFault: (fault: unknown) => faults.push(fault),
    zeroscout: {
      searches: {
        get: async (id: string) => ({ id, state: 'running', started: '' }),
        progress: async function* () {
          yield await fail();
        },
      },
      workers: { list: fail },
    },
    kept: {},
  } as unknown as AppOptions);
  const answer = await app.request(`http://${HOST}${path}`, { headers: { host: HOST } });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  // The fault is told after the event is sent.
  await new Promise(setImmediate);
  stop.abort();
  await reader.cancel();
  return { event: value ?? '', faults };
}

test.each(['/api/workers/events', '/api/searches/a/events'])('%s', async (path) => {
  const unexpected = new TypeError('the program is wrong');
  const { event, faults } = await firstOf(path, unexpected);
  expect(event).toMatch(/^event: problem$/m);
  expect(event).toContain('"status":500');
  expect(faults).toEqual([unexpected]);
  const expected = SpecError.of({ path: 'id', message: 'no search "a"' });
  expect(await firstOf(path, expected)).toMatchObject({ faults: [] });
});
