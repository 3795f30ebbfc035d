// Tests what a search passes from step to step: addresses and findings of its rounds, counts of its generations, and
// what it verifies.
import { expect, test } from 'vitest';
import {
  createGate,
  failureOf,
  listOf,
  NONE,
  type Play,
  progressWhere,
  resultOf,
  SCREENING,
  type Scene,
  serveWorkflows,
  startSearch,
} from '../support/workflow-runs.js';

serveWorkflows();

const DRAWN = { proposed: 10, duplicates: 1, rejected: { flops: 1 } };

/** Every stage is audited as usual, and control workers verify a share where the specification is silent. */
const verifiedBy = (verify: number): NonNullable<Scene['auditScores']> => {
  const audited = new Set<string>();
  return async ({ plan, part }) => {
    const key = `${plan.digest} ${part?.number}`;
    const missing = audited.has(key) ? 0 : plan.count / (part?.of ?? 1);
    audited.add(key);
    return { todo: { ...plan, count: missing }, missing, failed: 0, verify };
  };
};

test('rounds: each has its own addresses, and the report has the draws and the findings of all', async () => {
  const families = [{ residual: 'first' }, { residual: 'second' }];
  const play = await startSearch(SCREENING, {
    addressScores: async () => ({ engine: '1', scopes: ['one', 'two'], families }),
    planCandidates: async () => ({ ...listOf(8), drawn: DRAWN as never }),
    auditScores: verifiedBy(0.25),
  });
  await resultOf(play);
  const addresses = play.inputs('auditScores').map(({ address }) => [address!.scope, address!.families]);
  const [first, second] = [
    ['one', families[0]],
    ['two', families[1]],
  ];
  expect(addresses).toEqual([first, first, second, second]);
  expect(play.inputs('rankCandidates').map(({ address }) => address!.families)).toEqual(families);
  const [report] = play.inputs('reportSearch');
  expect(report).toMatchObject({ drawn: DRAWN, verification: { scores: 8 + 4, share: 0.25 } });
  expect(report!.specification.fidelity.draws).toBe(2);
});

test.each([
  [undefined, [0.25]],
  [0.5, [0.5]],
  [0, []],
])('verify: %s in the specification, 25 % at the control worker', async (verify, shares) => {
  const execution = verify === undefined ? {} : { verify };
  const play = await startSearch({ execution }, { auditScores: verifiedBy(0.25) });
  await resultOf(play);
  expect(play.inputs('sampleScores').map(({ share }) => share)).toEqual(shares);
});

test('nothing is verified while a search is paused', async () => {
  const play: Play = await startSearch(
    { execution: { verify: 0.5, shardSize: 8 } },
    {
      scoreShard: async () => {
        await play.handle.signal('pause');
        return { scored: 8, reused: 0, failed: 0 };
      },
    },
  );
  const { pausedSince } = await progressWhere(play, ({ phase }) => phase === 'verifying');
  // It is paused since the first of two signals.
  await play.handle.signal('pause');
  expect(await play.progress()).toMatchObject({ paused: true, pausedSince });
  expect(play.inputs('sampleScores')).toEqual([]);
  await play.handle.signal('resume');
  await resultOf(play);
  expect(play.inputs('sampleScores')).toHaveLength(1);
});

test('an evolution that ends early: counts of all generations, and the reason in the report', async () => {
  const history = { digest: 'c'.repeat(64), generations: 1, candidates: 4, drawn: DRAWN as never };
  const generation = listOf(4, 'c');
  const audits = [2, 0, 0].values();
  const bredAt: number[] = [];
  const play = await startSearch(
    { strategy: { kind: 'evolution', population: 4, budget: 16, generation: 4 } },
    {
      breedGeneration: async ({ history: before }) => {
        bredAt.push(Date.now());
        return before
          ? { outcome: 'over', plan: generation, history, ended: 'nothing new' }
          : { outcome: 'bred', plan: generation, history };
      },
      // Of four candidates, one has a score and one was set aside.
      auditScores: async () => {
        const missing = audits.next().value!;
        return { todo: { ...generation, count: missing }, missing, failed: 1 };
      },
    },
  );
  await resultOf(play);
  const [report] = play.inputs('reportSearch');
  expect(report).toMatchObject({ ended: 'nothing new', generations: 1 });
  expect(report!.rounds).toMatchObject([{ candidates: 4, reused: 1, failed: 1 }]);
  // All generations took that long, not only what followed the last.
  expect(1_000 * report!.rounds[0]!.seconds).toBeGreaterThan(bredAt[1]! - bredAt[0]!);
  const { memo } = await play.handle.describe();
  expect(memo!.counts).toEqual({ candidates: 4, planned: 2, done: 2, failed: 1 });
});

test('candidates that were set aside before are not taken for repeats of others', async () => {
  const gate = createGate();
  const audits = [7, 0].values();
  const play = await startSearch(
    {},
    {
      auditScores: async () => {
        const missing = audits.next().value!;
        return { todo: listOf(missing), missing, failed: 1 };
      },
      scoreShard: async ({ from, to }) => {
        await gate.opened;
        return { scored: to - from, reused: 0, failed: 0 };
      },
    },
  );
  const progress = await progressWhere(play, ({ phase }) => phase === 'scoring');
  expect(progress).toMatchObject({ candidates: 8, planned: 7, failed: 1, reused: 0 });
  expect(progress).not.toHaveProperty('scoredAs');
  gate.open();
  await resultOf(play);
});

test('scores that are lost before every ranking end the search after some rounds', async () => {
  const play = await startSearch({}, { rankCandidates: () => Promise.reject(failureOf('LostScoreError')) });
  await expect(resultOf(play)).rejects.toMatchObject({ cause: { cause: { type: 'LostScoreError' } } });
  expect(play.inputs('rankCandidates').length).toBeLessThanOrEqual(11);
});

test.each(['SpecError', 'TerminalError'])('a %s ends the search at once', async (type) => {
  let planned = 0;
  const play = await startSearch(
    {},
    { planCandidates: async () => (planned++ === 0 ? Promise.reject(failureOf(type)) : NONE) },
  );
  await expect(resultOf(play)).rejects.toMatchObject({ cause: { cause: { type } } });
});
