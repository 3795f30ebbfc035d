// Tests that a running command restarts embedded servers that were killed, and ends with the undisturbed
// ranking.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findRunning } from '../../client/embedded/embedded.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { createPace, type Pace } from '../support/pace.js';
import { done, spawnZeroscout, specification } from '../support/zeroscout.js';

let home: TestHome;
let undisturbed: TestHome;
/** Scorers of `home` wait, so that scoring takes some seconds, during which servers are killed. */
let pace: Pace;
beforeAll(() => {
  home = testHome();
  pace = createPace(home);
  pace.set(150);
  undisturbed = testHome();
});
afterAll(() => Promise.all([home.remove(), undisturbed.remove()]), 60_000);

const samples = 100;
const spec = specification({ samples, changes: { fidelity: { draws: 1, batch: 8, resolution: 32 } } });

test('kill -9 of NATS and of Temporal in mid-run needs nobody', { timeout: 240_000 }, async () => {
  home.write('a.json', spec);
  const run = spawnZeroscout(['run', 'a.json', '--out', 'a'], { home, env: pace.env });
  await run.says(/scoring +\d/);
  await sleep(1_000);
  await home.killService('nats');
  await run.says(/NATS 2\S+ started in/);
  await home.killService('temporal');
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(run.stderr().match(/Temporal 1\S+ started in/g)).toHaveLength(2);

  undisturbed.write('a.json', spec);
  await done(['run', 'a.json', '--out', 'a'], { home: undisturbed });
  expect(home.read('a/ranking.csv')).toBe(undisturbed.read('a/ranking.csv'));
});

test('a command that starts no servers starts those again that died before it', {
  timeout: 120_000,
}, async () => {
  await home.killService('nats');
  await home.killService('temporal');
  const { stdout, stderr } = await done(['status'], { home });
  expect(stdout).toContain('completed');
  expect(stderr).toMatch(/NATS 2\S+ started in/);
  expect(stderr).toMatch(/Temporal 1\S+ started in/);
});

test('what `services down` ended stays down', { timeout: 120_000 }, async () => {
  home.write('b.json', specification({ name: 'down', samples, changes: { seed: 5 } }));
  const run = spawnZeroscout(['run', 'b.json'], { home, env: pace.env });
  await run.says(/search .* started/);
  await done(['services', 'down'], { home });
  await until(() => /NATS is away|Temporal is away/.test(run.stderr()), { what: 'away', timeoutMs: 60_000 });
  await sleep(3_000);
  expect(run.stderr()).not.toMatch(/away.*starting it again/);
  expect(await findRunning({ home: home.home })).toEqual({});
  run.child.kill('SIGKILL');
  await run.ended;
});
