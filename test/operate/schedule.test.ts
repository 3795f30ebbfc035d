// Tests that scheduled runs compute only what is new, are compared with the previous run, and notify a
// webhook.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../client/connect.js';
import { collect, planCollection } from '../../client/retention/collect.js';
import { detailsOf } from '../../client/schedules/describe-schedule.js';
import { findSchedule } from '../../client/schedules/find-schedule.js';
import type { SearchResult } from '../../core/contract/search.js';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { BlobError } from '../../core/errors.js';
import { openSpace } from '../../core/spaces/index.js';
import { type Describer, openEmbeddedDescriber } from '../support/describer.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.js';
import { done, FAMILIES, specification, zeroscout } from '../support/zeroscout.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const candidates = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => enumeration!.at((from + i) * 113)).join('\n');
const env = {
  HOOK_SECRET: 'planted-secret',
  ZEROSCOUT_NOTIFY_SECRETS: 'HOOK_SECRET',
  ZEROSCOUT_NOTIFY_ALLOW: 'loopback',
};

const SMALL = JSON.parse(specification({ samples: 4 }));

let home: TestHome;
let describer: Describer;
let hook: LoopbackServer;
const told: { signature: string | undefined; body: string }[] = [];
const cli = (...args: string[]) => done(args, { home, env });
const json = async (...args: string[]) => JSON.parse((await cli(...args, '--json')).stdout);
const ended = (id: string) =>
  until(async () => /completed|failed/.exec((await describer.status(id)).state)?.[0], {
    what: `${id} ends`,
    timeoutMs: 60_000,
  });
const runNow = async (name: string): Promise<string> => {
  const { id } = await json('schedule', 'run-now', name);
  expect(await ended(id)).toBe('completed');
  return id;
};

/** The output of `schedule describe NAME --json`. */
async function described(name: string) {
  const { client } = describer;
  return detailsOf({ client, description: (await findSchedule({ client, name })).description });
}

beforeAll(async () => {
  home = testHome();
  hook = await startLoopbackServer(async (request, response) => {
    let body = '';
    for await (const text of request.setEncoding('utf8')) body += text;
    told.push({ signature: request.headers['x-zeroscout-signature']?.toString(), body });
    // The first attempt meets a failing receiver.
    response.writeHead(told.length === 1 ? 503 : 204).end();
  });
  for (const [name, from, to] of [
    ['monday', 0, 30],
    ['tuesday', 2, 34],
    ['wednesday', 50, 53],
  ] as const) {
    home.write(`${name}.txt`, candidates(from, to));
    const changes = {
      strategy: { kind: 'list', file: `${name}.txt` },
      notify: { webhook: hook.url, secretEnv: 'HOOK_SECRET', timeout: '5s', retries: 3 },
    };
    home.write(`${name}.json`, specification({ name: 'nightly', changes }));
  }
});
afterAll(async () => {
  await describer?.close();
  hook.close();
  await home.remove();
}, 60_000);

