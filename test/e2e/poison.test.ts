// In: candidates that kill every scorer that touches them. Out: they alone are set aside; all others are ranked.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readState } from '../../cli/services/home.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { type TestHome, testHome } from '../support/home.js';
import { done, environment, spawnNode, spawnZeroscout, specification } from '../support/zeroscout.js';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const space = openSpace({ kind: 'nas-bench-201' });
const SAMPLES = 30;
const candidates = Array.from({ length: SAMPLES }, (_, i) => space.enumeration!.at(i * 500 + 7));
/** The first, and the last of the first shard. */
const POISON = [0, 15].map((i) => candidates[i]!);

let home: TestHome;
beforeAll(async () => {
  home = testHome();
  await home.startServices();
  home.write('candidates.txt', candidates.join('\n'));
  const strategy = { kind: 'list', file: 'candidates.txt' };
  home.write('search.json', specification({ changes: { strategy, execution: { shardSize: 16 } } }));
}, 120_000);
afterAll(() => home.remove(), 60_000);

test('set aside with reason crash; the rest is ranked; the next run computes them alone', {
  timeout: 180_000,
}, async () => {
  const { temporal, nats } = readState({ home: home.home }).services;
  const env = {
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal!.port}`,
    NATS_URL: `nats://127.0.0.1:${nats!.port}`,
    POISON: POISON.join(' '),
  };
  expect(environment({ home, env }).NATS_URL).toBe(env.NATS_URL);
  const control = spawnZeroscout(['worker', '--role', 'control'], { home, env });
  const score = spawnNode([script('e2e-worker.mjs'), script('e2e-poison-scorer.mjs')], { home, env });
  const { stdout } = await done(['run', 'search.json', '--id', 'poison', '--workers', '0', '--out', 'out'], {
    home,
  });
  for (const worker of [score, control]) {
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    expect(code, stderr).toBe(0);
  }
  expect(stdout).toContain(
    `${SAMPLES} candidates: ${SAMPLES - POISON.length} scored, 0 reused, ${POISON.length} set aside`,
  );
  expect(stdout).toContain('with reasons in failures.csv');
  const failures = home.read('out/failures.csv').trimEnd().split('\n').slice(1);
  expect(failures.map((line) => line.split(',').slice(0, 2))).toEqual(
    POISON.map((candidate) => [candidate, 'crash']),
  );
  expect(failures[0]).toContain('killed by SIGSEGV');
  const lines = score
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"candidate set aside"'));
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    expect.arrayContaining(
      POISON.map((candidate) => expect.objectContaining({ search: 'poison', candidate, reason: 'crash' })),
    ),
  );
  const ranked = readRankingCsv(home.read('out/ranking.csv')).map(({ candidate }) => candidate);
  expect(new Set(ranked)).toEqual(new Set(candidates.filter((candidate) => !POISON.includes(candidate))));
  expect(JSON.parse(home.read('out/summary.json'))).toMatchObject({
    scored: SAMPLES - POISON.length,
    failed: POISON.length,
  });

  // A run of its own forgets what was set aside: here the scorer is healthy.
  await done(['run', 'search.json', '--id', 'poison', '--out', 'healthy'], { home });
  expect(JSON.parse(home.read('healthy/summary.json'))).toMatchObject({
    scored: POISON.length,
    reused: SAMPLES - POISON.length,
    failed: 0,
  });
  expect(home.read('healthy/failures.csv')).toBe('candidate,reason,detail\n');
});
