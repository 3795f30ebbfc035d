// Tests that after damage to any file of a search, with servers down or running, the same command ends with
// the same ranking.
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureServices, stopServices } from '../../client/embedded/embedded.js';
import { connectStore } from '../../store/jetstream.js';
import { killNow, type TestHome, testHome } from '../support/home.js';
import { mulberry32 } from '../support/random.js';
import { done, type Running, spawnZeroscout, specification } from '../support/zeroscout.js';
import { damage } from './support/damage.js';

/** The number of rounds of whole searches, some seconds each; `npm run soak:damage` has hundreds. */
const ROUNDS = Number(process.env.ZEROSCOUT_DAMAGE_ROUNDS ?? 1);
const SEED = Number(process.env.ZEROSCOUT_DAMAGE_SEED ?? 1);
/** The number of rounds of the store alone. */
const STORE_ROUNDS = Math.max(24, ROUNDS);
const SAMPLES = 40;
/** A command that takes longer counts as hanging. */
const COMMAND_MS = 150_000;

let home: TestHome;
/** Copies of homes with a running search, and with a finished one. */
const copies = mkdtempSync(join(tmpdir(), 'zeroscout-damage-'));
let ranking: string;
let failures: string;

const command = ['run', 'search.json', '--id', 'search', '--out', 'out'];
const copyOf = (state: string, part: string) => join(copies, state, part);

beforeAll(async () => {
  home = testHome();
  const fidelity = { draws: 1, batch: 8, resolution: 16 };
  home.write('search.json', specification({ samples: SAMPLES, changes: { fidelity } }));
  const half = spawnZeroscout(command, { home });
  await half.says(/\d+\/40/, 60_000).catch(() => {});
  await endAll(half);
  keep('under way');
  await done(command, { home });
  ranking = home.read('out/ranking.csv');
  failures = home.read('out/failures.csv');
  await stopServices({ home: home.home });
  keep('ended');
}, 240_000);
afterAll(async () => {
  await home.remove();
  rmSync(copies, { recursive: true, force: true });
}, 60_000);

function keep(state: string): void {
  cpSync(home.home.root, copyOf(state, 'home'), { recursive: true });
  if (existsSync(join(home.dir, 'out')))
    cpSync(join(home.dir, 'out'), copyOf(state, 'out'), { recursive: true });
}

function bringBack(state: string): void {
  rmSync(home.home.root, { recursive: true, force: true });
  rmSync(join(home.dir, 'out'), { recursive: true, force: true });
  cpSync(copyOf(state, 'home'), home.home.root, { recursive: true });
  if (existsSync(copyOf(state, 'out')))
    cpSync(copyOf(state, 'out'), join(home.dir, 'out'), { recursive: true });
}

async function endAll(running?: Running): Promise<void> {
  running?.child.kill('SIGKILL');
  for (const role of ['control', 'score', 'scorer'] as const) await Promise.all(home.pids(role).map(killNow));
  await stopServices({ home: home.home });
}

/** The command's end, or its kill after too long. */
async function ended(running: Running): Promise<{ readonly code: number; readonly said: string }> {
  const timer = setTimeout(() => running.child.kill('SIGKILL'), COMMAND_MS);
  const { code, stderr } = await running.ended;
  clearTimeout(timer);
  return { code, said: stderr };
}

/** Runs one round and returns what happened in it. Throws if the search did not end as it should. */
async function round(seed: number): Promise<string> {
  const random = mulberry32(seed);
  const state = random() < 0.7 ? 'under way' : 'ended';
  const when = random() < 0.6 ? 'down' : 'running';
  const hits = 1 + Math.floor(random() * 3);
  const after = random();
  const happened: string[] = [`${state}, ${when}`];
  const hit = () => {
    for (let i = 0; i < hits; i++)
      happened.push(
        damage({ home: home.home.root, others: [join(home.dir, 'out')], random }) ?? 'no file to damage',
      );
  };
  bringBack(state);
  try {
    if (when === 'down') hit();
    const first = spawnZeroscout(command, { home });
    if (when === 'running') {
      await first.says(/started in|\d+\/40/, COMMAND_MS).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, after * 3_000));
      hit();
    }
    let outcome = await ended(first);
    // A running search may fail because of the damage; the same command must then succeed.
    if (outcome.code !== 0 && when === 'running') {
      happened.push(`the command failed: ${outcome.said.trim().split('\n').at(-1)?.slice(0, 160)}`);
      outcome = await ended(spawnZeroscout(command, { home }));
    }
    expect(outcome.code, outcome.said.slice(-3_000)).toBe(0);
    expect(home.read('out/ranking.csv')).toBe(ranking);
    expect(home.read('out/failures.csv')).toBe(failures);
    return happened.join('; ');
  } catch (error) {
    throw new Error(`seed ${seed}: ${happened.join('; ')}`, { cause: error });
  } finally {
    await endAll();
  }
}

