// Tests that a search has the undisturbed ranking when nats-server is killed, stays unreachable, fills its
// disk or loses data.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type TestHome, until } from '../support/home.js';
import { FAMILIES, spawnNode, zeroscout } from '../support/zeroscout.js';
import { type Cluster, PATIENCE_MS, startStaffed } from './support/cluster.js';
import { damageBlobs, dismiss, killServer, loseScores, replaceWorker, someWorker } from './support/faults.js';
import { checkInvariant, forget, type Reference, undisturbed } from './support/invariant.js';

/** How long a server stays away in the long case. */
const GONE_MS = Number(process.env.ZEROSCOUT_GONE_SECONDS ?? 15) * 1_000;
const timeout = PATIENCE_MS + 2 * GONE_MS;
const DISK_BYTES = 48e6;
const LOSING_WORKER = fileURLToPath(new URL('support/losing-worker.mjs', import.meta.url));

let cluster: Cluster;
let reference: Reference;
let disk: string | undefined;
beforeAll(async () => {
  cluster = await startStaffed({
    prepare: (home) => {
      disk = smallDisk(home);
      return () => void (disk && execFileSync('umount', [disk]));
    },
  });
  reference = await undisturbed({ cluster });
  expect(reference.candidates).toHaveLength(cluster.samples);
}, PATIENCE_MS);
afterEach(() => forget({ cluster, reference }), PATIENCE_MS);
afterAll(() => cluster?.close(), PATIENCE_MS);

/** A separate file system for nats-server; undefined if we may not mount one. */
function smallDisk({ home }: TestHome): string | undefined {
  mkdirSync(home.nats, { recursive: true });
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs'];
    execFileSync('mount', [...options, home.nats], { stdio: 'ignore' });
    return home.nats;
  } catch {
    return undefined;
  }
}

/** Workers cache what they have read and verified; new ones have to read it again. */
async function replaceAll(): Promise<void> {
  const workers = [...cluster.workers];
  await Promise.all(workers.map((worker) => replaceWorker({ cluster, worker, signal: 'SIGTERM' })));
}

test.each([
  ['killed and restarted', 500],
  [`gone for ${GONE_MS / 1_000} s`, GONE_MS],
])('nats-server %s', { timeout }, async (what, awayMs) => {
  const search = cluster.search(what.replaceAll(' ', '-'));
  await search.reaches(20);
  await killServer({ cluster, name: 'nats', awayMs });
  await checkInvariant({ cluster, search, reference });
});

test('its disk is full: the search waits, and goes on when there is room', { timeout }, async ({ skip }) => {
  if (!disk) return skip('no file system of a size of its own: mounting one takes root');
  const search = cluster.search('full');
  await search.reaches(20);
  const ballast = join(disk, 'ballast');
  expect(() => writeFileSync(ballast, Buffer.alloc(2 * DISK_BYTES))).toThrow('ENOSPC');
  const log = join(cluster.home.home.logs, 'nats.log');
  const refused = () => readFileSync(log, 'utf8').includes('no space left on device');
  await until(refused, { what: 'nats-server meets the full disk', timeoutMs: PATIENCE_MS });
  const before = cluster.scored('full').length;
  await sleep(5_000);
  // Candidates that could not be stored do not count; acknowledgements in progress may.
  expect(cluster.scored('full').length).toBeLessThanOrEqual(before + 2);
  rmSync(ballast);
  // After a write error, nats-server writes to the stream again only after a restart
  // (nats-io/nats-server#7788).
  await killServer({ cluster, name: 'nats', awayMs: 0 });
  await checkInvariant({ cluster, search, reference });
});

test('a third of what was acknowledged is lost', { timeout }, async () => {
  const search = cluster.search('lost');
  await search.reaches(30);
  const lost = await loseScores(cluster);
  expect(lost).toBeGreaterThan(5);
  await checkInvariant({ cluster, search, reference });
  // Each is a score of one family.
  const candidates = Math.ceil(lost / FAMILIES.length);
  expect(cluster.scored('lost').length).toBeGreaterThanOrEqual(cluster.samples + candidates);
});

test('scores are lost between the audit that counted them and the ranking', { timeout }, async () => {
  const control = someWorker(cluster, 'control');
  await dismiss(control);
  const env = { TEMPORAL_ADDRESS: cluster.temporalAddress(), NATS_URL: cluster.natsUrl() };
  const losing = spawnNode([LOSING_WORKER], { home: cluster.home, env });
  const search = cluster.search('lost-late');
  await checkInvariant({ cluster, search, reference });
  expect(losing.stdout()).toContain(`lost ${FAMILIES.length * cluster.samples - 3} scores`);
  losing.child.kill('SIGTERM');
  await losing.ended;
  await cluster.addWorker('control', control.way);
});

test('every blob is missing, and workers that remember none take over: the search puts them again', {
  timeout,
}, async () => {
  const search = cluster.search('blobs', 'parts');
  await search.reaches(20);
  expect(await damageBlobs({ cluster, how: 'missing' })).toBeGreaterThanOrEqual(4);
  await replaceAll();
  await checkInvariant({ cluster, search, reference });
});

test('every blob is corrupted, a list of candidates among them: the command puts it again', {
  timeout,
}, async () => {
  const { strategy: _, ...specification } = JSON.parse(cluster.home.read('search.json'));
  const list = { ...specification, strategy: { kind: 'list', file: 'list.txt' } };
  cluster.home.write('list.json', JSON.stringify(list));
  cluster.home.write('list.txt', reference.candidates.join('\n'));
  const search = cluster.search('list', 'list');
  await search.reaches(20);
  await damageBlobs({ cluster, how: 'corrupted' });
  await replaceAll();
  await checkInvariant({ cluster, search, reference });
});

test('the ranking of a finished search is corrupted: it is not shown, and made again', {
  timeout,
}, async () => {
  await checkInvariant({ cluster, search: cluster.search('ranked'), reference });
  const { rankingSha256 } = JSON.parse(cluster.home.read('ranked/summary.json'));
  expect(await damageBlobs({ cluster, how: 'corrupted', only: [rankingSha256] })).toBe(1);
  const { code, stdout, stderr } = await zeroscout(['results', 'ranked'], cluster);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/altered[\s\S]*zeroscout run/);
  await checkInvariant({ cluster, search: cluster.search('ranked'), reference });
  const again = await zeroscout(['results', 'ranked', '--format', 'csv'], cluster);
  expect(again.stdout).toBe(reference.ranking);
});
