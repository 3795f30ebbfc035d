// Tests that a search ends with the same ranking, and computes no score twice, when Temporal's database is
// damaged between and during runs.
import { closeSync, fstatSync, openSync, readFileSync, readSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome, until } from '../support/home.js';
import { done, spawnZeroscout, specification } from '../support/zeroscout.js';

/** The schema and the first tables: 40 pages. */
const FIRST_BYTES = 4096 * 40;

let home: TestHome;
beforeAll(() => {
  home = testHome();
});
afterAll(() => home.remove(), 60_000);

test('halved while down, overwritten while a search runs', { timeout: 240_000 }, async () => {
  home.write('a.json', specification({ samples: 64 }));
  await done(['run', 'a.json', '--out', 'before'], { home });
  const database = join(home.home.temporal, 'temporal.db');
  await done(['services', 'down'], { home });
  truncateSync(database, Math.floor(readFileSync(database).length / 2));
  const again = await done(['run', 'a.json', '--out', 'after'], { home });
  expect(again.stderr).toMatch(/data of Temporal were damaged .* set aside in .*temporal\.db\.damaged-/);
  expect(home.read('after/ranking.csv')).toBe(home.read('before/ranking.csv'));
  expect(JSON.parse(home.read('after/summary.json'))).toMatchObject({ scored: 0, reused: 64 });

  home.write('b.json', specification({ name: 'b', samples: 192, changes: { seed: 9 } }));
  const run = spawnZeroscout(['run', 'b.json', '--out', 'b'], { home });
  await run.says(/search b-\S+ started/);
  // A server with every page in memory does not notice immediately, so its file is damaged until it does. The
  // descriptor stays with that file when it is set aside, so the new server's file is not touched.
  const file = openSync(database, 'r+');
  await until(
    () => {
      overwrite(file);
      return /data of Temporal were damaged/.test(run.stderr());
    },
    { what: 'the damage is noticed', timeoutMs: 120_000, everyMs: 200 },
  );
  closeSync(file);
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(home.read('b/ranking.csv').trim().split('\n')).toHaveLength(193);
});

/**
 * Overwrites a file after its first 40 pages, and raises its change counter, so that SQLite reads the pages
 * again.
 */
function overwrite(file: number): void {
  const counter = Buffer.alloc(1);
  readSync(file, counter, 0, 1, 27);
  counter[0]! += 1;
  writeSync(file, counter, 0, 1, 27);
  const length = Math.max(0, fstatSync(file).size - FIRST_BYTES);
  writeSync(file, Buffer.alloc(length, 0x5a), 0, length, FIRST_BYTES);
}
