// Tests that scorers that hang, exhaust memory, answer NaN or die affect only their candidate.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../support/home.js';
import { type Cluster, PATIENCE_MS, startStaffed } from './support/cluster.js';
import { deaths, dismiss, replaceWorker } from './support/faults.js';
import { checkInvariant, forget, type Reference, undisturbed } from './support/invariant.js';

const timeout = PATIENCE_MS;
const HEALTHY = { kill: undefined, hang: undefined, eat: undefined, nan: undefined };
let cluster: Cluster;
let reference: Reference;
beforeAll(async () => {
  cluster = await startStaffed({ samples: 40 });
  reference = await undisturbed({ cluster });
}, PATIENCE_MS);
afterEach(async () => {
  cluster.misbehave(HEALTHY);
  await forget({ cluster, reference });
}, PATIENCE_MS);
afterAll(() => cluster?.close(), PATIENCE_MS);

test('scorers that crash, hang and eat memory once: their candidates are scored by others', {
  timeout,
}, async () => {
  // Three different candidates, because one that has lost three scorers is set aside whatever the cause.
  const once = (name: string, i: number) => [`once:${name}:${reference.candidates[i]}`];
  cluster.misbehave({ kill: once('kill', 5), hang: once('hang', 18), eat: once('eat', 30) });
  await checkInvariant({ cluster, search: cluster.search('once'), reference });
  expect(deaths(cluster)).toBe(3);
});

test('a scorer that hangs when its worker is killed ends with it', { timeout }, async () => {
  const hangs = cluster.misbehaveOnce('hang');
  const search = cluster.search('orphan');
  await until(hangs, { what: 'a scorer hangs', timeoutMs: PATIENCE_MS });
  // A process and its scorers have ended when no process holds its output.
  for (const worker of [...cluster.workers].filter(({ role }) => role === 'score'))
    await replaceWorker({ cluster, worker, signal: 'SIGKILL' });
  await checkInvariant({ cluster, search, reference });
});

/** The undisturbed ranking of all candidates but these. */
async function rankingWithout(guilty: readonly string[]): Promise<string> {
  const rest = reference.candidates.filter((candidate) => !guilty.includes(candidate));
  cluster.home.write('rest.txt', rest.join('\n'));
  const { strategy: _, ...specification } = JSON.parse(cluster.home.read('search.json'));
  const list = { ...specification, strategy: { kind: 'list', file: 'rest.txt' } };
  cluster.home.write('rest.json', JSON.stringify(list));
  return (await undisturbed({ cluster, spec: 'rest', id: `rest-${guilty.length}` })).ranking;
}

/** What workers logged of candidates that they set aside. */
const told = () =>
  [...cluster.workers]
    .flatMap(({ run }) => run.stderr().split('\n'))
    .filter((line) => line.includes('"candidate set aside"'))
    .map((line) => JSON.parse(line));

test('candidates that always kill and block their scorer are set aside, the rest ranked as without them', {
  timeout,
}, async () => {
  const [kill, hang] = [3, 17].map((i) => reference.candidates[i]!) as [string, string];
  const ranking = await rankingWithout([kill, hang]);

  cluster.misbehave({ kill: [kill], hang: [hang] });
  const search = cluster.search('guilty');
  const setAside = [
    [kill, 'crash'],
    [hang, 'timeout'],
  ] as const;
  await checkInvariant({ cluster, search, reference, setAside, ranking });
  const { stdout } = await search.run.ended;
  expect(stdout).toContain('40 candidates: 38 scored, 0 reused, 2 set aside');
  expect(stdout).toContain('with reasons in failures.csv');
  const failures = cluster.home.read('guilty/failures.csv');
  expect(failures).toMatch(/was killed by SIGSEGV, 3 times/);
  expect(failures).toMatch(/no answer within 20 s, 3 times/);
  for (const [candidate, reason] of setAside)
    expect(told()).toContainEqual(expect.objectContaining({ search: 'guilty', candidate, reason }));

  // A run of its own has no memory of candidates that were set aside.
  cluster.misbehave(HEALTHY);
  await checkInvariant({ cluster, search: cluster.search('guilty'), reference });
  expect(JSON.parse(cluster.home.read('guilty/summary.json'))).toMatchObject({ scored: 2, reused: 38 });
});

test.skipIf(process.platform !== 'linux')(
  'a candidate that always bloats its scorer is set aside, the rest ranked as without it',
  { timeout },
  async () => {
    const eat = reference.candidates[39]!;
    const ranking = await rankingWithout([eat]);
    // A virtual machine whose memory has been given back to its host may take twenty seconds for two gigabytes.
    const scorers = [...cluster.workers].filter(({ role, dismissed }) => role === 'score' && !dismissed);
    for (const worker of scorers) await dismiss(worker);
    const patient = await cluster.addWorker('score', 'direct', ['--candidate-timeout', '2m']);

    cluster.misbehave({ eat: [eat] });
    const setAside = [[eat, 'memory']] as const;
    await checkInvariant({ cluster, search: cluster.search('bloated'), reference, setAside, ranking });
    expect(cluster.home.read('bloated/failures.csv')).toMatch(/more than \d+ MB of memory, 3 times/);
    expect(told()).toContainEqual(
      expect.objectContaining({ search: 'bloated', candidate: eat, reason: 'memory' }),
    );

    await dismiss(patient);
    for (const { role, way } of scorers) await cluster.addWorker(role, way);
  },
);

test('scorers that answer NaN for everything: all set aside, nothing stored; healthy ones score them', {
  timeout,
}, async () => {
  cluster.misbehave({ nan: true });
  const setAside = reference.candidates.map((candidate) => [candidate, 'not-a-number'] as const);
  const ranking = `${reference.ranking.split('\n')[0]}\n`;
  await checkInvariant({ cluster, search: cluster.search('nan'), reference, setAside, ranking });
  cluster.misbehave(HEALTHY);
  await checkInvariant({ cluster, search: cluster.search('nan'), reference });
});
