// Tests how rankings are kept open as tables: only the latest, and each at least until its readers have ended.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  createOpenRankings,
  type OpenRankings,
  type RankingSource,
} from '../../http/rankings/open-rankings.js';

let folder: string;
let rankings: OpenRankings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zeroscout-test-'));
  rankings = createOpenRankings(folder);
});

afterEach(async () => {
  await rankings.close();
  await rm(folder, { recursive: true, force: true });
});

const openTables = (): Promise<string[]> => readdir(folder);

/** A ranking of one candidate, which has the name of the search. */
function rankingOf(search: string): RankingSource {
  return {
    summary: { rankingSha256: search },
    async *csv() {
      yield Buffer.from(`rank,candidate,score\n1,${search},-0.5\n`);
    },
  };
}

const candidateOf = (search: string) =>
  rankings.use(rankingOf(search), async (table) => (await table.page({})).rows[0]!.candidate);

it('a table stays open for its reader although other rankings are opened meanwhile', async () => {
  const row = await rankings.use(rankingOf('a'), async (table) => {
    expect(await candidateOf('b')).toBe('b');
    expect(await candidateOf('c')).toBe('c');
    return table.row('a');
  });
  expect(row).toMatchObject({ candidate: 'a', rank: 1 });
});

it('a ranking whose table still has a reader is opened once more', async () => {
  await rankings.use(rankingOf('a'), async () => {
    await candidateOf('b');
    await candidateOf('c');
    expect(await candidateOf('a')).toBe('a');
  });
});

it('the files of tables that are no longer open are removed', async () => {
  for (const search of ['a', 'b', 'c', 'd']) await candidateOf(search);
  await vi.waitFor(async () => expect(await openTables()).toHaveLength(2));
  await rankings.close();
  expect(await readdir(folder)).toEqual([]);
});

it('after old files were removed from the folder, rankings are opened as before', async () => {
  await candidateOf('a');
  for (const name of await openTables()) await rm(join(folder, name), { recursive: true });
  for (const search of ['b', 'c', 'a']) expect(await candidateOf(search)).toBe(search);
});

it('a ranking that cannot be read leaves no file, and is read anew the next time', async () => {
  const broken: RankingSource = {
    ...rankingOf('a'),
    // biome-ignore lint/correctness/useYield: the ranking fails before its first text
    async *csv() {
      throw new Error('the store is gone');
    },
  };
  await expect(rankings.use(broken, (table) => table.row('a'))).rejects.toThrow('the store is gone');
  expect(await openTables()).toEqual([]);
  expect(await candidateOf('a')).toBe('a');
});
