// Tests searches whose plan is scored in parts: what each part is told, what it reports, and how it fails.
import { expect, test } from 'vitest';
import type { PartProgress } from '../../core/contract/search.js';
import {
  createGate,
  failureOf,
  listOf,
  NONE,
  partOf,
  progressWhere,
  resultOf,
  serveWorkflows,
  startSearch,
} from '../support/workflow-runs.js';

serveWorkflows();

/** Eight candidates in four shards, two of which are a part. */
const PARTS = { execution: { shardSize: 2, window: 2, partSize: 2 } };

test('each part is verified, and the report has the findings of all', async () => {
  const play = await startSearch({ execution: { ...PARTS.execution, verify: 0.5 } });
  await resultOf(play);
  expect(play.inputs('checkPart').map(({ verify }) => verify)).toEqual([0.5, 0.5]);
  expect(play.inputs('sampleScores').map(({ list }) => list.count)).toEqual([4, 4]);
  expect(play.inputs('reportSearch')[0]!.verification).toMatchObject({ scores: 8, share: 0.5 });
});

test('where the specification is silent, parts are verified as the control worker says', async () => {
  const audited = new Set<number>();
  const play = await startSearch(PARTS, {
    auditScores: async ({ part }) => {
      const missing = audited.has(part!.number) ? 0 : 4;
      audited.add(part!.number);
      return { todo: listOf(missing), missing, failed: 0, verify: 0.25 };
    },
  });
  await resultOf(play);
  expect(play.inputs('sampleScores').map(({ share }) => share)).toEqual([0.25, 0.25]);
});

test('running shards are numbered through all parts', async () => {
  const gate = createGate();
  const play = await startSearch(PARTS, {
    scoreShard: async ({ from, to }) => {
      await gate.opened;
      return { scored: to - from, reused: 0, failed: 0 };
    },
  });
  const { parts, shards } = await progressWhere(
    play,
    ({ parts }) => parts?.running.length === 2 && play.inputs('scoreShard').length === 2,
  );
  expect(shards).toEqual({ done: 0, running: [], total: 4 });
  const found = await Promise.all(parts!.running.map((id) => partOf(id).query<PartProgress>('progress')));
  expect(found.map(({ shards }) => shards)).toEqual([
    { done: 0, running: [0], total: 2 },
    { done: 0, running: [2], total: 2 },
  ]);
  gate.open();
  await resultOf(play);
});

test('a search fails with the failure of its part', async () => {
  const play = await startSearch(PARTS, { scoreShard: () => Promise.reject(failureOf('TerminalError')) });
  await expect(resultOf(play)).rejects.toMatchObject({ cause: { cause: { message: 'a TerminalError' } } });
});

/** The scores of worker `one` are wrong, as `two` and `three` find in the first sample. */
const differ = (index: number) => ({
  score: `c${index}#0`,
  index,
  worker: 'one',
  verifier: 'two',
  difference: 'trainability 1, computed again 2',
  again: '{}',
});

function withWrongWorker(missing: (audit: number) => number) {
  let audits = 0;
  let isFirst = true;
  return {
    auditScores: async () => {
      const count = missing(audits++);
      return { todo: count === 0 ? NONE : listOf(count), missing: count, failed: 0 };
    },
    sampleScores: async () => {
      const ranges = isFirst ? [{ worker: 'one', from: 0, to: 1 }] : [];
      isFirst = false;
      return {
        list: listOf(1),
        ranges,
        scores: 1,
        discarded: 0,
        barred: [],
        polling: ['one', 'two', 'three'],
      };
    },
    verifyScores: async ({ claims }: { readonly claims?: readonly unknown[] }) => ({
      by: claims ? 'three' : 'two',
      outcome: 'computed' as const,
      agreed: 0,
      failed: 0,
      disagreements: [claims ? { ...differ(0), agreesWithClaim: true } : differ(0)],
    }),
  };
}

const VERIFIED = { execution: { shardSize: 20, verify: 0.5 } };

test('rounds in which others make progress beside a worker that was set aside do not count', async () => {
  const play = await startSearch(
    VERIFIED,
    withWrongWorker((audit) => Math.max(0, 15 - audit)),
  );
  await resultOf(play);
  expect(play.inputs('scoreShard')).toHaveLength(15);
});

test('without progress the search ends, and names the worker that goes on', async () => {
  const play = await startSearch(
    VERIFIED,
    withWrongWorker((audit) => (audit < 30 ? 8 : 0)),
  );
  await expect(resultOf(play)).rejects.toMatchObject({
    cause: { type: 'TerminalError', message: expect.stringContaining('set aside go on working') },
  });
  expect(play.inputs('scoreShard')).toHaveLength(10);
});
