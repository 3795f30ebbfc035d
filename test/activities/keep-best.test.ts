// Tests that the best share of a ranking goes on to the next round: rounded up, and classes as a whole.
import { expect, test } from 'vitest';
import { unitOf } from '../../activities/cohort.js';
import { keepBest } from '../../activities/keep-best.js';
import { openSpace } from '../../core/spaces/index.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { readCandidates } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import { rankingText } from '../support/ranking-text.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });

async function keptOf({
  cohort,
  candidates,
  keep,
}: {
  readonly cohort: 'written' | 'classes';
  readonly candidates: readonly string[];
  readonly keep: number;
}) {
  const specification = checkSpecification({
    value: { name: 'test', space: 'nas-bench-201', cohort, aggregation: 'log-rank' },
    source: 'test',
  });
  const unit = unitOf(specification);
  const store = createMemoryStore();
  const text = rankingText({ candidates, ...(cohort === 'classes' ? { classOf: unit } : {}) });
  const ranking = await store.blobs.put(new TextEncoder().encode(text));
  const list = await keepBest({ store })({ specification, ranking, keep });
  const kept: string[] = [];
  for await (const candidate of readCandidates(store.blobs, list)) kept.push(candidate);
  expect(list.count).toBe(kept.length);
  return { kept, unit };
}

test.each([
  [10, 0.25, 3],
  [10, 0.01, 1],
  [8, 0.25, 2],
  [7, 1, 7],
])('of %i candidates the best %f are %i', async (size, keep, expected) => {
  const candidates = Array.from({ length: size }, (_, i) => enumeration!.at(i * 97));
  const { kept } = await keptOf({ cohort: 'written', candidates, keep });
  expect(kept).toEqual(candidates.slice(0, expected));
});

test('a class is one of the best with all its candidates', async () => {
  // The members of a class follow each other in a ranking, as they share a score.
  const { unit } = await keptOf({ cohort: 'classes', candidates: [enumeration!.at(1)], keep: 1 });
  const classes = new Map<string, string[]>();
  for (let i = 0; i < 400; i++) {
    const candidate = enumeration!.at(i);
    classes.set(unit(candidate), [...(classes.get(unit(candidate)) ?? []), candidate]);
  }
  const largest = [...classes.values()].filter(({ length }) => length > 1).slice(0, 5);
  expect(largest).toHaveLength(5);
  const { kept } = await keptOf({ cohort: 'classes', candidates: largest.flat(), keep: 0.5 });
  expect(kept).toEqual(largest.slice(0, 3).flat());
});
