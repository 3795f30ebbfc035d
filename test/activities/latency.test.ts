// Tests limits on latency: each candidate is measured once, after everything that is counted, and the first measurement wins.
import { describe, expect, test } from 'vitest';
import { checkConstraints, type LatencyMeter } from '../../activities/latency.js';
import { planCandidates } from '../../activities/plan-candidates.js';
import { CandidateError } from '../../core/candidate-error.js';
import { openSpace } from '../../core/spaces/index.js';
import { MEASURED_PATIENCE } from '../../core/specification/rejection.js';
import { parseSpecification } from '../../core/specification/specification.js';
import { readCandidates } from '../../store/candidate-list.js';
import { createMemoryStore } from '../../store/memory.js';
import { gateOfOne } from '../support/scoring-activities.js';

const specificationOf = (text: string) =>
  parseSpecification({ text: `name: a\nspace: { kind: nas-bench-201 }\n${text}`, source: 'spec.yaml' });
const space = openSpace({ kind: 'nas-bench-201' });
const gate = gateOfOne();
/** The cost in milliseconds: the number of 3x3 convolutions. */
const cost = (candidate: string) => candidate.split('nor_conv_3x3').length - 1;

function meter({ machine = 'a', offset = 0 } = {}): LatencyMeter & { measured: string[] } {
  const measured: string[] = [];
  return {
    machine,
    measured,
    measure: async ({ candidate }) => {
      measured.push(candidate);
      return { latency: cost(candidate) + offset };
    },
  };
}

async function plan(given: {
  text: string;
  meter: LatencyMeter;
  store?: ReturnType<typeof createMemoryStore>;
}) {
  const { store = createMemoryStore() } = given;
  const check = checkConstraints({ store, gate, meter: given.meter });
  const specification = specificationOf(given.text);
  const { drawn, ...list } = await planCandidates({ store, check })({ specification });
  const candidates: string[] = [];
  for await (const candidate of readCandidates(store.blobs, list)) candidates.push(candidate);
  return { candidates, drawn: drawn! };
}

const RANDOM = 'strategy: { kind: random, samples: 50 }';

