// Tests that ranking.csv equals that of the plain definition, with the same bytes however little memory is
// used.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, listScopesByFamily } from '../../activities/address-scores.js';
import { unitOf } from '../../activities/cohort.js';
import { rankCandidates } from '../../activities/rank-candidates.js';
import { scoreKey, scoreScope } from '../../core/address.js';
import { aggregate } from '../../core/ranking/aggregate.js';
import { order } from '../../core/ranking/order.js';
import { readFailuresCsv } from '../../core/report/failures-csv.js';
import { readRankingCsv } from '../../core/report/ranking-csv.js';
import { openSpace } from '../../core/spaces/index.js';
import { selectFamily } from '../../core/specification/families.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import type { Proxies } from '../../store/store.js';

const space = openSpace({ kind: 'nas-bench-201' });
/** Proxies of two families. */
const PROXIES = ['expressivity', 'progressivity', 'trainability', 'complexity', 'residual'] as const;
const value = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.double({ noNaN: true, min: -1e100, max: 1e100 }),
  fc.constantFrom(-Infinity, 0, -0),
);
const cohorts = fc.record({
  indices: fc.uniqueArray(fc.nat(15_624), { minLength: 1, maxLength: 60, size: 'max' }),
  cohort: fc.constantFrom('written' as const, 'classes' as const),
  kind: fc.constantFrom('log-rank' as const, 'linear-rank' as const),
  draws: fc.integer({ min: 1, max: 3 }),
  failed: fc.array(fc.nat(59), { maxLength: 3 }),
  weights: fc.record(
    Object.fromEntries(PROXIES.map((proxy) => [proxy, fc.constantFrom(0.5, 1, 3)])) as Record<
      (typeof PROXIES)[number],
      fc.Arbitrary<number>
    >,
  ),
  // This field is last because fast-check 4 can lose fields of a record after a stream.
  values: fc.infiniteStream(value),
});
const limits = fc.record({
  values: fc.integer({ min: 60, max: 400 }),
  rows: fc.integer({ min: 1, max: 30 }),
});

test('a ranking that fits into memory, one that does not, and the plain definition are one', async () => {
  const ranked = fc.asyncProperty(cohorts, limits, async (given, little) => {
    const { cohort, kind, draws, weights } = given;
    const specification = checkSpecification({
      value: {
        name: 'test',
        space: { kind: 'nas-bench-201' },
        fidelity: { draws, batch: 1, resolution: 32 },
        proxies: PROXIES,
        aggregation: { kind, weights },
        cohort,
      },
      source: 'test',
    });
    const candidates = given.indices.map((index) => space.enumeration!.at(index));
    const unit = unitOf(specification);
    const units = [...new Set(candidates.map(unit))];
    const setAside = new Set(given.failed.map((index) => units[index]).filter((one) => one !== undefined));
    const scored = units.filter((one) => !setAside.has(one));
    const scores = new Map(
      scored.map((one) => [
        one,
        Array.from({ length: draws }, (): Proxies => {
          const values = specification.proxies.map((proxy) => [proxy, given.values.next().value] as const);
          return Object.fromEntries(values);
        }),
      ]),
    );
    const store = createMemoryStore();
    const address = addressOf({ specification });
    for (const [family, scope] of listScopesByFamily({ specification, address })) {
      const names = selectFamily(specification.proxies, family);
      const entries = [...scores].flatMap(([candidate, all]) =>
        all.map((values, draw) => ({
          key: scoreKey({ candidate, draw }),
          proxies: Object.fromEntries(names.map((name) => [name, values[name]!])),
        })),
      );
      await store.scores.put(scope, entries);
    }
    const failures = [...setAside].map((candidate) => ({ candidate, reason: 'crash', detail: 'x' }));
    await store.failures.put('run', failures);
    const plan = await writeCandidateList(store.blobs, candidates);
    const input = { run: 'run', specification, plan };

    const whole = await rankCandidates({ store })(input);
    expect(await rankCandidates({ store, limits: little })(input)).toEqual(whole);

    const rows = readRankingCsv(new TextDecoder().decode(await store.blobs.get(whole.ranking)));
    const kept = candidates.filter((candidate) => scores.has(unit(candidate)));
    const failed = readFailuresCsv(new TextDecoder().decode(await store.blobs.get(whole.failures)));
    expect(failed).toEqual(
      candidates
        .filter((candidate) => setAside.has(unit(candidate)))
        .map((candidate) => ({ candidate, reason: 'crash', detail: 'x' })),
    );
    if (kept.length === 0) {
      expect(rows).toEqual([]);
      return;
    }
    const columns = specification.proxies.map((proxy) => ({
      proxy,
      weight: weights[proxy as (typeof PROXIES)[number]],
      draws: Array.from({ length: draws }, (_, draw) => scored.map((one) => scores.get(one)![draw]![proxy]!)),
    }));
    const aggregated = aggregate({ columns, kind });
    const scoreOf = (candidate: string) => aggregated[scored.indexOf(unit(candidate))]!;
    const inOrder = order({
      scores: kept.map(scoreOf),
      candidates: kept.map((candidate) => `${unit(candidate)}\n${candidate}`),
    });
    const expected = Array.from(inOrder, (row) => kept[row]!);
    expect(rows.map(({ candidate, score }) => ({ candidate, score }))).toEqual(
      expected.map((candidate) => ({ candidate, score: scoreOf(candidate) + 0 })),
    );
    const draw0 = (candidate: string) =>
      scores.get(unit(candidate))!.map(({ trainability }) => trainability!);
    for (const { candidate, proxies, parameters } of rows) {
      const mean = draw0(candidate).reduce((sum, one) => sum + one, 0) / draws;
      expect(proxies.trainability).toBe(mean + 0);
      // A candidate shares the score of its class, and has costs of its own.
      const costs = space.costs({ candidate, resolution: 32 });
      expect([proxies.complexity, parameters]).toEqual([costs.flops, costs.parameters]);
    }
    expect(rows.map(({ rank }) => rank)).toEqual(rows.map((_, i) => i + 1));
    expect(whole.best).toEqual({ candidate: rows[0]!.candidate, score: rows[0]!.score });
  });
  await fc.assert(ranked, { numRuns: 40 });
});

