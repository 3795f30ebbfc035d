// Tests that retention never chooses what must be kept, and chooses everything else.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseHoldings, chooseRuns, type GcRun } from '../../../client/retention/choose.js';

const NOW = 1_000;
const run = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  workflowId: fc.constantFrom('a', 'b', 'c'),
  runId: fc.uuid(),
  series: fc.constantFrom('nightly', 'weekly'),
  status: fc.constantFrom('running', 'completed', 'continued', 'ended'),
  closed: fc.integer({ min: 0, max: NOW }),
}) as fc.Arbitrary<Required<GcRun>>;
const runs: fc.Arbitrary<GcRun[]> = fc
  .array(run, { maxLength: 20, size: 'max' })
  .map((list) => list.map(({ closed, ...rest }) => (rest.status === 'running' ? rest : { ...rest, closed })));
const retention = fc.record({
  keepLast: fc.integer({ min: 0, max: 4 }),
  olderThan: fc.integer({ min: 0, max: NOW }),
  now: fc.constant(NOW),
});

test('runs: live, young and the last of each series stay; a run that another went on from stays with it', () => {
  fc.assert(
    fc.property(runs, retention, (list, given) => {
      const { kept, gone } = chooseRuns({ runs: list, ...given });
      expect([...kept, ...gone].sort(byId)).toEqual([...list].sort(byId));
      for (const one of gone) {
        expect(one.status).not.toBe('running');
        expect(NOW - one.closed!).toBeGreaterThanOrEqual(given.olderThan);
        const later = kept.filter(
          ({ status, series, closed }) =>
            status === 'completed' && series === one.series && closed! >= one.closed!,
        );
        if (one.status === 'completed') expect(later.length).toBeGreaterThanOrEqual(given.keepLast);
        if (one.status === 'continued')
          expect(kept.map(({ workflowId }) => workflowId)).not.toContain(one.workflowId);
      }
      // Nothing old is kept without a reason.
      for (const one of kept)
        if (one.status === 'ended') expect(NOW - one.closed!).toBeLessThan(given.olderThan);
      for (const series of ['nightly', 'weekly']) {
        const old = kept.filter(
          (one) =>
            one.series === series && one.status === 'completed' && NOW - one.closed! >= given.olderThan,
        );
        expect(old.length).toBeLessThanOrEqual(given.keepLast);
      }
    }),
  );
});

test('holdings: what is referred to or young stays, all else goes', () => {
  const holding = fc.record({
    name: fc.constantFrom('x', 'y', 'z'),
    count: fc.constant(1),
    bytes: fc.constant(1),
    newest: fc.integer({ min: 0, max: NOW }),
  });
  fc.assert(
    fc.property(fc.array(holding), fc.integer({ min: 0, max: NOW }), (holdings, olderThan) => {
      const isReferred = (name: string) => name === 'x';
      const { kept, gone } = chooseHoldings({ holdings, isReferred, olderThan, now: NOW });
      expect(kept.length + gone.length).toBe(holdings.length);
      for (const { name, newest } of gone) expect(name !== 'x' && NOW - newest >= olderThan).toBe(true);
      for (const { name, newest } of kept) expect(name === 'x' || NOW - newest < olderThan).toBe(true);
    }),
  );
});

const byId = (a: GcRun, b: GcRun) => (a.runId < b.runId ? -1 : 1);
