// Tests that a search ends with the same ranking, and pays for no score twice, when Temporal’s database is damaged between and during runs.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { done, spawnZeroscout, specification } from '../support/zeroscout.js';

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

  home.write('b.json', specification({ name: 'b', samples: 96, changes: { seed: 9 } }));
  const run = spawnZeroscout(['run', 'b.json', '--out', 'b'], { home });
  await run.says(/search b-\S+ started/);
  const bytes = readFileSync(database);
  // The change counter too, so that SQLite reads the pages again that it has in memory.
  bytes[27]! ^= 0x55;
  writeFileSync(database, bytes.fill(0x5a, 4096 * 40));
  expect(await run.ended).toMatchObject({ code: 0 });
  expect(run.stderr()).toMatch(/data of Temporal were damaged/);
  expect(home.read('b/ranking.csv').trim().split('\n')).toHaveLength(97);
});
