// Tests the parsed form of good specifications, and for bad ones the field at fault and the values that the
// message names.
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { DEVICES } from '../../../core/specification/devices.js';
import { AZ_NAS_PROXIES, PROXIES } from '../../../core/specification/families.js';
import { PRESETS } from '../../../core/specification/fidelity.js';
import { parseSpecification } from '../../../core/specification/specification.js';
import { specificationDigest } from '../../../core/specification/specification-digest.js';
import { faultsOf } from '../../support/facts.js';

const BASE = 'name: a\nspace: { kind: nas-bench-201 }\n';

function parse(text: string) {
  return parseSpecification({ text, source: 'spec.yaml' });
}

const faults = (text: string) => faultsOf(() => parse(text));

describe('parseSpecification', () => {
  it('fills in every default', () => {
    expect(parse(`${BASE}aggregation: log-rank`)).toEqual({
      name: 'a',
      space: { kind: 'nas-bench-201' },
      strategy: { kind: 'exhaustive' },
      fidelity: { draws: 3, batch: 8, resolution: 32, weights: 'shared', features: 'stages' },
      proxies: [...AZ_NAS_PROXIES],
      aggregation: {
        kind: 'log-rank',
        weights: { expressivity: 1, progressivity: 1, trainability: 1, complexity: 1 },
      },
      cohort: 'classes',
      seed: 1,
      execution: { device: 'cpu', shardSize: 64, window: 8 },
    });
  });

  it('reads the specification of the documentation', () => {
    const spec = parse(`
name: nb201-sample
space: { kind: nas-bench-201 }
strategy: { kind: random, samples: 1000 }        # exhaustive | random | list (file: candidates.txt)
fidelity: { draws: 1, batch: 16, resolution: 32 }
proxies: [trainability, expressivity]
aggregation: { kind: linear-rank, weights: { trainability: 2 } }
cohort: written
seed: 4294967295
execution: { device: cpu, shardSize: 16, window: 2 }
`);
    expect(spec.strategy).toEqual({ kind: 'random', samples: 1000 });
    expect(spec.fidelity).toEqual({
      draws: 1,
      batch: 16,
      resolution: 32,
      weights: 'shared',
      features: 'blocks',
    });
    expect(spec.proxies).toEqual(['expressivity', 'trainability']);
    expect(spec.aggregation).toEqual({ kind: 'linear-rank', weights: { expressivity: 1, trainability: 2 } });
    expect(spec.cohort).toBe('written');
    expect(spec.seed).toBe(4294967295);
    expect(parse(JSON.stringify(spec))).toEqual(spec);
    expect(parse(JSON.stringify(spec, null, '\t'))).toEqual(spec);
    expect(parse(`\uFEFF${JSON.stringify(spec)}\r\n`)).toEqual(spec);
  });

  it.each(Object.entries(PRESETS))('knows the fidelity %s', (name, preset) => {
    const { fidelity } = parse(`${BASE}fidelity: ${name}\naggregation: log-rank`);
    expect(fidelity).toEqual({ ...preset, resolution: 32 });
  });

  it('completes a partial fidelity and an aggregation without kind', () => {
    const partial = 'fidelity: { weights: candidate, batch: 1 }\naggregation: log-rank';
    expect(parse(BASE + partial).fidelity).toEqual({
      draws: 3,
      batch: 1,
      resolution: 32,
      weights: 'candidate',
      features: 'blocks',
    });
    expect(parse(`${BASE}aggregation: { weights: { complexity: 0.5 } }`).aggregation.weights.complexity).toBe(
      0.5,
    );
  });

  it.each<[string, readonly string[]]>([
    ['fidelity: { batch: -4 }', ['fidelity.batch', '-4', '1', '1024']],
    ['fidelity: { batch: 1.5 }', ['fidelity.batch', '1.5', '1', '1024']],
    ['fidelity: { batch: 1e300 }', ['fidelity.batch', '1e+300', '1', '1024']],
    ['fidelity: { batch: .nan }', ['fidelity.batch', 'NaN', '1', '1024']],
    ['fidelity: { batch: -.inf }', ['fidelity.batch', '-Infinity', '1', '1024']],
    ['fidelity: { batch: "16" }', ['fidelity.batch', '"16"', '1', '1024']],
    ['fidelity: { batch: null }', ['fidelity.batch', 'null', '1', '1024']],
    ['fidelity: { resolution: 30 }', ['fidelity.resolution', '30', '4', '8', '512']],
    ['fidelity: { batchsize: 3 }', ['fidelity.batchsize', '"batchsize"', '"batch"']],
    ['fidelity: standart', ['fidelity', '"standart"', '"standard"']],
    ['fidelity: 3', ['fidelity', '3']],
    ['strategy: { kind: random }', ['strategy.samples', 'missing', '1', '1000000000']],
    ['strategy: { kind: random, samples: 1e10 }', ['strategy.samples', '10000000000', '1', '1000000000']],
    ['strategy: { kind: radnom, samples: 3 }', ['strategy.kind', '"radnom"', '"random"']],
    ['strategy: { kind: genetic }', ['strategy.kind', '"genetic"']],
    ['strategy: random', ['strategy.samples', 'missing', '1', '1000000000']],
    ['strategy: evoluton', ['strategy', '"evoluton"', '"evolution"']],
    ['strategy: 42', ['strategy', '42']],
    ['strategy:', ['strategy', 'null']],
    [
      'strategy: { kind: screening, source: exhaustiv, rounds: [{ fidelity: screen, keep: 0.5 }, { fidelity: standard }] }',
      ['strategy.source', '"exhaustiv"', '"exhaustive"'],
    ],
    ['aggregation: linear-rnak', ['aggregation', '"linear-rnak"', '"linear-rank"']],
    ['aggregation: true', ['aggregation', 'true']],
    ['notify: webhook', ['notify', '"webhook"']],
    ['strategy: { kind: list, file: "" }', ['strategy.file', '""']],
    ['strategy: { kind: exhaustive, samples: 3 }', ['strategy.samples', '"samples"']],
    ['proxies: []', ['proxies']],
    ['proxies: complexity', ['proxies', '"complexity"']],
    ['proxies: [speed]', ['proxies.0', '"speed"']],
    ['proxies: [naswot]\nexecution: { device: cuda }', ['proxies']],
    ['proxies: [complexity, complexity]', ['proxies.1', '"complexity"']],
    ['aggregation: { weights: { complexity: 0 } }', ['aggregation.weights.complexity', '0', '0', '1000000']],
    [
      'aggregation: { weights: { trainabilty: 2 } }',
      ['aggregation.weights.trainabilty', '"trainabilty"', '"trainability"'],
    ],
    ['cohort: class', ['cohort', '"class"', '"classes"']],
    ['seed: 4294967296', ['seed', '4294967296', '0', '4294967295']],
    ['execution: { device: gpu }', ['execution.device', '"gpu"', '"cpu"']],
    ['execution: { shardsize: 3 }', ['execution.shardsize', '"shardsize"', '"shardSize"']],
    ['sede: 3', ['sede', '"sede"', '"seed"']],
    ['__proto__: 3', ['__proto__', '"__proto__"']],
    ['"a\\nb": 3', ['"a\\nb"', '"a\\nb"']],
  ])('%s', (text, fault) => {
    expect(faultsOf(() => parse(BASE + text))).toEqual([fault]);
  });

  it.each<[string, readonly string[]]>([
    ['strategy: { kind: genetic }', ['exhaustive', 'random', 'list', 'screening', 'evolution']],
    ['strategy: { kind: exhaustive, samples: 3 }', ['kind']],
    ['proxies: [speed]', PROXIES],
    ['proxies: []', PROXIES],
    ['fidelity: 3', [...Object.keys(PRESETS), 'draws', 'batch', 'resolution']],
    ['aggregation: true', ['log-rank', 'linear-rank', 'az-nas', 'assembled', 'kind', 'weights']],
    ['notify: webhook', ['command', 'webhook', 'secretEnv', 'timeout', 'retries']],
    ['execution: { device: gpu }', DEVICES],
    ['__proto__: 3', ['name', 'space', 'strategy', 'constraints', 'input', 'fidelity', 'proxies', 'seed']],
    ['proxies: [naswot]\nexecution: { device: cuda }', ['naswot', 'cuda', 'cpu']],
  ])('names what may stand instead of %s', (text, words) => {
    expect(() => parse(BASE + text)).toThrow(SpecError);
    for (const word of words) expect(() => parse(BASE + text)).toThrow(word);
  });

  it.each(['a/b', 'a.b', 'a b', '', '-a', 'ü', 'a'.repeat(65), '../x', 'a\n'])(
    'refuses the name %j',
    (name) => {
      const [fault, ...others] = faults(JSON.stringify({ name, space: { kind: 'nas-bench-201' } }));
      expect(others).toEqual([]);
      expect(fault![0]).toBe('name');
      expect(fault).toEqual(expect.arrayContaining(['1', '64']));
    },
  );

  it('names the nearest kind and key of the space', () => {
    expect(faults('name: a\nspace: { kind: nasbench201 }')).toEqual([
      ['space.kind', '"nasbench201"', '"nas-bench-201"'],
    ]);
    expect(faults('name: a\nspace: { knd: nas-bench-201 }')).toEqual([
      ['space.kind', 'missing'],
      ['space.knd', '"knd"', '"kind"'],
    ]);
    expect(faults('name: a\nspace: { kind: nas-bench-201, knd: 1 }')).toEqual([
      ['space.knd', '"knd"', '"kind"'],
    ]);
    expect(faults('name: a')).toEqual([['space', 'missing']]);
  });

  it.each([
    ['space: nas-bench-201', 'space: { kind: nas-bench-201 }'],
    [
      'space: mobilenet-v2\nstrategy: evolution',
      'space: { kind: mobilenet-v2 }\nstrategy: { kind: evolution }',
    ],
    [
      'space: nas-bench-201\nstrategy: exhaustive\naggregation: linear-rank',
      'space: { kind: nas-bench-201 }\nstrategy: { kind: exhaustive }\naggregation: { kind: linear-rank }',
    ],
    [
      'space: nas-bench-201\nstrategy: { kind: screening, source: exhaustive, rounds: [{ fidelity: screen, keep: 0.5 }, { fidelity: standard }] }',
      'space: { kind: nas-bench-201 }\nstrategy: { kind: screening, source: { kind: exhaustive }, rounds: [{ fidelity: screen, keep: 0.5 }, { fidelity: standard }] }',
    ],
  ])('a bare kind is its mapping, and has its digest: %s', (bare, mapping) => {
    const [one, other] = [bare, mapping].map((text) => parse(`name: a\n${text}`));
    expect(one).toEqual(other);
    expect(specificationDigest(one!, { inputs: {} })).toBe(specificationDigest(other!, { inputs: {} }));
  });

  it.each([
    ['42', ['42']],
    ['true', ['true']],
    ['', ['null']],
    ['[nas-bench-201]', []],
  ])('a space that is %s', (space, found) => {
    expect(faults(`name: a\nspace: ${space}`)).toEqual([['space', ...found]]);
  });

  it('a bare kind that is unknown or lacks a parameter', () => {
    expect(faults('name: a\nspace: nasbench201')).toEqual([['space', '"nasbench201"', '"nas-bench-201"']]);
    expect(faults('name: a\nspace: autoformer')).toEqual([['space.size', 'missing']]);
  });

  it('refuses a weight for a proxy that was not chosen, beside all other issues', () => {
    const text =
      'nam: 1\nname: 7\nspac: 2\nseed: 1.5\nproxies: [complexity]\naggregation: { weights: { trainability: 2 } }';
    expect(faults(text)).toEqual([
      ['name', '7', '1', '64', '"_"', '"-"'],
      ['space', 'missing'],
      ['seed', '1.5', '0', '4294967295'],
      ['nam', '"nam"', '"name"'],
      ['spac', '"spac"', '"space"'],
      ['aggregation.weights.trainability'],
    ]);
  });

  it.each([
    [
      BASE,
      'synflow',
      'without a preset expressivity, progressivity, trainability, complexity); remove it or write proxies: [expressivity, progressivity, trainability, complexity, synflow]',
    ],
    [
      BASE,
      'mean-expressivity',
      'without a preset expressivity, progressivity, trainability, complexity); remove it or write proxies: [mean-expressivity, complexity, spatial-depth, activations, progressivity, trainability, residual]',
    ],
    [
      'name: a\nspace: { kind: autoformer, size: tiny }\n',
      'progressivity',
      'without a preset expressivity, trainability, complexity); remove it',
    ],
    [`${BASE}proxies: [flops]\n`, 'synflow', 'flops); remove it or add synflow to proxies'],
  ])('a weight without effect is an error: %j', (base, name, rest) => {
    const text = `${base}aggregation: { kind: log-rank, weights: { ${name}: 2 } }`;
    const message = `aggregation.weights.${name}: weight for a proxy that is not in proxies (${rest}`;
    expect(() => parse(text)).toThrow(new SpecError([{ path: '', message }]).message);
    expect(() => parse(`${base}aggregation: { weights: {} }`)).not.toThrow();
  });
});
