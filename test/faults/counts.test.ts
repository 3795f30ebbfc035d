// Tests that scored, reused and failed are the candidates of a search, even if blobs or scores are lost on the way.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import {
  done,
  type Running,
  spawnNode,
  spawnZeroscout,
  specification,
  zeroscout,
} from '../support/zeroscout.js';

const timeout = 240_000;
const CANDIDATES = 18;
/** A proxy without a value for about half of the candidates, which are set aside. */
const PROXY = `
export default {
  name: 'odd',
  needs: ['network'],
  compute: ({ costs: { flops, parameters } }) => {
    const size = Math.round(flops / 1000 + parameters);
    return size % 2 === 0 ? Number.NaN : size;
  },
};
`;
const random = { kind: 'random', samples: CANDIDATES };
const COURSES = {
  whole: { seed: 1, strategy: random, execution: { shardSize: 3 } },
  // The first part, which loses a score, has candidates that are set aside.
  parts: { seed: 7, strategy: random, execution: { shardSize: 1, window: 4, partSize: 3 } },
  evolution: {
    seed: 3,
    strategy: { kind: 'evolution', population: 6, budget: CANDIDATES, generation: 6 },
    execution: { shardSize: 2 },
  },
};

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let connection: Connection;
let workers: readonly Running[] = [];
const env = () => ({
  TEMPORAL_ADDRESS: temporal.address,
  NATS_URL: nats.url,
  ZEROSCOUT_ALLOW_MODULES: '1',
});
const cli = (...args: string[]) => done(args, { home, env: env() });

beforeAll(async () => {
  home = testHome();
  [temporal, nats] = await Promise.all([startTemporal({ home }), startNats({ dir: `${home.dir}/nats` })]);
  connection = await Connection.connect({ address: temporal.address });
  home.write('odd.mjs', PROXY);
  const control = fileURLToPath(new URL('losing-control.mjs', import.meta.url));
  workers = [
    spawnNode([control], { home, env: env() }),
    spawnZeroscout(['worker', '--role', 'score'], { home, env: env() }),
  ];
  await Promise.all(workers.map((worker) => worker.says(/"worker ready"/)));
}, 120_000);
afterAll(async () => {
  for (const { child } of workers) child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
  await connection?.close();
  await Promise.allSettled([temporal?.stop(), nats?.stop()]);
  await home.remove();
}, 60_000);

async function search(course: keyof typeof COURSES, what: string) {
  const id = `${what}-${course}`;
  const changes = { proxies: ['./odd.mjs'], ...COURSES[course] };
  home.write(`${course}.json`, specification({ changes }));
  await cli('run', `${course}.json`, '--id', id, '--workers', '0', '--allow-modules', '--out', id);
  const { candidates, scored, reused, failed } = JSON.parse(home.read(`${id}/summary.json`));
  const { memo } = await new Client({ connection }).workflow.getHandle(`search-${id}`).describe();
  const files = ['ranking.csv', 'failures.csv'].map((name) => home.read(`${id}/${name}`));
  return { counts: { candidates, scored, reused, failed }, shown: memo!.counts, files };
}

test.each(Object.keys(COURSES) as (keyof typeof COURSES)[])('%s', { timeout }, async (course) => {
  const first = await search(course, 'first');
  const failed = first.files[1]!.trimEnd().split('\n').length - 1;
  const ranked = CANDIDATES - failed;
  expect(Math.min(failed, ranked)).toBeGreaterThan(3);
  const all = { candidates: CANDIDATES, failed };
  expect(first.counts).toEqual({ ...all, scored: ranked, reused: 0 });
  expect(first.shown).toEqual({ ...all, planned: CANDIDATES, done: CANDIDATES });

  // It begins again, and finds its candidates scored or set aside.
  const repaired = await search(course, 'repaired');
  expect(repaired.counts).toEqual({ ...all, scored: 0, reused: ranked });
  expect(repaired.shown).toEqual({ ...all, planned: 0, done: 0 });
  // A score that was there is lost and computed again.
  const lost = await search(course, 'lost');
  expect(lost.counts).toEqual({ ...all, scored: 1, reused: ranked - 1 });
  expect(lost.shown).toEqual({ ...all, planned: failed + 1, done: failed + 1 });
  for (const { files } of [repaired, lost]) expect(files).toEqual(first.files);
});

test('a search that ranks nothing says why', { timeout }, async () => {
  home.write('never.mjs', PROXY.replace('size % 2 === 0 ? Number.NaN : size', 'Number.NaN'));
  home.write('none.json', specification({ samples: 3, changes: { proxies: ['./never.mjs'] } }));
  const none = ['none.json', '--id', 'none', '--workers', '0', '--allow-modules'];
  for (const command of [
    ['run', ...none],
    ['run', ...none, '--json'],
    ['watch', 'none'],
  ]) {
    const { code, stdout, stderr } = await zeroscout(command, { home, env: env() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/3 set aside|"failed": ?3/);
    expect(stderr).toContain('nothing is ranked: all 3 candidates were set aside');
  }
});
