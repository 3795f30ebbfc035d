// Tests constraints and quantities as people write them, and every message about wrong ones.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { checkSpecification, parseSpecification } from '../../../core/specification/specification.js';

const parse = (text: string) =>
  parseSpecification({ text: `name: a\nspace: { kind: nas-bench-201 }\n${text}`, source: 'spec.yaml' });

function messages(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SpecError) return error.message.split('\n');
    throw error;
  }
  return [];
}

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

  test.each([
    [
      'constraints: { flops: { max: 450 MFLOPs } }',
      'constraints.flops.max: found the text "450 MFLOPs"; must be a whole number, optionally with k, M or G, such as 450M',
    ],
    [
      'constraints: { flops: { max: -1 } }',
      'constraints.flops.max: found -1; must be a whole number, optionally with k, M or G, such as 450M',
    ],
    ['constraints: { layers: {} }', 'constraints.layers: found an empty mapping; must hold min, max or both'],
    [
      'constraints: { parameters: { min: 6M, max: 4M } }',
      'constraints.parameters.min: found 6000000, above max, which is 4000000',
    ],
    [
      'constraints: { latency: { max: 5 } }',
      'constraints.latency.max: found 5; must be a time with its unit: 20ms or 0.02s',
    ],
    [
      'constraints: { latency: { max: 20 ms } }',
      'constraints.latency.max: found the text "20 ms"; must be a time with its unit: 20ms or 0.02s',
    ],
    [
      'constraints: { latency: { max: 0s } }',
      'constraints.latency.max: found the text "0s"; must be a time with its unit: 20ms or 0.02s',
    ],
    [
      'constraints: { latency: { min: 0.5s, max: 20ms } }',
      'constraints.latency.min: found 500ms, above max, which is 20ms',
    ],
    [
      'constraints: { latency: {} }',
      'constraints.latency: found an empty mapping; must hold min, max or both',
    ],
    [
      'constraints: { speed: { max: 5 } }',
      'constraints.speed: unknown key "speed"; known keys: layers, flops, parameters, latency, resolution',
    ],
    [
      'strategy: { kind: evolution, populaton: 3 }',
      'strategy.populaton: unknown key "populaton"; did you mean "population"?',
    ],
    [
      'strategy: { kind: evolution, budget: 0 }',
      'strategy.budget: found 0; must be a whole number from 1 to 10000000',
    ],
  ])('%s', (text, message) => {
    expect(messages(text)).toEqual([message]);
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
