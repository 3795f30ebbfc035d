// Tests that digests are equal exactly if results are, and that differences are readable.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSpecification } from '../../../core/specification/specification.js';
import {
  canonicalJson,
  differingFields,
  specificationDifferences,
  specificationDigest,
} from '../../../core/specification/specification-digest.js';

function parse(text: string) {
  return parseSpecification({ text: `name: a\nspace: { kind: nas-bench-201 }\n${text}`, source: 's' });
}

function digest(text: string, inputs: Readonly<Record<string, string>> = {}) {
  return specificationDigest(parse(text), { inputs });
}

describe('canonicalJson', () => {
  it('sorts keys, drops undefined members, keeps lists', () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: undefined }, é: 'x"' })).toBe(
      '{"a":{"d":null},"b":[2,1],"é":"x\\""}',
    );
  });

  it('is JSON that reads back, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });

  it.each([
    [NaN],
    [Infinity],
    [-Infinity],
    [undefined],
    [1n],
    [new Date(0)],
    [new Map()],
    [() => 1],
    [Symbol('x')],
  ])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});

describe('specificationDigest', () => {
  it('does not see how the work is cut, nor how defaults were written', () => {
    expect(digest('execution: { shardSize: 16, window: 3, priority: 1 }')).toBe(digest(''));
    expect(digest('fidelity: standard\nseed: 1')).toBe(digest(''));
    expect(digest('proxies: [complexity, trainability]')).toBe(digest('proxies: [trainability, complexity]'));
    expect(digest('')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('sees everything else', () => {
    const texts = [
      '',
      'seed: 2',
      'cohort: written',
      'fidelity: screen',
      'fidelity: { weights: candidate }',
      'aggregation: { kind: linear-rank }',
      'aggregation: { weights: { complexity: 2 } }',
      'proxies: [complexity]',
      'strategy: { kind: random, samples: 3 }',
    ];
    expect(new Set(texts.map((text) => digest(text))).size).toBe(texts.length);
    expect(digest('', { 'c.txt': 'aa' })).not.toBe(digest('', { 'c.txt': 'ab' }));
  });
});

describe('specificationDifferences', () => {
  it('names the path and both values', () => {
    const existing = parse(
      'aggregation: log-rank\nfidelity: { batch: 16 }\nstrategy: { kind: random, samples: 3 }\nexecution: { window: 1 }',
    );
    const here = parse('fidelity: { batch: 64 }\nproxies: [complexity]');
    expect(specificationDifferences(existing, here)).toEqual([
      'strategy.kind: "random" in the existing search, "exhaustive" here',
      'strategy.samples: 3 in the existing search, nothing here',
      'fidelity.batch: 16 in the existing search, 64 here',
      'proxies: ["expressivity", "progressivity", "trainability", "complexity"] in the existing search, ["complexity"] here',
      'aggregation.weights.expressivity: 1 in the existing search, nothing here',
      'aggregation.weights.progressivity: 1 in the existing search, nothing here',
      'aggregation.weights.trainability: 1 in the existing search, nothing here',
    ]);
  });

  it('names the members of a list that differ, and no others', () => {
    const network = (name: string, digest: string) => ({ name, digest });
    const list = (...networks: readonly unknown[]) => ({ space: { networks } });
    const [one, two, three] = [network('one', 'a'), network('two', 'b'), network('three', 'c')];
    expect(specificationDifferences(list(one, two, three), list(one, network('two', 'd')))).toEqual([
      'space.networks.two.digest: "b" in the existing search, "d" here',
      'space.networks: three in the existing search, missing here',
    ]);
    expect(differingFields(list(one, two, three), list(one))).toEqual(['space.networks']);
    const many = Array.from({ length: 30 }, (_, i) => network(`n${i}`, 'a'));
    const found = specificationDifferences(list(one), list(one, ...many));
    expect(found).toHaveLength(6);
    expect(found.at(-1)).toBe('space.networks: 25 more differences');
    // The same members in another order are another list.
    expect(specificationDifferences(list(one, two), list(two, one))).toHaveLength(1);
  });

  it('is empty for what gives the same result', () => {
    expect(specificationDifferences(parse(''), parse('execution: { shardSize: 2 }'))).toEqual([]);
    expect(specificationDifferences({ a: [{ b: 1 }] }, { a: [{ b: 1 }] })).toEqual([]);
    expect(specificationDifferences({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toHaveLength(1);
    expect(specificationDifferences(3, { a: 1 })).toEqual([
      'specification: 3 in the existing search, { a: 1 } here',
    ]);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).reverse()) {
    const member = reversed((value as Record<string, unknown>)[key]);
    Object.defineProperty(copy, key, { value: member, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
