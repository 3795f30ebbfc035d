// Tests breeding: the published choice of parents, the same children for a seed, no repeats, none that breaks
// a constraint.
import { describe, expect, test } from 'vitest';
import { type Bred, type BreedOptions, breed, PATIENCE } from '../../../core/evolution/breed.js';
import { randomStream } from '../../../core/random/random-stream.js';
import type { Space } from '../../../core/spaces/space.js';
import { MEASURED_PATIENCE } from '../../../core/specification/rejection.js';

/** Candidates are `path/of/numbers`: a child is its parent followed by its mutation. */
const space = {
  start: 'start',
  random: (key) => `random${randomStream(key).below(1e9)}`,
  mutate: ({ parent, key, mutations }) => `${parent}/${mutations}:${randomStream(key).below(1e9)}`,
  canonicalKey: (candidate) => candidate,
} as Partial<Space> as Space;

type Args = Omit<BreedOptions, 'generation' | 'past'> &
  BreedOptions['past'] & { generation: number; count: number };
const evolution = { kind: 'evolution', population: 21, budget: 1e6, generation: 64, mutations: 2 } as const;
const bred = ({
  generation = 3,
  count = 200,
  scored = [],
  best = () => [],
  seen = new Set(),
  ...changes
}: Partial<Args>): Promise<Bred> =>
  breed({
    space,
    seed: 1,
    evolution,
    rejection: () => undefined,
    ...changes,
    generation: { number: generation, count },
    past: { scored, best, seen },
  });
const scored = (count: number) => Array.from({ length: count }, (_, i) => `old${i}`);
const parents = ({ children }: Bred) => [...new Set(children.map((child) => child.split('/')[0]!))].sort();
const replacements = ({ children }: Bred) => new Set(children.map((child) => child.split('/')[1]![0]!));

describe('parents, by how many have been scored', async () => {
  test.each([0, 1, 10])('%i: the start, one replacement', async (count) => {
    const generation = await bred({ scored: scored(count) });
    expect(parents(generation)).toEqual(['start']);
    expect(replacements(generation)).toEqual(new Set('1'));
  });

  test.each([11, 19])('%i: anyone, two replacements', async (count) => {
    const generation = await bred({ scored: scored(count), best: () => expect.fail('nobody is chosen yet') });
    expect(parents(generation)).toEqual(scored(count).sort());
    expect(replacements(generation)).toEqual(new Set('2'));
  });

  test('population - 1 and more: the best', async () => {
    const generation = await bred({ scored: scored(20), best: () => [3, 5, 7] });
    expect(parents(generation)).toEqual(['old3', 'old5', 'old7']);
  });

  test('without a start: random candidates until there is a population', async () => {
    const { start: _, ...endless } = space;
    const random = await bred({ space: endless, scored: scored(19) });
    expect(random.children.every((child) => child.startsWith('random'))).toBe(true);
    const later = await bred({ space: endless, scored: scored(20), best: () => [0] });
    expect(parents(later)).toEqual(['old0']);
  });
});

describe('children', async () => {
  test('depend on seed and generation, and not on how many are asked for', async () => {
    expect(await bred({})).toEqual(await bred({}));
    expect((await bred({ count: 50 })).children).toEqual((await bred({})).children.slice(0, 50));
    expect((await bred({ seed: 2 })).children).not.toEqual((await bred({})).children);
    expect((await bred({ generation: 4 })).children).not.toEqual((await bred({})).children);
  });

  test('seen, twice or against a constraint: counted, and another is drawn', async () => {
    const digit = (candidate: string) => candidate.at(-1)!;
    const few = { ...space, canonicalKey: (candidate: string) => candidate.slice(-2) };
    const { children, drawn } = await bred({
      space: few,
      count: 40,
      seen: new Set(['00', '11', '22']),
      rejection: (candidate) => (digit(candidate) === '3' ? 'flops.max' : undefined),
    });
    const keys = children.map(few.canonicalKey);
    expect(new Set(keys).size).toBe(40);
    for (const key of keys) expect(['00', '11', '22', '3', '33']).not.toContain(key);
    expect(children.map(digit)).not.toContain('3');
    expect(drawn.duplicates).toBeGreaterThan(0);
    expect(drawn.proposed).toBe(40 + drawn.duplicates + drawn.rejected['flops.max']!);
  });

  test('nothing left: an end, after as many as were found', async () => {
    const few = { ...space, canonicalKey: (candidate: string) => candidate.slice(-1) };
    const { children, drawn } = await bred({ space: few });
    expect(children).toHaveLength(10);
    expect(drawn.duplicates).toBeGreaterThanOrEqual(PATIENCE);
    const slow = await bred({ rejection: async () => 'latency.max' });
    expect(slow.drawn.rejected).toEqual({ 'latency.max': MEASURED_PATIENCE });
    const none = await bred({ rejection: () => 'layers.max' });
    expect(none).toEqual({
      children: [],
      drawn: { proposed: PATIENCE, rejected: { 'layers.max': PATIENCE }, duplicates: 0 },
    });
  });
});
