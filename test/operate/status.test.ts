// Tests on real servers what `status` and `results` report about searches that failed, were ended by others,
// or retry a step.
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { workflowIdOf } from '../../core/contract/search-queues.js';
import { type Describer, openEmbeddedDescriber } from '../support/describer.js';
import { killNow, type TestHome, testHome, until } from '../support/home.js';
import { freePort, runNats } from '../support/nats.js';
import { done, spawnZeroscout, specification, zeroscout } from '../support/zeroscout.js';

/** The number of cells of NAS-Bench-201 with at most 100,000 parameters. */
const MEETING = 729;
/** The reason names what was wanted, what there is, and of how many. */
const WHY = new RegExp(`\\b3000\\b.*\\b${MEETING}\\b.*\\b15625\\b`);

let home: TestHome;
let describer: Describer;
let client: Client;
const cli = (...args: string[]) => zeroscout(args, { home });
const json = async (id: string) =>
  JSON.parse((await done(['status', id, '--json'], { home })).stdout) as Record<string, never>;
/** The workers of all queues. */
const workers = async () =>
  JSON.parse((await done(['workers', '--json'], { home })).stdout).flatMap(
    (queue: { workers: unknown[] }) => queue.workers,
  );
const detach = (file: string, ...more: string[]) =>
  done(['run', file, '--id', file.replace('.json', ''), '--detach', ...more], {
    home,
    env: { ZEROSCOUT_ALLOW_COMMANDS: '1' },
  });

beforeAll(async () => {
  home = testHome();
  home.write(
    'few.json',
    specification({ samples: 3000, changes: { constraints: { parameters: { max: 100_000 } } } }),
  );
  home.write(
    'told.json',
    specification({ samples: 4, changes: { notify: { command: 'exit 3', retries: 9 } } }),
  );
  const latency = { constraints: { latency: { max: '0.01ms' } } };
  home.write('slow.json', specification({ samples: 20, changes: { seed: 8, ...latency } }));
  home.write('idle.json', specification({ changes: { seed: 9, execution: { device: 'cuda' } } }));
  await home.startServices();
  describer = await openEmbeddedDescriber(home);
  client = describer.client;
});
afterAll(async () => {
  await describer?.close();
  await home.remove();
}, 60_000);

test('a failed search says why, without what Temporal puts before it, and what to do', async () => {
  const run = await cli('run', 'few.json', '--id', 'few', '--json');
  expect([run.code, JSON.parse(run.stdout).error]).toEqual([
    1,
    expect.objectContaining({ code: 'search-failed', reason: expect.stringMatching(WHY) }),
  ]);
  expect(run.stderr).toMatch(WHY);
  expect(run.stderr).not.toMatch(/Workflow execution failed|Activity task failed/);

  expect(await json('few')).toMatchObject({
    state: 'failed',
    failure: {
      reason: expect.stringMatching(WHY),
      type: 'SpecError',
      adviceCode: 'correct-specification',
    },
  });
  const { stdout, stderr } = await cli('status', 'few');
  expect(stderr).not.toContain('NATS');
  expect(stdout).toMatch(WHY);
  expect(stdout).toMatch(/strategy\.samples.*3000/);
  expect(stdout).toContain('zeroscout run');
  const results = await cli('results', 'few', '--json');
  expect([results.code, JSON.parse(results.stdout).error]).toEqual([
    2,
    expect.objectContaining({ field: 'ID', message: expect.stringMatching(WHY) }),
  ]);
  // Temporal's page shows this form of the id.
  expect((await cli('status', 'search-few')).stdout).toBe(stdout);
  // Temporal's page also does not show the search as planning any more.
  const { count } = await client.workflow.count('ZeroscoutState = "failed" AND ZeroscoutName = "sample"');
  expect(count).toBe(1);
});

test('a step that is tried again shows the attempt and why the last one failed', {
  timeout: 120_000,
}, async () => {
  await detach('told.json');
  await until(
    async () => {
      const { waiting, retrying } = await describer.status('told');
      return waiting && retrying;
    },
    { what: 'the hook has failed once', timeoutMs: 90_000 },
  );
  const { waiting, retrying } = await json('told');
  const reason = expect.stringContaining('3');
  expect({ waiting, retrying }).toEqual({
    waiting: expect.objectContaining({ for: 'retry', activity: 'notify', reason }),
    retrying: [expect.objectContaining({ activity: 'notify', attempt: expect.any(Number), reason })],
  });
  expect((await cli('status', 'told')).stdout).toMatch(/attempt \d+/);
});