describe('a limit on latency', () => {
  test('is checked last, and shown with its machine', async () => {
    const given = meter();
    const text = `${RANDOM}\nconstraints: { parameters: { max: 0.8M }, latency: { max: 1ms } }`;
    const { candidates, drawn } = await plan({ text, meter: given });
    expect(candidates).toHaveLength(50);
    for (const candidate of candidates) expect(cost(candidate)).toBeLessThanOrEqual(1);
    for (const candidate of given.measured)
      expect(space.costs({ candidate, resolution: 32 }).parameters).toBeLessThanOrEqual(800_000);
    expect(new Set(given.measured).size).toBe(given.measured.length);
    expect(drawn.rejected['latency.max']).toBe(given.measured.length - 50);
    expect(drawn.rejected['parameters.max']).toBeGreaterThan(0);
    expect(Object.values(drawn.latencies!)).toEqual(['a']);
  });

  test('finds what was measured before, whatever a second measurement would say; another machine measures anew', async () => {
    const store = createMemoryStore();
    const text = `${RANDOM}\nconstraints: { latency: { max: 2ms } }`;
    const first = await plan({ store, text, meter: meter() });
    const slower = meter({ offset: 100 });
    expect(await plan({ store, text, meter: slower })).toEqual(first);
    expect(slower.measured).toEqual([]);
    const other = meter({ machine: 'b', offset: -1 });
    const there = await plan({ store, text, meter: other });
    expect(there.candidates).not.toEqual(first.candidates);
    expect(other.measured.length).toBeGreaterThan(0);
  });

  test('a worker that serves searches of two resolutions mixes up none of their latencies', async () => {
    const sides: number[] = [];
    const check = checkConstraints({
      store: createMemoryStore(),
      gate,
      meter: {
        machine: 'a',
        measure: async ({ resolution }) => {
          sides.push(resolution);
          return { latency: resolution };
        },
      },
    });
    const candidate = space.enumeration!.at(7);
    const rejected = (resolution: number) => {
      const text = `constraints: { resolution: ${resolution}, latency: { max: 40ms } }`;
      return check({ space, specification: specificationOf(text) }).rejection(candidate);
    };
    expect([await rejected(32), await rejected(64)]).toEqual([undefined, 'latency.max']);
    expect([await rejected(64), await rejected(32)]).toEqual(['latency.max', undefined]);
    expect(sides).toEqual([32, 64]);
  });

  test('is not measured by a worker of another engine, whose result would count for this one', async () => {
    const given = meter();
    const other = Object.assign(() => Promise.reject(new Error('another engine')), gate);
    const specification = specificationOf('constraints: { latency: { max: 2ms } }');
    const store = createMemoryStore();
    const { rejection } = checkConstraints({ store, gate: other, meter: given })({ space, specification });
    const candidate = space.enumeration!.at(0);
    await expect(rejection(candidate)).rejects.toThrow('another engine');
    expect(given.measured).toEqual([]);
  });

  test('two who measure at once agree: the first to store wins', async () => {
    const store = createMemoryStore();
    const specification = specificationOf('constraints: { latency: { max: 2ms } }');
    const candidate = space.enumeration!.at(0);
    const [fast, slow] = [0, 100].map((offset) =>
      checkConstraints({ store, gate, meter: { machine: 'a', measure: async () => ({ latency: offset }) } })({
        space,
        specification,
      }),
    );
    const answers = await Promise.all([fast!.rejection(candidate), slow!.rejection(candidate)]);
    expect(answers[0]).toBe(answers[1]);
  });

  test('sets aside what cannot be measured, and goes on; no error of another kind does that', async () => {
    const given = meter();
    const broken = space.enumeration!.at(5);
    const failing = (error: Error): LatencyMeter => ({
      ...given,
      measure: async (args) => {
        if (args.candidate === broken) throw error;
        return given.measure(args);
      },
    });
    const text = 'constraints: { latency: { max: 2ms } }';
    const error = new CandidateError({ reason: 'invalid', detail: 'it takes four images' });
    const { candidates, drawn } = await plan({ text, meter: failing(error) });
    expect(candidates.length).toBeGreaterThan(1000);
    expect(candidates).not.toContain(broken);
    expect(drawn.rejected['latency.unmeasured']).toBe(1);
    await expect(plan({ text, meter: failing(new Error('no scorer')) })).rejects.toThrow('no scorer');
    const none = { machine: 'a', measure: () => Promise.reject(error) };
    await expect(plan({ text: `${RANDOM}\n${text}`, meter: none })).rejects.toMatchObject({
      issues: [{ path: 'constraints.latency' }],
      message: expect.stringMatching(/latency\.unmeasured.*it takes four images/),
    });
  });

  test('that nobody meets ends with the reason, not after the whole space was measured', async () => {
    const given = meter({ offset: 10 });
    const text = `${RANDOM}\nconstraints: { latency: { max: 2ms } }`;
    await expect(plan({ text, meter: given })).rejects.toMatchObject({
      issues: [{ path: 'constraints.latency' }],
      message: expect.stringMatching(
        new RegExp(`${MEASURED_PATIENCE} rejected by latency\\.max.* 10\\.00 to`),
      ),
    });
    expect(given.measured).toHaveLength(MEASURED_PATIENCE);
  });
});

describe('patience with measured candidates', () => {
  test('is spent by those that are rejected in a row', async () => {
    let count = 0;
    const given = { ...meter(), measure: async () => ({ latency: ++count % 150 === 0 ? 1 : 9 }) };
    const text = 'strategy: { kind: random, samples: 3 }\nconstraints: { latency: { max: 5ms } }';
    const { drawn } = await plan({ text, meter: given });
    expect(drawn).toMatchObject({ proposed: 450, rejected: { 'latency.max': 447 } });
    expect(drawn.rejected['latency.max']).toBeGreaterThan(2 * MEASURED_PATIENCE);
  });

  test('is not spent by those that are counted, and not measured', async () => {
    const text =
      'strategy: { kind: random, samples: 3 }\nconstraints: { flops: { min: 184M }, latency: { max: 9ms } }';
    const { drawn, candidates } = await plan({ text, meter: meter() });
    expect(candidates).toHaveLength(3);
    // Three candidates leave three stretches before them, of which one is longer than the patience.
    expect(drawn.rejected['flops.min']).toBeGreaterThan(3 * MEASURED_PATIENCE);
    expect(drawn.rejected['latency.max']).toBeUndefined();
  });
});

test('a plan of which no candidate meets the limits is refused, with the reasons', async () => {
  const text = 'strategy: exhaustive\nconstraints: { flops: { max: 1 } }';
  await expect(plan({ text, meter: meter() })).rejects.toMatchObject({
    issues: [{ path: 'constraints' }],
    message: expect.stringMatching(/15625 rejected by flops\.max/),
  });
});
