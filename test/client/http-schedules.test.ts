// Tests the HTTP API of schedules and workers as programs use it, on real servers.
import { expect, test } from 'vitest';
import { ask, type Method, serveApi } from '../support/http-api.js';

serveApi();

const operator = (method: Method, path: string, given?: unknown) =>
  ask(path, { method, role: 'operator', ...(given === undefined ? {} : { body: given }) });

test('schedules are created, paused, resumed and deleted; workers are listed', async () => {
  const body = {
    specification: 'name: nightly\nspace: nas-bench-201\n',
    name: 'nightly',
    cron: '0 2 * * *',
    workers: 0,
  };
  expect(await operator('POST', '/api/schedules', body)).toMatchObject({
    status: 201,
    json: { state: 'active' },
  });
  expect(await operator('POST', '/api/schedules/nightly/pause')).toMatchObject({ status: 204 });
  expect((await ask('/api/schedules')).json).toMatchObject({
    schedules: [{ name: 'nightly', state: 'paused' }],
    next: null,
  });
  expect(await operator('POST', '/api/schedules', { ...body, name: 'earlier' })).toMatchObject({
    status: 201,
  });
  const first = (await ask('/api/schedules?limit=1')).json;
  expect(first).toMatchObject({ schedules: [{ name: 'earlier' }], next: expect.any(String) });
  expect((await ask(`/api/schedules?limit=1&cursor=${first.next}`)).json).toMatchObject({
    schedules: [{ name: 'nightly' }],
    next: null,
  });
  expect(await operator('POST', '/api/schedules/nightly/resume')).toMatchObject({ status: 204 });
  expect((await ask('/api/schedules/nightly')).json).toMatchObject({ state: 'active', cron: '0 2 * * *' });
  expect(await operator('DELETE', '/api/schedules/nightly')).toMatchObject({ status: 204 });
  expect(await ask('/api/schedules/nightly')).toMatchObject({ status: 404, json: { code: 'not-found' } });
  const { queues, next } = (await ask('/api/workers')).json;
  expect(queues.length).toBeGreaterThan(1);
  expect(next).toBeNull();
});

test('a run that is asked for while another goes on is skipped, waits, or ends it, as the overlap policy says', async () => {
  // There are no workers, so the first run goes on.
  const body = { specification: 'name: scan\nspace: nas-bench-201\n', cron: '0 2 * * *', workers: 0 };
  for (const overlap of ['skip', 'buffer-one', 'cancel-other'] as const) {
    const name = `of-${overlap}`;
    expect(await operator('POST', '/api/schedules', { ...body, name, overlap })).toMatchObject({
      status: 201,
    });
    const runNow = () => operator('POST', `/api/schedules/${name}/runs`);
    const first = await runNow();
    expect(first).toMatchObject({ status: 201, json: { id: expect.stringMatching(`^${name}-20`) } });
    const { id } = first.json;
    const refused = `"${name}" started nothing: ${id} goes on still, and its overlap policy is skip`;
    const answers = {
      skip: { status: 422, json: { issues: [{ path: 'schedule', message: refused }] } },
      'buffer-one': { status: 202, json: { id: null, after: id } },
      // Without workers, nobody ends the first run.
      'cancel-other': { status: 503, json: { reason: 'timed-out' } },
    };
    expect(await runNow()).toMatchObject(answers[overlap]);
  }
});