test('a schedule from create to delete', { timeout: 400_000 }, async () => {
  const command = 'schedule create scan monday.json --timezone Europe/Berlin --jitter 5m'.split(' ');
  const { next } = await json(...command, '--cron', '0 2 * * *');
  describer = await openEmbeddedDescriber(home);
  expect(new Date(next).getTime()).toBeGreaterThan(Date.now());
  expect(await json('schedule', 'list')).toEqual([
    expect.objectContaining({
      name: 'scan',
      cron: '0 2 * * *',
      timezone: 'Europe/Berlin',
      state: 'active',
      last: null,
    }),
  ]);

  const first = await runNow('scan');
  expect(first).toMatch(/^scan-\d{4}-\d\d-\d\dT\d{6}Z$/);
  const status = await json('status', first);
  expect(status).toMatchObject({ schedule: 'scan', name: 'nightly' });
  expect(status).not.toHaveProperty('changes');
  expect(told.length).toBe(2);
  for (const { signature, body } of told)
    expect(signature).toBe(`sha256=${createHmac('sha256', env.HOOK_SECRET).update(body).digest('hex')}`);
  expect(told[1]!.body).toBe(told[0]!.body);
  expect(JSON.parse(told[0]!.body)).toMatchObject({
    event: 'search.completed',
    search: first,
    schedule: 'scan',
    summary: { candidates: 30, scored: 30 },
  });

  // The list lost two candidates and gained four, so the next run scores four.
  await json('schedule', 'update', 'scan', 'tuesday.json');
  const second = await runNow('scan');
  const { summary, changes } = JSON.parse(told.at(-1)!.body);
  expect(summary).toMatchObject({ id: second, candidates: 32, scored: 4, reused: 28 });
  expect(changes).toMatchObject({
    a: { id: first },
    b: { id: second },
    appeared: { count: 4 },
    vanished: { count: 2 },
  });
  expect((await json('status', second)).changes).toEqual(changes);
  expect(await json('diff', first, second)).toEqual(changes);
  expect((await cli('results', second)).stdout).toContain('4 new\n');
  expect((await cli('status', second)).stdout).toMatch(new RegExp(`since ${first}: .*4 new, 2 vanished`));

  await cli('schedule', 'pause', 'scan');
  expect((await json('schedule', 'describe', 'scan')).state).toBe('paused');
  expect((await cli('schedule', 'list')).stdout).toContain('scan is paused: somebody paused it');
  await cli('schedule', 'resume', 'scan');
  expect(
    await json('schedule', 'backfill', 'scan', '--from', '2026-03-01', '--to', '2026-03-02T01:00Z'),
  ).toMatchObject({ requested: true, runs: 2 });
  // Two o'clock in Berlin is one o'clock UTC in winter.
  const nights = ['2026-03-01T01', '2026-03-02T01'];
  await until(
    async () => {
      const states = (await described('scan')).runs.map(({ state }) => state);
      return states.length === 4 && states.every((state) => state === 'completed');
    },
    { what: 'the nights that were missed', timeoutMs: 60_000 },
  );
  const details = await json('schedule', 'describe', 'scan');
  const ids: string[] = details.runs.map(({ id }: { id: string }) => id);
  for (const night of nights) expect(ids.some((id) => id.startsWith(`scan-${night}`))).toBe(true);
  expect(details).toMatchObject({
    overlap: 'skip',
    pauseOnFailure: true,
    catchup: '10m',
    jitter: '5m',
    state: 'active',
  });
  expect((await json('status')).map(({ schedule }: { schedule: string }) => schedule)).toEqual(
    Array(4).fill('scan'),
  );

  await cli('schedule', 'delete', 'scan');
  expect(await json('schedule', 'list')).toEqual([]);
  expect((await json('status', second)).state).toBe('completed');
});

test('gc keeps what kept runs and schedules need, and lets go of the rest', {
  timeout: 500_000,
}, async () => {
  await cli('schedule', 'create', 'weekly', 'monday.json', '--cron', '0 3 * * 0');
  const young = await json('gc', '--dry-run', '--keep-last', '0');
  expect(young).toMatchObject({
    deleted: false,
    runs: { gone: [] },
    blobs: { gone: { count: 0 } },
    scores: { gone: { count: 0 } },
  });
  expect(young.runs.kept).toHaveLength(4);

  const { client, store } = describer;
  const inAYear = { now: Date.now() + 365 * 86_400_000, olderThan: 30 * 86_400_000 };
  const plan = (keepLast: number) => planCollection({ client, store, ...inAYear, keepLast });
  const first = await plan(1);
  expect(first.runs.kept).toHaveLength(1);
  expect(first.runs.gone).toHaveLength(3);
  expect(first.scores.gone).toEqual([]);
  expect(first.scores.kept.map(({ count }) => count)).toEqual(FAMILIES.map(() => 34));
  // With a damaged blob no other one goes, as it may name any of them.
  const blobs = { ...store.blobs, get: () => Promise.reject(new BlobError('damaged')) };
  const hurt = await planCollection({ client, store: { ...store, blobs }, ...inAYear, keepLast: 1 });
  expect(hurt).toMatchObject({ runs: first.runs, blobs: { gone: [] }, scores: first.scores });
  expect(hurt.damagedBlobs.map(({ run }) => run)).toContain(first.runs.kept[0]!.id);
  await collect({ client, store, collection: first });
  const { id } = first.runs.kept[0]!;
  const runs = 'WorkflowType = "search" AND ExecutionStatus != "ContinuedAsNew"';
  // Temporal deletes in the background, which may take minutes for runs that have just ended.
  await until(async () => (await client.workflow.count(runs)).count === 1, {
    what: 'runs are forgotten',
    timeoutMs: 300_000,
  });
  expect(await json('status')).toHaveLength(1);
  expect(await json('results', id)).toHaveLength(32);
  expect(await json('status', id)).toHaveProperty('changes');

  // Only the schedule is kept: its list and the scores under its specification remain.
  await collect({ client, store, collection: await plan(0) });
  const run = await runNow('weekly');
  expect(JSON.parse(told.at(-1)!.body)).toMatchObject({ search: run, summary: { scored: 0, reused: 30 } });

  // If a list has disappeared that no worker has read, the run fails, which pauses the schedule and is
  // notified.
  await json('schedule', 'update', 'weekly', 'wednesday.json');
  for (const { name } of await store.housekeeping.blobs()) await store.housekeeping.deleteBlob(name);
  const { id: failed } = await json('schedule', 'run-now', 'weekly');
  expect(await ended(failed)).toBe('failed');
  expect(JSON.parse(told.at(-1)!.body)).toMatchObject({
    event: 'search.failed',
    search: failed,
    schedule: 'weekly',
    failure: expect.stringContaining('missing'),
  });
  // The schedule is paused immediately, not when its next run is due.
  const listed = await json('schedule', 'list');
  expect(listed).toEqual([expect.objectContaining({ name: 'weekly', state: 'paused', failedRun: failed })]);
  await until(async () => (await described('weekly')).state === 'paused', {
    what: 'the schedule pauses',
    timeoutMs: 60_000,
  });
  const paused = await json('schedule', 'describe', 'weekly');
  expect(paused.note).toMatch(/failure/i);
  expect((await cli('schedule', 'list')).stdout).toContain(`weekly is paused: ${paused.note}`);

  await cli('schedule', 'delete', 'weekly');
  await collect({ client, store, collection: await plan(0) });
  const { housekeeping } = store;
  expect(
    await Promise.all([housekeeping.blobs(), housekeeping.scopes(), housekeeping.failureRuns()]),
  ).toEqual([[], [], []]);
});