test('files of searches, servers down or running: the same command ends with the same ranking', {
  timeout: 60_000 + ROUNDS * 4 * COMMAND_MS,
}, async () => {
  const violations: unknown[] = [];
  for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
    const began = Date.now();
    try {
      console.log(`ok: seed ${seed}: ${await round(seed)} (${((Date.now() - began) / 1_000).toFixed(0)} s)`);
    } catch (error) {
      violations.push(error);
      console.error(`VIOLATED in ${(error as Error).message}\n${(error as Error).cause}`);
    }
  }
  console.log(`${ROUNDS} rounds, ${violations.length} violations`);
  expect(violations).toEqual([]);
});

test('files of the store: every score is stored again and read, also after a restart', {
  timeout: 60_000 + STORE_ROUNDS * 60_000,
}, async () => {
  const entries = Array.from({ length: 80 }, (_, i) => ({ key: `candidate ${i}`, proxies: { p: i + 0.25 } }));
  const keys = entries.map(({ key }) => key);
  const whole = new Map(entries.map(({ key, proxies }) => [key, proxies]));
  const failed = ['a', 'b', 'c'].map((candidate) => ({ candidate, reason: 'crash', detail: 'x' }));
  const bytes = new Uint8Array(200_000).map((_, i) => (i * 7) % 251);
  const { nats: folder } = home.home;
  const store = async () => {
    const { nats } = await ensureServices({ home: home.home, which: ['nats'], onStep: () => {} });
    return connectStore({ url: nats!.address, patienceMs: 10_000 });
  };
  await stopServices({ home: home.home });
  rmSync(folder, { recursive: true, force: true });
  const first = await store();
  await first.scores.put('s', entries);
  await first.failures.put('r', failed);
  const digest = await first.blobs.put(bytes);
  await first.close();
  await stopServices({ home: home.home });
  cpSync(folder, copyOf('store', 'nats'), { recursive: true });
  const violations: unknown[] = [];
  for (let seed = SEED; seed < SEED + STORE_ROUNDS; seed++) {
    const random = mulberry32(seed);
    await stopServices({ home: home.home });
    rmSync(folder, { recursive: true, force: true });
    cpSync(copyOf('store', 'nats'), folder, { recursive: true });
    const hits = 1 + Math.floor(random() * 3);
    const happened = Array.from({ length: hits }, () => damage({ home: folder, random })).join('; ');
    try {
      const hurt = await store();
      const found = await hurt.scores.get('s', keys);
      for (const [key, proxies] of found) expect(proxies).toEqual(whole.get(key));
      await hurt.scores.put('s', entries);
      await hurt.failures.put('r', failed);
      expect(await hurt.blobs.put(bytes)).toBe(digest);
      await hurt.close();
      for (const restart of ['before', 'after'] as const) {
        if (restart === 'after') await stopServices({ home: home.home });
        const again = await store();
        expect(await again.scores.get('s', keys), `${restart} a restart`).toEqual(whole);
        expect(await again.failures.list('r'), `${restart} a restart`).toEqual(failed);
        expect(Buffer.compare(await again.blobs.get(digest), bytes), `${restart} a restart`).toBe(0);
        await again.close();
      }
    } catch (error) {
      violations.push(new Error(`seed ${seed}: ${happened}`, { cause: error }));
      console.error(`VIOLATED in seed ${seed}: ${happened}\n${error}`.slice(0, 2_000));
    }
  }
  await stopServices({ home: home.home });
  console.log(`${STORE_ROUNDS} rounds of the store, ${violations.length} violations`);
  expect(violations).toEqual([]);
});
