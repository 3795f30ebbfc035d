// Tests that scores of ranked candidates that are no longer stored are told from candidates that were set aside.
import { beforeEach, expect, test } from 'vitest';
import { addressesOf } from '../../activities/address-scores.js';
import { drawRankings } from '../../activities/draw-rankings.js';
import { readScoredUnits, type ScoredSearch } from '../../activities/scored-units.js';
import { scoreKey } from '../../core/address.js';
import { failuresCsv } from '../../core/report/failures-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { parseSpecification } from '../../core/specification/specification.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const candidates = Array.from({ length: 8 }, (_, i) => enumeration!.at(i * 97));
const specification = parseSpecification({
  text: 'name: a\nspace: nas-bench-201\ncohort: written\nstrategy: { kind: random, samples: 8 }\nfidelity: { draws: 2, batch: 2 }\nproxies: [trainability, residual]',
  source: 'spec.yaml',
});
const { engine, scopes, families } = addressesOf({ specifications: [specification] });
const address = { engine, scope: scopes[0]!, families: families![0]! };

let search: ScoredSearch;
beforeEach(async () => {
  const store = createMemoryStore();
  // The first candidate was set aside, so that nothing of it is stored.
  const scored = candidates.slice(1);
  for (const [scope, name] of [
    [address.scope, 'trainability'],
    [address.families.residual!, 'residual'],
  ] as const)
    await store.scores.put(
      scope,
      scored.flatMap((candidate, i) =>
        [0, 1].map((draw) => ({ key: scoreKey({ candidate, draw }), proxies: { [name]: i } })),
      ),
      'worker',
    );
  const failure = { candidate: candidates[0]!, reason: 'crash', detail: 'x' };
  const failures = await store.blobs.put(new TextEncoder().encode([...failuresCsv([failure])].join('')));
  const plan = await writeCandidateList(store.blobs, candidates);
  search = { store, specification, address, result: { plan, failures } };
});

test('with all scores, what is left out was set aside', async () => {
  const { scores, lost } = await readScoredUnits(search);
  expect([[...scores.keys()], lost]).toEqual([candidates.slice(1), 0]);
  expect(await drawRankings(search)).toHaveLength(2);
});

test('a fact of one family and draw that is gone, and a family that is gone', async () => {
  const { residual } = address.families;
  await search.store.signed.discard(residual!, [scoreKey({ candidate: candidates[3]!, draw: 1 })], 'worker');
  const { scores, lost } = await readScoredUnits(search);
  expect([scores.size, lost]).toEqual([6, 1]);
  expect(await drawRankings(search)).toBeUndefined();
  await search.store.housekeeping.deleteScope(residual!);
  expect(await readScoredUnits(search)).toEqual({ scores: new Map(), lost: 7 });
});
