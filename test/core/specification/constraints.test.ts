// Tests constraints and quantities as people write them, and that wrong ones are refused with field and value.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { checkSpecification, parseSpecification } from '../../../core/specification/specification.js';
import { faultsOf } from '../../support/facts.js';

const parse = (text: string) =>
  parseSpecification({ text: `name: a\nspace: { kind: nas-bench-201 }\n${text}`, source: 'spec.yaml' });

describe('constraints', () => {
  it('quantities become numbers; the resolution is the one that the space is published with', () => {
    const { constraints } = parse(
      'constraints: { flops: { max: 450M }, parameters: { min: 0.5M, max: 6.2M }, layers: { max: 14 } }',
    );
    expect(constraints).toEqual({
      resolution: 32,
      flops: { max: 450e6 },
      parameters: { min: 500_000, max: 6_200_000 },
      layers: { max: 14 },
    });
    expect(parse('constraints: { resolution: 224, flops: { max: 1G } }').constraints).toEqual({
      resolution: 224,
      flops: { max: 1e9 },
    });
    const { latency } = parse('constraints: { latency: { min: 0.0012s, max: 0.02s } }').constraints!;
    expect(latency).toEqual({ min: '1.2ms', max: '20ms' });
    expect(parse('seed: 1')).not.toHaveProperty('constraints');
    // Both limits may be the same.
    expect(parse('constraints: { layers: { min: 5, max: 5 } }').constraints!.layers).toEqual({
      min: 5,
      max: 5,
    });
  });

  it('a specification comes out as it went in', () => {
    const once = parse(
      'strategy: { kind: evolution }\nconstraints: { parameters: { min: 4k, max: 6G }, latency: { max: 0.3s } }\nseed: 3',
    );
    expect(checkSpecification({ value: JSON.parse(JSON.stringify(once)), source: 'memo' })).toEqual(once);
    expect(once.strategy).toEqual({
      kind: 'evolution',
      population: 1024,
      budget: 100_000,
      generation: 64,
      mutations: 2,
    });
  });

  test.each<[string, readonly string[]]>([
    ['constraints: { flops: { max: 450 MFLOPs } }', ['constraints.flops.max', '"450 MFLOPs"', '450M']],
    ['constraints: { flops: { max: -1 } }', ['constraints.flops.max', '-1', '450M']],
    ['constraints: { layers: {} }', ['constraints.layers']],
    // A mapping with a misspelt key is not empty.
    ['constraints: { layers: { maxx: 3 } }', ['constraints.layers.maxx', '"maxx"', '"max"']],
    [
      'constraints: { parameters: { min: 6M, max: 4M } }',
      ['constraints.parameters.min', '6000000', '4000000'],
    ],
    ['constraints: { latency: { max: 5 } }', ['constraints.latency.max', '5', '20ms', '0.02s']],
    ['constraints: { latency: { max: 20 ms } }', ['constraints.latency.max', '"20 ms"', '20ms', '0.02s']],
    ['constraints: { latency: { max: 0s } }', ['constraints.latency.max', '"0s"', '20ms', '0.02s']],
    ['constraints: { latency: { min: 0.5s, max: 20ms } }', ['constraints.latency.min', '500ms', '20ms']],
    ['constraints: { latency: {} }', ['constraints.latency']],
    ['constraints: { speed: { max: 5 } }', ['constraints.speed', '"speed"']],
    ['strategy: { kind: evolution, populaton: 3 }', ['strategy.populaton', '"populaton"', '"population"']],
    ['strategy: { kind: evolution, budget: 0 }', ['strategy.budget', '0', '1', '10000000']],
  ])('%s', (text, fault) => {
    expect(faultsOf(() => parse(text))).toEqual([fault]);
  });

  test('any number with a unit reads as the number', () => {
    const unit = fc.constantFrom(['', 1] as const, ['k', 1e3] as const, ['M', 1e6] as const);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), unit, (thousandths, [letter, factor]) => {
        const value = (thousandths * factor) / 1000;
        fc.pre(Number.isInteger(value));
        const text = `constraints: { flops: { max: ${(thousandths / 1000).toFixed(3)}${letter} } }`;
        expect(parse(text).constraints!.flops!.max).toBe(value);
      }),
    );
  });
});
