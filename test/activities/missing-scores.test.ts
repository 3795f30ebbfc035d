// Tests that the missing scores of a shard come with the place of their candidate in it, however many groups it is
// looked up in.
import { expect, test } from 'vitest';
import type { UnitFacts } from '../../activities/cohort.js';
import { missingScores } from '../../activities/missing-scores.js';

const candidates = Array.from({ length: 100 }, (_, i) => `c${i}`);

/** Candidates whose number is a multiple of three lack both families, others none. */
const factsOf = (candidate: string): UnitFacts => {
  const fact = Number(candidate.slice(1)) % 3 === 0 ? undefined : { p: 1 };
  return new Map([
    ['az-nas', [fact]],
    ['residual', [fact]],
  ]);
};

async function tasksFrom(from: number) {
  const lookUps: (readonly string[])[] = [];
  const lookUp = async (units: readonly string[]) => {
    lookUps.push(units);
    return units.map(factsOf);
  };
  const tasks = [];
  for await (const task of missingScores({ candidates, from, lookUp })) tasks.push(task);
  return { tasks, lookUps };
}

test.each([0, 1, 41, 99, 100])('from %i on', async (from) => {
  const { tasks, lookUps } = await tasksFrom(from);
  const requests = [{ draws: [0], families: ['az-nas', 'residual'] }];
  expect(tasks).toEqual(
    candidates
      .slice(from)
      .map((_, i) => ({ index: from + i, requests: (from + i) % 3 === 0 ? requests : [] })),
  );
  expect(lookUps.flat()).toEqual(candidates.slice(from));
});

test('a shard is not looked up at once, as another attempt may still store its scores', async () => {
  const { lookUps } = await tasksFrom(0);
  expect(lookUps.length).toBeGreaterThan(1);
  expect(lookUps[0]!.length).toBeLessThan(candidates.length / 2);
});
