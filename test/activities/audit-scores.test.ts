// Tests that an audit lists what lacks a score of any family, each once, and that a plan audited in parts is the plan
// audited whole.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, listScopesByFamily } from '../../activities/address-scores.js';
import { auditScores } from '../../activities/audit-scores.js';
import { unitOf } from '../../activities/cohort.js';
import { scoreKey } from '../../core/address.js';
import type { CandidateListRef } from '../../core/contract/search.js';
import { openSpace } from '../../core/spaces/index.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { readCandidates, writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import type { Store } from '../../store/store.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const STRATEGIES = {
  list: { kind: 'list', file: 'x' },
  random: { kind: 'random', samples: 9 },
  exhaustive: { kind: 'exhaustive' },
};

async function readAll(store: Store, list: CandidateListRef): Promise<string[]> {
  const out: string[] = [];
  for await (const one of readCandidates(store.blobs, list)) out.push(one);
  return out;
}

test('the missing of a plan, each once; the parts of a plan are the plan', async () => {
  const given = fc.record({
    indices: fc.array(fc.nat(300), { minLength: 1, maxLength: 80, size: 'max' }),
    strategy: fc.constantFrom('list' as const, 'random' as const, 'exhaustive' as const),
    cohort: fc.constantFrom('written' as const, 'classes' as const),
    of: fc.integer({ min: 1, max: 9 }),
    isStored: fc.func(fc.boolean()),
    failed: fc.func(fc.boolean()),
  });
  const inParts = fc.asyncProperty(given, async ({ indices, strategy, cohort, of, isStored, failed }) => {
    const distinct = strategy === 'list' ? indices : [...new Set(indices)];
    const candidates = distinct.map((index) => enumeration!.at(index));
    const specification = checkSpecification({
      value: {
        name: 'test',
        space: { kind: 'nas-bench-201' },
        strategy: STRATEGIES[strategy],
        cohort,
        proxies: ['trainability', 'residual'],
        fidelity: { draws: 1, batch: 1, resolution: 32 },
      },
      source: 'test',
    });
    const store = createMemoryStore();
    const toUnit = unitOf(specification);
    const units = [...new Set(candidates.map(toUnit))];
    const scopes = listScopesByFamily({ specification, address: addressOf({ specification }) });
    for (const [family, scope] of scopes) {
      const proxies = family === 'residual' ? { residual: 1 } : { trainability: 1 };
      const stored = units.filter((unit) => isStored(unit, family));
      const entries = stored.map((candidate) => ({ key: scoreKey({ candidate, draw: 0 }), proxies }));
      await store.scores.put(scope, entries);
    }
    const failuresOf = (some: readonly string[]) =>
      some.map((candidate) => ({ candidate, reason: 'crash', detail: '' }));
    await store.failures.put('run', failuresOf(units.filter((unit) => failed(unit))));
    await store.failures.put('another-run', failuresOf(units));
    const plan = await writeCandidateList(store.blobs, candidates);
    const audit = auditScores({ store });
    const read = (list: typeof plan) => readAll(store, list);

    const whole = await audit({ run: 'run', specification, plan });
    const without = candidates
      .map(toUnit)
      .filter((unit) => ![...scopes.keys()].every((family) => isStored(unit, family)));
    const missing = without.filter((unit) => !failed(unit));
    expect(await read(whole.todo)).toEqual([...new Set(missing)]);
    expect([whole.missing, whole.failed]).toEqual([missing.length, without.length - missing.length]);
    const parts = await Promise.all(
      Array.from({ length: of }, (_, number) =>
        audit({ run: 'run', specification, plan, part: { number, of } }),
      ),
    );
    const found = (await Promise.all(parts.map(({ todo }) => read(todo)))).flat();
    expect(found.sort()).toEqual((await read(whole.todo)).sort());
    const total = (name: 'missing' | 'failed') => parts.reduce((sum, part) => sum + part[name], 0);
    expect([total('missing'), total('failed')]).toEqual([whole.missing, whole.failed]);
  });
  await fc.assert(inParts, { numRuns: 60 });
});

test.each([
  ['written', 'random'],
  ['written', 'list'],
  ['classes', 'list'],
] as const)('a plan of several batches, %s, %s', async (cohort, strategy) => {
  const specification = checkSpecification({
    value: {
      name: 'test',
      space: { kind: 'nas-bench-201' },
      strategy: STRATEGIES[strategy],
      cohort,
      aggregation: 'log-rank',
    },
    source: 'test',
  });
  const store = createMemoryStore();
  const candidates = Array.from({ length: 2_345 }, (_, i) => enumeration!.at(6 * i));
  const units = candidates.map(unitOf(specification));
  const plan = await writeCandidateList(store.blobs, candidates);
  const { todo, missing, failed } = await auditScores({ store })({ run: 'run', specification, plan });
  expect([missing, failed]).toEqual([candidates.length, 0]);
  expect(await readAll(store, todo)).toEqual([...new Set(units)]);
});
