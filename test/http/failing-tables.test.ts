// Tests that a table of a ranking that fails while it is closed ends neither the program nor any request.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

const MODULE = '../../http/rankings/ranking-table.js';

afterEach(() => {
  vi.doUnmock(MODULE);
  vi.resetModules();
});

test('a table whose file cannot be removed', async () => {
  let [isFailing, count] = [false, 0];
  vi.doMock(MODULE, async (original) => {
    const module = await original<typeof import('../../http/rankings/ranking-table.js')>();
    const openRankingTable: typeof module.openRankingTable = async (given) => {
      const table = await module.openRankingTable(given);
      const close = async () => {
        await table.close();
        if (!isFailing) return;
        count += 1;
        throw new Error('the disk is gone');
      };
      return { ...table, close };
    };
    return { ...module, openRankingTable };
  });
  // Other tests of this process may have loaded the module.
  vi.resetModules();
  const { createOpenRankings } = await import('../../http/rankings/open-rankings.js');
  const folder = await mkdtemp(join(tmpdir(), 'zeroscout-test-'));
  const rankings = createOpenRankings(folder);
  const candidateOf = (search: string) =>
    rankings.use(
      {
        summary: { rankingSha256: search },
        async *csv() {
          yield Buffer.from(`rank,candidate,score\n1,${search},-0.5\n`);
        },
      },
      async (table) => (await table.page({})).rows[0]!.candidate,
    );
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  process.on('unhandledRejection', onFault);
  try {
    isFailing = true;
    for (const search of ['a', 'b', 'c']) expect(await candidateOf(search)).toBe(search);
    await vi.waitFor(() => expect(count).toBeGreaterThan(0));
    await new Promise(setImmediate);
    expect(faults).toEqual([]);
  } finally {
    isFailing = false;
    process.off('unhandledRejection', onFault);
    // The table is forgotten although its file is left.
    await rankings.close();
    await rm(folder, { recursive: true, force: true });
  }
});