test('measuring latency, and what rejects nearly everything, are said while it goes on', {
  timeout: 120_000,
}, async () => {
  await detach('slow.json');
  await until(
    async () => (await describer.status('slow')).waiting?.also?.some((one) => one.for === 'candidates'),
    { what: 'candidates are rejected', timeoutMs: 60_000 },
  );
  const { stdout } = await cli('status', 'slow');
  expect(stdout).toMatch(/\d+ .*\b0 of 20\b/);
  expect(stdout).toMatch(/\d+ % .*latency\.max/);
  expect(await json('slow')).toMatchObject({
    waiting: {
      for: 'latency',
      measured: expect.any(Number),
      also: [{ for: 'candidates', by: 'latency.max' }],
    },
  });
  await client.workflow.getHandle(workflowIdOf('slow')).terminate();
  await Promise.all([...home.pids('control'), ...home.pids('score')].map(killNow));
});

test('waiting for a control worker, for a device, for resume, for servers', {
  timeout: 120_000,
}, async () => {
  const env = {};
  /** Waits until the search waits for this with a known start, and returns the output of `status --json`. */
  const waiting = async (what: string) => {
    const isKnown = async () => {
      const { waiting } = await describer.status('idle');
      return waiting?.for === what && (waiting.since !== undefined || what === 'control-worker');
    };
    await until(isKnown, { what, timeoutMs: 60_000 });
    return (await json('idle')).waiting;
  };
  await detach('idle.json', '--workers', '0');
  await waiting('control-worker');
  expect(await workers()).toEqual([]);
  const control = spawnZeroscout(['worker', '--role', 'control'], { home, env });
  expect(await waiting('score-worker')).toMatchObject({
    device: 'cuda',
    since: expect.stringMatching(/^20/),
  });
  expect((await cli('status', 'idle')).stdout).toMatch(/cuda.*zeroscout worker/);
  const watcher = spawnZeroscout(['watch', 'idle'], { home });
  await watcher.says(/worker.*cuda/);

  // Temporal's page finds the search by its phase, and shows the phase at the top.
  const query = 'ZeroscoutState = "scoring" AND ZeroscoutName = "sample" AND ZeroscoutProgress < 1';
  const { count } = await client.workflow.count(query);
  expect(count).toBe(1);
  const page = client.workflow.getHandle(workflowIdOf('idle')).query('__temporal_workflow_metadata');
  expect(await page).toMatchObject({ currentDetails: expect.stringContaining('**scoring**: 24 candidates') });

  await done(['pause', 'idle'], { home });
  expect(await waiting('resume')).toMatchObject({ since: expect.stringMatching(/^20/) });
  expect((await cli('status', 'idle')).stdout).toMatch(/paused.*\d\d:\d\d/);
  await watcher.says(/paused.*\d\d:\d\d/);

  // Both `watch` and `status` restart an embedded server.
  await home.killService('nats');
  const natsPid = () => readState({ home: home.home }).services.nats?.pid;
  const lost = natsPid();
  await watcher.says(/NATS.*\d+ s/);
  await until(async () => natsPid() !== undefined && natsPid() !== lost, {
    what: 'NATS runs again',
    timeoutMs: 60_000,
  });
  // A suspended server is unreachable like a dead one, but is not restarted immediately.
  const { pid } = readState({ home: home.home }).services.temporal!;
  process.kill(pid!, 'SIGSTOP');
  await watcher.says(/Temporal.*\d+ s/).finally(() => process.kill(pid!, 'SIGCONT'));
  watcher.child.kill('SIGKILL');
  await watcher.ended;
  await home.startServices();
  await home.killService('nats');
  const killed = natsPid();
  const asked = await cli('status', 'idle', '--json');
  expect(natsPid()).not.toBe(killed);
  expect(JSON.parse(asked.stdout).waiting).toMatchObject({ for: 'resume' });
  const nats = readState({ home: home.home }).services.nats!.pid!;
  process.kill(nats, 'SIGSTOP');
  const askedAgain = async () => (await json('idle')).waiting as Record<string, unknown> | undefined;
  const withoutNats = async () => {
    const found = await askedAgain();
    return found?.for === 'nats' && found;
  };
  await until(withoutNats, { what: 'NATS is missed', timeoutMs: 60_000 })
    .then((found) => expect(found).toMatchObject({ for: 'nats', also: [{ for: 'resume' }] }))
    .finally(() => process.kill(nats, 'SIGCONT'));
  control.child.kill('SIGKILL');
  await control.ended;
  // Temporal lists it for five more minutes.
  expect(await workers()).toEqual([]);
});

