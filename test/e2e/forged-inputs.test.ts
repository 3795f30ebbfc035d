// Tests that workflows started with forged inputs fail immediately with the name of the field.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reasonOf } from '../../client/status/failure.js';
import { parseSpecification } from '../../core/specification/specification.js';
import { type TestHome, testHome } from '../support/home.js';
import { type NatsServer, startNats } from '../support/nats.js';
import { startTemporal, type TemporalServer } from '../support/temporal.js';
import { type Running, spawnZeroscout, specification } from '../support/zeroscout.js';

const HASH = '0'.repeat(64);
const timeout = 120_000;
const complete = parseSpecification({ text: specification({ samples: 8 }), source: 'spec' });
const images = { digest: HASH, shape: [8, 3, 16, 16] };

let home: TestHome;
let temporal: TemporalServer;
let nats: NatsServer;
let workers: Running[];
let connection: Connection;
let tmp: string;

beforeAll(async () => {
  home = testHome();
  [temporal, nats] = await Promise.all([startTemporal({ home }), startNats({ dir: `${home.dir}/nats` })]);
  tmp = join(home.dir, 'tmp');
  mkdirSync(tmp);
  writeFileSync(join(home.dir, 'victim.part'), 'precious');
  const env = { TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url, TMPDIR: tmp };
  workers = ['control', 'score'].map((role) =>
    spawnZeroscout(['worker', '--role', role, '--concurrency', '1'], { home, env }),
  );
  connection = await Connection.connect({ address: temporal.address });
  await Promise.all(workers.map((worker) => worker.says(/worker ready/)));
}, timeout);
afterAll(async () => {
  for (const worker of workers ?? []) worker.child.kill('SIGTERM');
  await Promise.all((workers ?? []).map(({ ended }) => ended));
  await connection?.close();
  await Promise.all([temporal?.stop(), nats?.stop()]);
  await home?.remove();
}, timeout);

/** The reason why the workflow failed; it must not continue. */
async function failure(workflow: string, id: string, args: unknown[]): Promise<string> {
  const client = new Client({ connection });
  const options = { workflowId: id, taskQueue: 'zeroscout-control', workflowExecutionTimeout: '30s' };
  const handle = await client.workflow.start(workflow, { ...options, args } as never);
  return handle.result().then(
    (result) => `RESULT ${JSON.stringify(result)}`,
    (error: unknown) => reasonOf(error),
  );
}

const evil = { digest: '../victim', shape: images.shape };
const withSpace = (space: object) => ({ specification: { ...complete, space } });
const state = {
  startedAt: 0,
  stageStartedAt: 0,
  run: 'a',
  rounds: [],
  audited: true,
  planned: 1,
  done: 0,
  reused: 0,
  failed: 0,
  attempt: 0,
  nextShard: 0,
  paused: false,
  plan: { digest: HASH, count: 8 },
  todo: { digest: HASH, count: 8 },
};
const carried = (change: object) => ({ specification: complete, carried: { ...state, ...change } });

const SEARCHES: readonly [string, readonly unknown[], RegExp][] = [
  ['nothing', [], /^specification: /],
  ['a text', ['search'], /^specification: /],
  ['no specification', [{}], /^specification: /],
  ['an incomplete one', [{ specification: { name: 'a' } }], /^specification\.space: missing/],
  [
    'digest of images',
    [{ specification: { ...complete, input: { images: evil } } }],
    /^specification\.input\.images\.digest: found the text "\.\.\/victim"/,
  ],
  [
    'shape of images',
    [{ specification: { ...complete, input: { images: { ...images, shape: [1e12, 3, 16, 16] } } } }],
    /^specification\.input\.images\.shape\.0: /,
  ],
  [
    'digest of a module',
    [withSpace({ kind: 'module', digest: '../x', code: '', resolution: 32, proxies: ['complexity'] })],
    /^specification\.space\.digest: /,
  ],
  [
    'a key nobody knows',
    [{ specification: { ...complete, __evil: 1 } }],
    /^specification\.__evil: unknown key/,
  ],
  [
    'a prototype',
    [
      {
        specification: JSON.parse(
          JSON.stringify(complete).replace('"seed"', '"__proto__":{"polluted":1},"seed"'),
        ),
      },
    ],
    /^specification\.__proto__: unknown key/,
  ],
  [
    'size of shards',
    [{ specification: { ...complete, execution: { device: 'cpu', shardSize: 1e9, window: 8 } } }],
    /^specification\.execution\.shardSize: /,
  ],
  [
    'device',
    [{ specification: { ...complete, execution: { ...complete.execution, device: '../../x' } } }],
    /^specification\.execution\.device: /,
  ],
  [
    'time of a webhook',
    [
      {
        specification: {
          ...complete,
          notify: { webhook: 'http://127.0.0.1:1', timeout: 'soon', retries: 0 },
        },
      },
    ],
    /^specification\.notify\.timeout: /,
  ],
  [
    'digest of a list',
    [{ specification: complete, list: { digest: '../../x', count: 3 } }],
    /^list\.digest: /,
  ],
  ['count of a list', [{ specification: complete, list: { digest: HASH, count: -3 } }], /^list\.count: /],
  [
    'a run before',
    [{ specification: complete, before: { id: 'x/../y', ranking: HASH, failures: 'x' } }],
    /^before\.id: .*\nbefore\.failures: /,
  ],
  ['carried plan', [carried({ plan: { digest: '/etc/passwd', count: 1 } })], /^carried\.plan: /],
  ['carried run', [carried({ run: 'a.>' })], /^carried\.run: /],
  [
    'carried address',
    [carried({ addresses: { engine: 'block-8 *', scopes: ['x'] } })],
    /^carried\.addresses\.engine: .*\ncarried\.addresses\.scopes\.0: /,
  ],
  [
    'carried parts',
    [carried({ parts: { cut: { parts: 2, atOnce: 1e9, window: 1 }, todos: [], missing: 0, next: 1 } })],
    /^carried\.parts\.cut\.atOnce: /,
  ],
  ['carried attempt', [carried({ attempt: 'many' })], /^carried\.attempt: /],
  [
    'a list that is missing',
    [{ specification: { ...complete, strategy: { kind: 'list', file: 'x' } } }],
    /^list: missing/,
  ],
];

