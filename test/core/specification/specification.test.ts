// Tests the parsed form of good specifications, and every message about bad ones word by word.
import { describe, expect, it } from 'vitest';
import { SpecError } from '../../../core/errors.js';
import { AZ_NAS_PROXIES, PROXIES } from '../../../core/specification/families.js';
import { PRESETS } from '../../../core/specification/fidelity.js';
import { parseSpecification } from '../../../core/specification/specification.js';
import { specificationDigest } from '../../../core/specification/specification-digest.js';

const BASE = 'name: a\nspace: { kind: nas-bench-201 }\n';

function parse(text: string) {
  return parseSpecification({ text, source: 'spec.yaml' });
}

function messages(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SpecError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('parseSpecification', () => {
  it('fills in every default', () => {
    expect(parse(BASE)).toEqual({
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
    expect(parse(`${BASE}fidelity: ${name}`).fidelity).toEqual({ ...preset, resolution: 32 });
  });

  it('completes a partial fidelity and an aggregation without kind', () => {
    expect(parse(`${BASE}fidelity: { weights: candidate, batch: 1 }`).fidelity).toEqual({
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

  const whole = 'must be a whole number from 1 to 1024';
  it.each([
    ['fidelity: { batch: -4 }', `fidelity.batch: found -4; ${whole}`],
    ['fidelity: { batch: 1.5 }', `fidelity.batch: found 1.5; ${whole}`],
    ['fidelity: { batch: 1e300 }', `fidelity.batch: found 1e+300; ${whole}`],
    ['fidelity: { batch: .nan }', `fidelity.batch: found NaN; ${whole}`],
    ['fidelity: { batch: -.inf }', `fidelity.batch: found -Infinity; ${whole}`],
    ['fidelity: { batch: "16" }', `fidelity.batch: found the text "16"; ${whole}`],
    ['fidelity: { batch: null }', `fidelity.batch: found null; ${whole}`],
    ['fidelity: { resolution: 30 }', 'fidelity.resolution: found 30; must be a multiple of 4 from 8 to 512'],
    ['fidelity: { batchsize: 3 }', 'fidelity.batchsize: unknown key "batchsize"; did you mean "batch"?'],
    [
      'fidelity: standart',
      'fidelity: unknown "standart"; did you mean "standard"? Known: screen, standard, paper',
    ],
    [
      'fidelity: 3',
      'fidelity: found 3; must be one of screen, standard, paper, or a mapping with draws, batch, resolution',
    ],
    ['strategy: { kind: random }', 'strategy.samples: missing; must be a whole number from 1 to 1000000000'],
    [
      'strategy: { kind: random, samples: 1e10 }',
      'strategy.samples: found 10000000000; must be a whole number from 1 to 1000000000',
    ],
    [
      'strategy: { kind: radnom, samples: 3 }',
      'strategy.kind: unknown "radnom"; did you mean "random"? Known: exhaustive, random, list, screening, evolution',
    ],
    [
      'strategy: { kind: genetic }',
      'strategy.kind: unknown "genetic"; known: exhaustive, random, list, screening, evolution',
    ],
    ['strategy: random', 'strategy.samples: missing; must be a whole number from 1 to 1000000000'],
    [
      'strategy: evoluton',
      'strategy: unknown "evoluton"; did you mean "evolution"? Known: exhaustive, random, list, screening, evolution',
    ],
    [
      'strategy: 42',
      'strategy: found 42; must be a kind, such as exhaustive, or a mapping with a kind, such as { kind: exhaustive }',
    ],
    [
      'strategy:',
      'strategy: found null; must be a kind, such as exhaustive, or a mapping with a kind, such as { kind: exhaustive }',
    ],
    [
      'strategy: { kind: screening, source: exhaustiv, rounds: [{ fidelity: screen, keep: 0.5 }, { fidelity: standard }] }',
      'strategy.source: unknown "exhaustiv"; did you mean "exhaustive"? Known: exhaustive, random, list',
    ],
    [
      'aggregation: linear-rnak',
      'aggregation: unknown "linear-rnak"; did you mean "linear-rank"? Known: log-rank, linear-rank, az-nas, assembled',
    ],
    [
      'aggregation: true',
      'aggregation: found true; must be one of log-rank, linear-rank, az-nas, assembled, or a mapping with kind, weights',
    ],
    [
      'notify: webhook',
      'notify: found the text "webhook"; must be a mapping with command, webhook, secretEnv, timeout, retries',
    ],
    [
      'strategy: { kind: list, file: "" }',
      'strategy.file: found the text ""; must be the path of a text file with one candidate a line',
    ],
    [
      'strategy: { kind: exhaustive, samples: 3 }',
      'strategy.samples: unknown key "samples"; known keys: kind',
    ],
    ['proxies: []', `proxies: found an empty list; must hold at least one of ${PROXIES.join(', ')}`],
    ['proxies: complexity', `proxies: found the text "complexity"; must be a list of ${PROXIES.join(', ')}`],
    ['proxies: [speed]', `proxies.0: unknown "speed"; known: ${PROXIES.join(', ')}`],
    [
      'proxies: [residual]\nexecution: { device: cuda }',
      'proxies: residual is not computed on cuda yet; leave it out, or use execution.device: cpu',
    ],
    ['proxies: [complexity, complexity]', 'proxies.1: "complexity" occurs twice; keep one'],
    [
      'aggregation: { weights: { complexity: 0 } }',
      'aggregation.weights.complexity: found 0; must be a number above 0, at most 1000000',
    ],
    [
      'aggregation: { weights: { trainabilty: 2 } }',
      'aggregation.weights.trainabilty: unknown key "trainabilty"; did you mean "trainability"?',
    ],
    ['cohort: class', 'cohort: unknown "class"; did you mean "classes"? Known: written, classes'],
    ['seed: 4294967296', 'seed: found 4294967296; must be a whole number from 0 to 4294967295'],
    [
      'execution: { device: gpu }',
      'execution.device: unknown "gpu"; did you mean "cpu"? Known: cpu, cuda, webgpu, cpu-stack',
    ],
    [
      'execution: { shardsize: 3 }',
      'execution.shardsize: unknown key "shardsize"; did you mean "shardSize"?',
    ],
    ['sede: 3', 'sede: unknown key "sede"; did you mean "seed"?'],
    [
      '__proto__: 3',
      '__proto__: unknown key "__proto__"; known keys: name, space, strategy, constraints, input, fidelity, proxies, aggregation, cohort, seed, execution, notify',
    ],
    [
      '"a\\nb": 3',
      '"a\\nb": unknown key "a\\nb"; known keys: name, space, strategy, constraints, input, fidelity, proxies, aggregation, cohort, seed, execution, notify',
    ],
  ])('%s', (text, message) => {
    expect(messages(BASE + text)).toEqual([message]);
  });

  it.each(['a/b', 'a.b', 'a b', '', '-a', 'ü', 'a'.repeat(65), '../x', 'a\n'])(
    'refuses the name %j',
    (name) => {
      const [message] = messages(JSON.stringify({ name, space: { kind: 'nas-bench-201' } }));
      expect(message).toMatch(/^name: found the text "[\s\S]*1 to 64 letters/);
    },
  );

  it('names the nearest kind and key of the space', () => {
    expect(messages('name: a\nspace: { kind: nasbench201 }')).toEqual([
      expect.stringMatching(/^space\.kind: .*"nasbench201".*"nas-bench-201"/),
    ]);
    expect(messages('name: a\nspace: { knd: nas-bench-201 }')).toEqual([
      expect.stringMatching(/^space\.kind: missing.*nas-bench-201/),
      'space.knd: unknown key "knd"; did you mean "kind"?',
    ]);
    expect(messages('name: a\nspace: { kind: nas-bench-201, knd: 1 }')).toEqual([
      'space.knd: unknown key "knd"; did you mean "kind"?',
    ]);
    expect(messages('name: a')).toEqual([
      expect.stringMatching(/^space: missing.*\{ kind: nas-bench-201 \}/),
    ]);
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
    ['42', 'found 42'],
    ['true', 'found true'],
    ['', 'found null'],
    ['[nas-bench-201]', 'found a list'],
  ])('a space that is %s', (space, found) => {
    const [message, ...others] = messages(`name: a\nspace: ${space}`);
    expect(others).toEqual([]);
    expect(message).toContain(`space: ${found}; `);
    expect(message).toContain('{ kind: nas-bench-201 }');
  });

  it('a bare kind that is unknown or lacks a parameter', () => {
    expect(messages('name: a\nspace: nasbench201')).toEqual([
      expect.stringMatching(/^space: .*"nasbench201".*"nas-bench-201"/),
    ]);
    expect(messages('name: a\nspace: autoformer')).toEqual([
      'space.size: missing; must be one of tiny, small, base',
    ]);
  });

  it('refuses a weight for a proxy that was not chosen, beside all other issues', () => {
    const text =
      'nam: 1\nname: 7\nspac: 2\nseed: 1.5\nproxies: [complexity]\naggregation: { weights: { trainability: 2 } }';
    expect(messages(text)).toEqual([
      'name: found 7; must be 1 to 64 letters, digits, "_" or "-", the first a letter or digit (no slash, dot or space)',
      'space: missing; must be a kind, such as nas-bench-201, or a mapping with a kind, such as { kind: nas-bench-201 }',
      'seed: found 1.5; must be a whole number from 0 to 4294967295',
      'nam: unknown key "nam"; did you mean "name"?',
      'spac: unknown key "spac"; did you mean "space"?',
      'aggregation.weights.trainability: weight for a proxy that is not in proxies (complexity); remove it or add trainability to proxies',
    ]);
  });
});