test('what is wrong is said before anything starts', { timeout: 180_000 }, async () => {
  await cli('schedule', 'create', 'again', 'monday.json', '--cron', '@daily');
  const scout = await connect({ home: home.home.root, servers: 'running' });
  const create = (name: string, cron: string) =>
    scout.schedules.create({ name, cron, specification: { value: SMALL }, workers: 0 });
  const between = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });
  const times = between('2026-02-02', '2026-01-01');
  const tomorrow = new Date(Date.now() + 86_400_000);
  const cases: [() => Promise<unknown>, string][] = [
    [() => create('x', '99 2 * * *'), 'cron'],
    [() => create('x', '0 0 2 * * *'), 'cron'],
    [() => create('x', '@nightly'), 'cron'],
    // This time never occurs.
    [() => create('x', '0 2 30 2 *'), 'cron'],
    [() => create('a b', '@daily'), 'schedule'],
    [() => create('again', '@daily'), 'schedule'],
    [() => scout.schedules.backfill('again', times), 'from'],
    [() => scout.schedules.backfill('again', { from: new Date(), to: tomorrow }), 'to'],
    [
      () => scout.schedules.backfill('again', between('2026-03-02T00:00:01Z', '2026-03-02T00:00:02Z')),
      'from',
    ],
    [() => scout.schedules.backfill('again', between('1990-01-01', '2026-01-01')), 'from'],
  ];
  try {
    for (const [work, field] of cases)
      await expect(work()).rejects.toMatchObject({ code: 'invalid-input', field });
    const unknown = { code: 'not-found', field: 'schedule' };
    await expect(scout.schedules.get('nobody')).rejects.toMatchObject(unknown);
  } finally {
    await scout.close();
  }
  const refused = await zeroscout(['schedule', 'create', 'x', 'monday.json', '--cron', '99 2 * * *'], {
    home,
    env,
  });
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('--cron: ');
  expect((await json('schedule', 'list')).map(({ name }: { name: string }) => name)).toEqual(['again']);
});

test('a run that cannot be compared with the one before says so, and is finished all the same', {
  timeout: 120_000,
}, async () => {
  await cli('schedule', 'create', 'gone', 'monday.json', '--cron', '0 3 * * 0');
  const { client, store } = describer;
  const before = await runNow('gone');
  const { ranking } = (await client.workflow.getHandle(workflowIdOf(before)).result()) as SearchResult;
  await store.housekeeping.deleteBlob(ranking);
  await cli('schedule', 'update', 'gone', 'tuesday.json');
  const after = await runNow('gone');
  const status = await json('status', after);
  expect(status).not.toHaveProperty('changes');
  expect(status.notCompared).toContain('missing');
  expect(JSON.parse(told.at(-1)!.body)).toMatchObject({ event: 'search.completed', search: after });
  expect((await json('schedule', 'describe', 'gone')).state).toBe('active');
  await cli('schedule', 'delete', 'gone');
});