test('searches: each fails and names the field', { timeout }, async () => {
  // They start one after the other, because on a busy machine the first workflow tasks of all of them would
  // take longer than the 10 s that Temporal waits for one.
  for (const [name, args, words] of SEARCHES) {
    const id = `search-forged-${name.replaceAll(/\W/g, '-')}`;
    expect(await failure('search', id, [...args]), name).toMatch(words);
  }
  expect(await failure('search', 'search-../../x', [{ specification: complete }])).toMatch(/^id: /);
});

test('parts of a search, too', { timeout }, async () => {
  const part = {
    search: 'a',
    run: 'a',
    specification: complete,
    plan: state.plan,
    todo: state.todo,
    window: 1,
    paused: false,
    part: { number: 0, of: 1 },
    shards: { first: 0, of: 1 },
  };
  const scope = 'A'.repeat(22);
  const forged: readonly [unknown, RegExp][] = [
    [undefined, /^checkPart: missing; must be a mapping/],
    [{ ...part, todo: { digest: '../x', count: 1 } }, /^todo\.digest: /],
    [{ ...part, search: 'a.>' }, /^search: /],
    [{ ...part, part: { number: 3, of: 2 } }, /^part: /],
    [{ ...part, window: 1e9 }, /^window: /],
    [
      { ...part, specification: { ...complete, input: { images: evil } } },
      /^specification\.input\.images\.digest: /,
    ],
    // The address is another specification's, so the scores would be stored where that specification's are.
    [{ ...part, address: { engine: 'block-8.ort-1.30.0', scope } }, /^address\.scope: /],
  ];
  const reasons = await Promise.all(forged.map(([input], i) => failure('scorePart', `part-${i}`, [input])));
  for (const [i, [, words]] of forged.entries())
    expect(reasons[i], JSON.stringify(forged[i]![0])).toMatch(words);
});

test('a measurement of latencies, too', { timeout }, async () => {
  const input = { specification: complete, ranking: HASH, top: 3, which: 'all' };
  const forged: readonly [unknown, RegExp][] = [
    [undefined, /^measureLatencies: missing/],
    [{ ...input, ranking: '../x' }, /^ranking: /],
    [{ ...input, top: -1 }, /^top: /],
  ];
  for (const [i, [given, words]] of forged.entries())
    expect(await failure('measureLatencies', `latencies-${i}`, [given])).toMatch(words);
});

test('nothing was written but in folders of the workers', () => {
  expect(readFileSync(join(home.dir, 'victim.part'), 'utf8')).toBe('precious');
  expect(existsSync(join(home.dir, 'victim'))).toBe(false);
  for (const name of readdirSync(tmp)) expect(name).toMatch(/^zeroscout-worker-/);
});

test('a worker that is killed leaves a folder behind, which the next one removes; that of a living one stays', {
  timeout,
}, async () => {
  expect(readdirSync(tmp)).toHaveLength(2);
  const [control, score] = workers;
  for (const name of readdirSync(tmp)) writeFileSync(join(tmp, name, 'large'), 'x');
  score!.child.kill('SIGKILL');
  await score!.ended;
  expect(readdirSync(tmp)).toHaveLength(2);
  const before = new Set(readdirSync(tmp));
  const env = { TEMPORAL_ADDRESS: temporal.address, NATS_URL: nats.url, TMPDIR: tmp };
  const next = spawnZeroscout(['worker', '--role', 'score', '--concurrency', '1'], { home, env });
  workers = [control!, next];
  await next.says(/worker ready/);
  const after = readdirSync(tmp);
  expect(after).toHaveLength(2);
  expect(after.filter((name) => before.has(name))).toHaveLength(1);
  for (const worker of workers) worker.child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
  expect(readdirSync(tmp)).toEqual([]);
});
