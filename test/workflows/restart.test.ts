// Tests what a search keeps when it begins again, because a blob was damaged or the workers of its engine are gone.
import { expect, test } from 'vitest';
import {
  failureOf,
  listOf,
  type Play,
  progressWhere,
  resultOf,
  SCREENING,
  type Scene,
  serveWorkflows,
  startSearch,
} from '../support/workflow-runs.js';

serveWorkflows();

const BLOB = () => failureOf('BlobError');
const engineGone = (engine: string) => failureOf('EngineGoneError', { engine });
const RANKED = { ranking: 'ranking', failures: 'failures' };

/** The names under which the failures of the runs are stored, without repeats. */
const runsOf = ({ inputs }: Play) => [...new Set(inputs('auditScores').map(({ run }) => run))];

test('a damaged blob: the addresses, the name of the run and what was verified are kept', async () => {
  let ranked = 0;
  const play = await startSearch(
    { execution: { verify: 0.5 } },
    { rankCandidates: async () => (ranked++ === 0 ? Promise.reject(BLOB()) : RANKED) },
  );
  const { run } = await resultOf(play);
  expect(play.inputs('planCandidates')).toHaveLength(2);
  expect(play.inputs('addressScores')).toHaveLength(1);
  expect(runsOf(play)).toEqual([run]);
  // Nothing was left to score, or to verify, after it began again.
  expect(play.inputs('scoreShard')).toHaveLength(4);
  const [report] = play.inputs('reportSearch');
  expect(report!.verification).toMatchObject({ scores: 8, share: 0.5 });
});

test('blobs that are damaged again and again end the search', async () => {
  const play = await startSearch({}, { rankCandidates: () => Promise.reject(BLOB()) });
  await expect(resultOf(play)).rejects.toMatchObject({ cause: { cause: { type: 'BlobError' } } });
  expect(play.inputs('rankCandidates')).toHaveLength(4);
});

test('the workers of the engine are gone: another engine, other addresses, another name of the run', async () => {
  const play = await startSearch(
    { ...SCREENING, execution: { verify: 0.5 } },
    {
      // Engine 1 ends in the first round, and engine 2 in the second.
      scoreShard: async ({ from, to, address }) => {
        if (address!.scope === '1-0') throw engineGone('2');
        if (address!.scope === '2-1') throw engineGone('3');
        return { scored: to - from, reused: 0, failed: 0 };
      },
    },
  );
  const { run } = await resultOf(play);
  expect(play.inputs('addressScores').map(({ engine }) => engine)).toEqual([undefined, '2', '3']);
  const first = runsOf(play)[0]!;
  expect(runsOf(play)).toEqual([first, `${first}_2`, `${first}_3`]);
  expect(run).toBe(`${first}_3`);
  const [report] = play.inputs('reportSearch');
  expect(report!.addresses).toMatchObject({ engine: '3' });
  // The scores of round 1 under engine 2, and those of both rounds under engine 3.
  expect(report!.verification).toMatchObject({ scores: 8 + 8 + 4 });
  expect(report!.rounds.map(({ candidates }) => candidates)).toEqual([8, 4]);
});

test.each(['a damaged blob', 'an engine that is gone', 'the next round'])(
  'paused before %s: it stays paused, and scores nothing until it is resumed',
  async (what) => {
    let asked = 0;
    const keepBest = async () => {
      if (asked++ === 0) {
        await play.handle.signal('pause');
        if (what === 'a damaged blob') throw BLOB();
        if (what === 'an engine that is gone') throw engineGone('2');
      }
      return listOf(4, 'b');
    };
    // Each stage is audited before and after it is scored; after the damage, four scores are missing.
    const audits = new Map<string, number>();
    const auditScores: NonNullable<Scene['auditScores']> = async ({ plan, address }) => {
      const key = `${plan.digest} ${address!.scope}`;
      const before = audits.get(key) ?? 0;
      audits.set(key, before + 1);
      const missing = [plan.count, 0, 4][before] ?? 0;
      return { todo: { ...plan, count: missing }, missing, failed: 0 };
    };
    const play: Play = await startSearch(SCREENING, { keepBest, auditScores });
    // Before that, its phase is that of the ranking.
    const held = await progressWhere(
      play,
      ({ phase }) => asked > 0 && (phase === 'scoring' || phase === 'done'),
    );
    expect(held).toMatchObject({ paused: true, pausedSince: expect.any(Number) });
    expect(play.inputs('scoreShard')).toHaveLength(4);
    await play.handle.signal('resume');
    await resultOf(play);
    expect(play.inputs('scoreShard').length).toBeGreaterThan(4);
  },
);