test('a NATS server that refuses the password is not called away without a word', async () => {
  const port = await freePort();
  const file = home.write(
    'refusing.conf',
    `listen: "127.0.0.1:${port}"\nauthorization { user: "one", password: "right" }\n`,
  );
  const server = await runNats({ host: '127.0.0.1', port, args: ['-c', file] });
  try {
    const temporal = `127.0.0.1:${readState({ home: home.home }).services.temporal!.port}`;
    const env = {
      TEMPORAL_ADDRESS: temporal,
      NATS_URL: server.url,
      NATS_USER: 'one',
      NATS_PASSWORD: 'wrong',
    };
    const { code, stderr } = await zeroscout(['status', 'few'], { home, env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/authorization refused.*NATS_PASSWORD/);
  } finally {
    await server.stop();
  }
});

test('searches that were cancelled, terminated or timed out say so, and what to do', async () => {
  await detach('idle.json', '--workers', '0');
  const control = spawnZeroscout(['worker', '--role', 'control'], { home });
  await done(['cancel', 'idle'], { home });
  await until(async () => (await describer.status('idle')).state === 'cancelled', {
    what: 'it ends',
    timeoutMs: 60_000,
  });
  const cancelled = await json('idle');
  control.child.kill('SIGKILL');
  await control.ended;
  expect(cancelled).toMatchObject({ state: 'cancelled', failure: { adviceCode: 'search-again' } });

  await detach('idle.json', '--workers', '0');
  await client.workflow.getHandle(workflowIdOf('idle')).terminate('the cluster moves');
  expect(await json('idle')).toMatchObject({
    state: 'terminated',
    failure: { reason: expect.stringContaining('the cluster moves'), adviceCode: 'search-again' },
  });
  expect((await cli('results', 'idle')).stderr).toContain('the cluster moves');

  const memo = { name: 'slow', space: 'nas-bench-201' };
  const options = { taskQueue: 'nobody', workflowExecutionTimeout: '1s', memo } as const;
  const handle = await client.workflow.start('search', {
    workflowId: workflowIdOf('slow'),
    args: [{}],
    ...options,
  });
  await handle.result().catch(() => {});
  expect(await json('slow')).toMatchObject({ state: 'timed_out', failure: { type: 'Timeout' } });
});

test('a list that shows fewer says of how many; --all and --json have every one', {
  timeout: 120_000,
}, async () => {
  const start = (number: number) =>
    client.workflow.start('search', {
      workflowId: workflowIdOf(`many-${number}`),
      taskQueue: 'nobody',
      args: [{}],
      memo: { name: 'many', space: 'nas-bench-201', state: 'scoring' },
    });
  await Promise.all(Array.from({ length: 55 }, (_, number) => start(number)));
  const query = 'WorkflowType = "search" AND ExecutionStatus != "ContinuedAsNew"';
  const known = async (more: string) => (await client.workflow.count(query + more)).count;
  // A search is listed a moment after it was started.
  const isListed = async () => (await known(' AND WorkflowId STARTS_WITH "search-many-"')) === 55;
  await until(isListed, { what: 'all are listed', timeoutMs: 60_000 });
  const count = await known('');
  const few = await done(['status'], { home });
  const all = await done(['status', '--all'], { home });
  const json = await done(['status', '--json'], { home });
  const named = await done(['status', '--name', 'many', '--state', 'scoring', '--limit', '3'], { home });
  const rows = (text: string) => text.trimEnd().split('\n').length - 1;
  expect(rows(few.stdout)).toBe(50);
  expect(few.stderr).toMatch(new RegExp(`\\b50\\b.*\\b${count}\\b.*--all`));
  expect([rows(all.stdout), all.stderr.includes(' of ')]).toEqual([count, false]);
  expect(JSON.parse(json.stdout)).toHaveLength(count);
  expect(rows(named.stdout)).toBe(3);
  expect(named.stderr).toMatch(/\b3\b.*\b55\b/);
});
