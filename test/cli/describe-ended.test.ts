// Tests what `zeroscout status ID` says of a search that has ended.
import { expect, test } from 'vitest';
import { formatEnding } from '../../cli/render/describe-search.js';
import { checkSpecification } from '../../core/specification/specification.js';

const ended = {
  id: 'x',
  name: 'x',
  space: 'nas-bench-201',
  state: 'completed',
  started: '2026-11-30T10:00:00.000Z',
  ended: '2026-11-30T10:01:00.000Z',
  counts: { candidates: 16, planned: 16, done: 16, failed: 0 },
};
const progress = '16 candidates, 0 reused, 16 of 16 done, 0 set aside';
const lineOf = (strategy: unknown) => {
  const specification = checkSpecification({
    value: { name: 'x', space: 'nas-bench-201', strategy },
    source: 'x.yaml',
  });
  return formatEnding(ended, { progress, specification })[0];
};

test('the counts of a screening are said to be those of its last round, unlike those of its results', () => {
  const rounds = [
    { fidelity: 'screen', keep: 0.5 },
    { fidelity: 'standard', keep: 0.5 },
    { fidelity: { draws: 8 } },
  ];
  const source = { kind: 'random', samples: 64 };
  expect(lineOf({ kind: 'screening', source, rounds })).toBe(`last of 3 rounds: ${progress}`);
  expect(lineOf({ kind: 'random', samples: 16 })).toBe(progress);
});