/** A search that ranks by the four proxies of AZ-NAS, by one draw. */
const rankedByFour = () =>
  checkSpecification({
    value: {
      name: 'test',
      space: 'nas-bench-201',
      cohort: 'written',
      fidelity: { draws: 1 },
      aggregation: 'log-rank',
    },
    source: 'test',
  });

test('the best of more rows than are written at once is the first', async () => {
  const specification = rankedByFour();
  const store = createMemoryStore();
  const candidates = Array.from({ length: 700 }, (_, index) => space.enumeration!.at(index));
  await store.scores.put(
    scoreScope(specification),
    candidates.map((candidate, i) => ({
      key: scoreKey({ candidate, draw: 0 }),
      proxies: { expressivity: i, progressivity: i, trainability: i, complexity: i },
    })),
  );
  const plan = await writeCandidateList(store.blobs, candidates);
  const rank = rankCandidates({ store, limits: { values: 2_000, rows: 100 } });
  expect((await rank({ run: 'run', specification, plan })).best).toEqual({
    candidate: candidates.at(-1),
    score: 0,
  });
});

test('a class whose members lie far apart in the plan is one unit, under whichever member it comes', async () => {
  const specification = checkSpecification({
    value: {
      name: 'test',
      space: 'nas-bench-201',
      cohort: 'classes',
      fidelity: { draws: 1 },
      proxies: ['trainability'],
      aggregation: 'linear-rank',
    },
    source: 'test',
  });
  const unit = unitOf(specification);
  const classes = new Map<string, string[]>();
  for (let index = 0; index < space.enumeration!.size; index++) {
    const candidate = space.enumeration!.at(index);
    const members = classes.get(unit(candidate));
    if (members) members.push(candidate);
    else classes.set(unit(candidate), [candidate]);
  }
  // Scores are looked up by the thousand; the second members come after the first thousand.
  const pairs = [...classes].filter(([, members]) => members.length > 1).slice(0, 1_001);
  const store = createMemoryStore();
  await store.scores.put(
    scoreScope(specification),
    pairs.map(([of], i) => ({ key: scoreKey({ candidate: of, draw: 0 }), proxies: { trainability: i } })),
  );
  const candidates = [0, 1].flatMap((member) => pairs.map(([, members]) => members[member]!));
  const plan = await writeCandidateList(store.blobs, candidates);
  const { ranking } = await rankCandidates({ store })({ run: 'run', specification, plan });
  const rows = readRankingCsv(new TextDecoder().decode(await store.blobs.get(ranking)));
  const scoreOf = new Map(pairs.map(([of], i) => [of, (i + 1) / pairs.length]));
  expect(rows).toHaveLength(candidates.length);
  for (const { candidate, score } of rows) expect(score).toBe(scoreOf.get(unit(candidate)));
});

test('a score that is lost between audit and ranking is an error, not a gap', async () => {
  const specification = checkSpecification({
    value: { name: 'test', space: { kind: 'nas-bench-201' }, cohort: 'written' },
    source: 'test',
  });
  const store = createMemoryStore();
  const plan = await writeCandidateList(store.blobs, [space.enumeration!.at(7)]);
  await expect(rankCandidates({ store })({ run: 'run', specification, plan })).rejects.toThrow(
    /no score of .* in the store/,
  );
});

test('a search that measured latencies has a column of them, empty where one is missing; the rest is the same', async () => {
  const specification = rankedByFour();
  const store = createMemoryStore();
  const candidates = [5, 7, 9, 11].map((index) => space.enumeration!.at(index));
  const proxies = { expressivity: 1, progressivity: 2, trainability: 3, complexity: 4 };
  await store.scores.put(
    scoreScope(specification),
    candidates.map((candidate) => ({ key: scoreKey({ candidate, draw: 0 }), proxies })),
  );
  await store.latencies.put('here', [{ key: candidates[0]!, proxies: { latency: 5, low: 4, high: 9 } }]);
  await store.latencies.put('there', [
    { key: candidates[0]!, proxies: { latency: 50 } },
    { key: candidates[1]!, proxies: { latency: 70 } },
    { key: candidates[3]!, proxies: { latency: 80 } },
  ]);
  const plan = await writeCandidateList(store.blobs, candidates);
  const input = { run: 'run', specification, plan };
  const text = async (digest: string) => Buffer.from(await store.blobs.get(digest)).toString();
  const rank = rankCandidates({ store });
  const plain = await text((await rank(input)).ranking);
  const ranked = await rank({ ...input, latencies: { there: 'b', here: 'a' } });
  const measured = await text(ranked.ranking);
  expect(ranked.latency).toEqual({ measured: 3, busy: 1 });
  const of = new Map([
    [candidates[0], '5'],
    [candidates[1], '70'],
    [candidates[3], '80'],
  ]);
  const [header, ...rows] = plain.trimEnd().split('\n');
  const expected = rows.map((row) => `${row},${of.get(row.split(',')[1]!) ?? ''}`);
  expect(measured.trimEnd().split('\n')).toEqual([`${header},latency`, ...expected]);
});
