// Tests that a plan audited in parts is the plan audited whole: the same candidates, each once, with the same counts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditScores } from '../../activities/audit-scores.js';
import { unitOf } from '../../activities/cohort.js';
import { scoreKey, scoreScope } from '../../core/address.js';
import { openSpace } from '../../core/spaces/index.js';
import { checkSpecification } from '../../core/specification/specification.js';
import { readCandidates, writeCandidateList } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';

const { enumeration } = openSpace({ kind: 'nas-bench-201' });
const STRATEGIES = {
  list: { kind: 'list', file: 'x' },
  random: { kind: 'random', samples: 9 },
  exhaustive: { kind: 'exhaustive' },
};

test('the parts of a plan are the plan', async () => {
  const given = fc.record({
    indices: fc.array(fc.nat(300), { minLength: 1, maxLength: 80 }),
    strategy: fc.constantFrom('list' as const, 'random' as const, 'exhaustive' as const),
    cohort: fc.constantFrom('written' as const, 'classes' as const),
    of: fc.integer({ min: 1, max: 9 }),
    scored: fc.func(fc.boolean()),
    failed: fc.func(fc.boolean()),
  });
  const inParts = fc.asyncProperty(given, async ({ indices, strategy, cohort, of, scored, failed }) => {
    const distinct = strategy === 'list' ? indices : [...new Set(indices)];
    const candidates = distinct.map((index) => enumeration!.at(index));
    const specification = checkSpecification({
      value: {
        name: 'test',
        space: { kind: 'nas-bench-201' },
        strategy: STRATEGIES[strategy],
        cohort,
        fidelity: { draws: 1, batch: 1, resolution: 32 },
      },
      source: 'test',
    });
    const store = createMemoryStore();
    const units = [...new Set(candidates.map(unitOf(specification)))];
    const entries = units
      .filter(scored)
      .map((candidate) => ({ key: scoreKey({ candidate, draw: 0 }), proxies: { trainability: 1 } }));
    await store.scores.put(scoreScope(specification), entries);
    const setAside = units.filter(failed).map((candidate) => ({ candidate, reason: 'crash', detail: '' }));
    await store.failures.put('run', setAside);
    const plan = await writeCandidateList(store.blobs, candidates);
    const audit = auditScores({ store });
    const read = async (list: typeof plan) => {
      const out: string[] = [];
      for await (const one of readCandidates(store.blobs, list)) out.push(one);
      return out;
    };

    const whole = await audit({ run: 'run', specification, plan });
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
