// Tests that runs are compared whatever proxies their rankings have, and that a comparison that cannot be made says why.
import { expect, test } from 'vitest';
import { compareRuns } from '../../activities/compare-runs.js';
import { failuresCsv } from '../../core/report/failures-csv.js';
import type { RankingDiff } from '../../core/report/ranking-diff.js';
import { createMemoryStore } from '../../store/memory.js';

const store = createMemoryStore();
const compare = compareRuns({ store });
const put = (text: string) => store.blobs.put(Buffer.from(text));
const failures = await put([...failuresCsv([])].join(''));
const run = async (id: string, ranking: string) => ({ id, ranking: await put(ranking), failures });

const known = await run('known', 'rank,candidate,score,complexity,parameters\n1,a,2,5,3\n2,b,1,4,3\n');
const unknown = await run('unknown', 'rank,candidate,score,zen,parameters\n1,b,2,0.5,3\n2,a,1,-inf,3\n');

test('a ranking with a proxy of another release is compared', async () => {
  const { changes, notCompared } = await compare({ before: unknown, after: known });
  expect(notCompared).toBeUndefined();
  const diff = JSON.parse(Buffer.from(await store.blobs.get(changes!)).toString()) as RankingDiff;
  expect(diff.moves.count).toBe(2);
  expect(diff.appeared.count).toBe(0);
});

test.each([
  ['whose ranking is gone', { ...known, ranking: 'f'.repeat(64) }, 'missing'],
  ['whose ranking is something else', { ...known, ranking: failures }, 'not a ranking'],
  ['whose failures are something else', { ...known, failures: known.ranking }, 'failures'],
])('a run %s is not compared, and the reason is given', async (_, before, reason) => {
  const { changes, notCompared } = await compare({ before, after: known });
  expect(changes).toBeUndefined();
  expect(notCompared).toContain(reason);
});
