// Tests with real servers that `gc` of one Temporal namespace deletes nothing while searches of another one use the
// same NATS, and what it says.
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readState } from '../../client/embedded/state.js';
import { connectStore } from '../../store/jetstream.js';
import type { Store } from '../../store/store.js';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, type Running, spawnZeroscout, zeroscout } from '../support/zeroscout.js';

const GC = ['gc', '--older-than', '0s', '--keep-last', '0', '--json'];

let home: TestHome;
let store: Store;
let worker: Running;
let temporal: Connection;
/** The settings of a team with a namespace of its own at the same servers. */
let team: NodeJS.ProcessEnv;
const gc = (...args: string[]) => zeroscout([...GC, ...args], { home });
const held = async () => (await store.housekeeping.scopes()).map(({ name }) => name);
const records = async () => (await store.namespaces.list()).map(({ name }) => name);

beforeAll(async () => {
  home = testHome();
  await home.startServices();
  const { services } = readState({ home: home.home });
  const address = `127.0.0.1:${services.temporal!.port}`;
  const url = `nats://127.0.0.1:${services.nats!.port}`;
  team = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'team-b', NATS_URL: url };
  store = await connectStore({ url });
  await store.scores.put('old', [{ key: 'c', proxies: { p: 1 } }]);
  temporal = await Connection.connect({ address });
  await temporal.workflowService.registerNamespace({
    namespace: 'team-b',
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  // A new namespace is known to all parts of the server after some seconds.
  await until(
    () => temporal.workflowService.describeNamespace({ namespace: 'team-b' }).then(Boolean, () => false),
    { what: 'there is a namespace', timeoutMs: 60_000 },
  );
  worker = spawnZeroscout(['worker', '--role', 'control'], { home, env: team });
}, 180_000);
afterAll(async () => {
  worker?.child.kill('SIGTERM');
  await worker?.ended;
  await temporal?.close();
  await store?.close();
  await home?.remove();
}, 60_000);

test('a control worker records its namespace, and gc of another one refuses until that is forgotten', {
  timeout: 180_000,
}, async () => {
  await until(async () => (await records()).length > 0, {
    what: 'the namespace is recorded',
    timeoutMs: 60_000,
  });
  expect(await records()).toEqual(['team-b']);
  const [{ id } = { id: '' }] = await store.namespaces.list();
  const { namespaceInfo } = await temporal.workflowService.describeNamespace({ namespace: 'team-b' });
  expect(id).toBe(namespaceInfo!.id);

  for (const args of [[], ['--dry-run'], ['--forget-namespace', 'team-b']]) {
    const { code, stdout, stderr } = await gc(...args);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'invalid-input', field: '--forget-namespace' });
    expect(stderr).toContain(`"team-b" (id ${id},`);
    expect(stderr).toContain(`add --forget-namespace ${id}`);
  }
  expect(await held()).toEqual(['old']);

  const rehearsal = await done([...GC, '--dry-run', '--forget-namespace', id], { home });
  expect(JSON.parse(rehearsal.stdout).scores.gone.count).toBe(1);
  expect([await held(), await records()]).toEqual([['old'], ['team-b']]);
  await done([...GC, '--forget-namespace', id], { home });
  expect([await held(), await records()]).toEqual([[], []]);
  expect((await gc()).code).toBe(0);
});

test('the namespace that is recorded may run gc itself', { timeout: 60_000 }, async () => {
  const { namespaceInfo } = await temporal.workflowService.describeNamespace({ namespace: 'team-b' });
  await store.namespaces.put({ id: namespaceInfo!.id!, name: 'team-b', seen: Date.now() });
  await done(GC, { home, env: team });
  expect(await records()).toEqual(['team-b']);
});
