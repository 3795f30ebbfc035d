// Tests that a search whose notification is refused or fails is finished all the same, and reports the
// reason.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { type TestHome, testHome } from '../support/home.js';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.js';
import { done, specification, zeroscout } from '../support/zeroscout.js';

const PASSWORD = 'hunter2';
let home: TestHome;
let hook: LoopbackServer;
let servers: NodeJS.ProcessEnv;
let requests = 0;

beforeAll(async () => {
  home = testHome();
  hook = await startLoopbackServer((_, response) => {
    requests++;
    response.writeHead(410).end();
  });
  await home.startServices();
  const { temporal, nats } = readState({ home: home.home }).services;
  servers = {
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal!.port}`,
    NATS_URL: `nats://127.0.0.1:${nats!.port}`,
    DATABASE_PASSWORD: PASSWORD,
  };
  const write = (name: string, notify: object) =>
    home.write(
      `${name}.json`,
      specification({ name, samples: 2, changes: { notify: { retries: 0, ...notify } } }),
    );
  write('oracle', { webhook: hook.url, secretEnv: 'DATABASE_PASSWORD' });
}, 120_000);
afterAll(async () => {
  hook.close();
  await home.remove();
}, 60_000);

test('why a notification failed stands at the end of run, in results, in status and in the log', async () => {
  const why = /notify\.secretEnv.*DATABASE_PASSWORD/;
  const place = { home, env: servers };
  const ran = await done(['run', 'oracle.json', '--id', 'oracle', '--workers', '1'], place);
  expect(ran.stderr).toMatch(/DATABASE_PASSWORD.*ZEROSCOUT_NOTIFY_SECRETS/);
  const [results, status] = await Promise.all(
    [
      ['results', 'oracle'],
      ['status', 'oracle', '--json'],
    ].map((args) => done(args, place)),
  );
  for (const { stderr } of [ran, results!]) expect(stderr).toMatch(why);
  expect(JSON.parse(status!.stdout)).toMatchObject({ notNotified: expect.stringMatching(why) });
  const log = readFileSync(join(home.home.logs, 'workers.log'), 'utf8');
  expect(log).toMatch(why);
  expect(JSON.stringify([ran, results, status, log])).not.toContain(PASSWORD);
  expect(requests).toBe(0);
});

test('where the control worker is ours it is refused before anything starts', async () => {
  const { code, stdout } = await zeroscout(['run', 'oracle.json', '--json'], { home });
  expect([code, JSON.parse(stdout).error]).toEqual([
    2,
    expect.objectContaining({
      code: 'invalid-input',
      field: 'notify.secretEnv',
      message: expect.stringContaining('DATABASE_PASSWORD'),
    }),
  ]);
});
