// Tests the presets of `aggregation` and the features of each proxy, as a specification says them.
import { describe, expect, it } from 'vitest';
import { scoreScope } from '../../../core/address.js';
import { SpecError } from '../../../core/errors.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { openSpace } from '../../../core/spaces/index.js';
import {
  ASSEMBLIES,
  ASSEMBLY_NAMES,
  assemblyOfFiles,
  termsIn,
} from '../../../core/specification/assemblies.js';
import { DEVICES } from '../../../core/specification/devices.js';
import { checkSpecification } from '../../../core/specification/specification.js';

const check = (changes: object) =>
  checkSpecification({ value: { name: 'a', space: 'nas-bench-201', ...changes }, source: 's.yaml' });

function issuesOf(changes: object): readonly string[] {
  try {
    check(changes);
  } catch (error) {
    if (error instanceof SpecError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('presets of aggregation', () => {
  it.each(ASSEMBLY_NAMES)('%s names proxies, weights and features', (name) => {
    const { weights, features } = termsIn(name, { kind: 'nas-bench-201' });
    const { aggregation, proxies, fidelity } = check({ aggregation: name });
    expect(aggregation).toEqual({ kind: 'log-rank', weights });
    expect([...proxies].sort()).toEqual(Object.keys(weights).sort());
    expect(fidelity).toMatchObject({ draws: 3, batch: 8, features });
  });

  it('leaves a completed specification as it is', () => {
    const completed = check({ aggregation: 'assembled' });
    expect(checkSpecification({ value: completed, source: 's', origin: 'command' })).toEqual(completed);
  });

  // The features of this preset are those of no fidelity.
  const ofChains = { space: 'mobilenet-v2', aggregation: 'assembled' };
  const random = { kind: 'random', samples: 9 };

  it('takes another fidelity, and features of its own', () => {
    const { features } = ASSEMBLIES.assembled;
    const chains = { ...ofChains, strategy: random };
    expect(check({ ...chains, fidelity: 'screen' }).fidelity).toMatchObject({ draws: 1, features });
    const own = { draws: 1, batch: 2, features: 'blocks' };
    expect(check({ ...chains, fidelity: own }).fidelity).toMatchObject(own);
  });

  it('reaches the rounds of a screening', () => {
    const rounds = [{ fidelity: 'screen', keep: 0.5 }, { fidelity: { draws: 2 } }];
    const { strategy } = check({ ...ofChains, strategy: { kind: 'screening', source: random, rounds } });
    const { features } = ASSEMBLIES.assembled;
    expect(strategy).toMatchObject({
      rounds: [{ fidelity: { features } }, { fidelity: { draws: 2, features } }],
    });
  });

  it('leaves out what means nothing in a space of tokens', () => {
    const { proxies, aggregation } = check({
      space: { kind: 'autoformer', size: 'tiny' },
      strategy: { kind: 'random', samples: 3 },
      aggregation: 'assembled',
    });
    expect(proxies).not.toContain('sampled-progressivity');
    expect(aggregation.weights).not.toHaveProperty('sampled-progressivity');
  });

  it.each([
    ['summing-cells', { kind: 'nas-bench-201' }],
    ['summing-cells', { kind: 'transnas-bench-101', size: 'micro' }],
    ['summing-cells', { kind: 'transnas-bench-101', size: 'macro' }],
    ['concatenating-cells', { kind: 'nas-bench-101' }],
    ['concatenating-cells', { kind: 'darts' }],
  ] as const)('has the terms of %s in %j', (as, space) => {
    const specification = (aggregation: unknown) =>
      check({ space, strategy: { kind: 'random', samples: 3 }, aggregation });
    const { weights, features } = ASSEMBLIES.assembled.of[as];
    const { proxies, aggregation, fidelity } = specification('assembled');
    expect(aggregation).toEqual({ kind: 'log-rank', weights });
    expect(proxies.toSorted()).toEqual(Object.keys(weights).toSorted());
    expect(fidelity.features).toBe(features);
    expect(specification('az-nas').fidelity.features).toBe('blocks');
  });

  it.each([
    ['nas-bench-201', 0.999],
    ['nas-bench-101', 0.99],
    ['darts', 0.85],
  ] as const)(
    'counts size once in %s, where FLOPs and parameters are nearly the same order',
    (kind, agreement) => {
      const space = openSpace({ kind });
      const costs = Array.from({ length: 300 }, (_, draw) =>
        space.costs({ candidate: space.random({ seed: 1, draw, name: 'sizes' }), resolution: 32 }),
      );
      const column = (name: 'flops' | 'parameters') => costs.map((each) => each[name]);
      expect(kendall(column('flops'), column('parameters'))).toBeGreaterThan(agreement);
      const { weights } = termsIn('assembled', { kind });
      expect(Object.keys(weights)).toEqual(
        expect.arrayContaining(['complexity', 'spatial-depth', 'activations']),
      );
      expect(weights).not.toHaveProperty('parameters');
    },
  );

  it('counts parameters twice, and no trainability, in networks of fixed widths for many classes of large images', () => {
    const stages = [{ block: 'inverted', width: 16, expansion: [1, 4] }];
    const weightsIn = (changes: object) => {
      const value = { input: { resolution: 224 }, classes: 1000, stem: { width: 8 }, stages, ...changes };
      const definition = checkDefinition({ value, source: 'a.yaml' });
      return termsIn('assembled', { kind: 'custom', definition }).weights;
    };
    const { weights, of } = ASSEMBLIES.assembled;
    const own = of['large-images'].weights;
    const squeezed = [{ block: 'inverted', width: 16, expansion: 4, squeeze: [0, 4] }];
    for (const changes of [{}, { classes: 100, input: { resolution: 64 } }, { stages: squeezed }])
      expect(weightsIn(changes)).toEqual(own);
    const cells = [
      { block: 'cell', width: 16, cell: '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|' },
    ];
    const widths = [{ ...stages[0], width: [16, 24] }];
    for (const changes of [
      { classes: 99 },
      { input: { resolution: 60 } },
      { stages: cells },
      { stages: widths },
    ])
      expect(weightsIn(changes)).toEqual(weights);
    expect(weightsIn({ stem: { width: [8, 16] } })).toEqual(weights);
    expect(termsIn('assembled', { kind: 'mobilenet-v2' }).weights).toEqual(weights);
    const patches = [{ block: 'transformer', width: 64, heads: 2, depth: [1, 2] }];
    expect(weightsIn({ stem: undefined, stages: patches })).toHaveProperty('trainability');
  });

  it('compares edges of stages in a space that a person wrote, whatever its networks are', () => {
    const stages = [{ block: 'dense', growth: 8, depth: [2, 4] }];
    const definition = { input: { resolution: 32 }, classes: 10, stem: { width: 16 }, stages };
    const space = { kind: 'custom', definition };
    const changes = { space, strategy: { kind: 'exhaustive' }, aggregation: 'assembled' };
    expect(check(changes).fidelity.features).toEqual(ASSEMBLIES.assembled.features);
  });

  it('counts imported networks in more ways, and compares none of their blocks', () => {
    const about = { digest: 'a'.repeat(64), macs: 1, parameters: 1, form: 'maps' as const };
    const networks = ['a', 'b'].map((name, i) => ({ ...about, name, digest: String(i).repeat(64) }));
    const { proxies, aggregation } = check({
      space: { kind: 'onnx', resolution: 32, networks },
      strategy: { kind: 'exhaustive' },
      aggregation: 'assembled',
    });
    const { weights } = assemblyOfFiles('assembled');
    expect(aggregation).toEqual({ kind: 'log-rank', weights });
    expect(proxies.toSorted()).toEqual(Object.keys(weights).toSorted());
    expect(proxies).toEqual(expect.arrayContaining(['mean-expressivity', 'depth', 'activations', 'flops']));
    expect(proxies).not.toContain('trainability');
    expect(assemblyOfFiles('az-nas')).toEqual(ASSEMBLIES['az-nas']);
  });

  it('assembled is the default where nothing says how to rank', () => {
    const strategy = {
      kind: 'screening',
      rounds: [{ fidelity: 'screen', keep: 0.5 }, { fidelity: 'standard' }],
    };
    for (const changes of [{}, { fidelity: { draws: 1 } }, { space: { kind: 'darts' } }, { strategy }])
      expect(check(changes)).toEqual(check({ ...changes, aggregation: 'assembled' }));
    for (const changes of [{ proxies: ['trainability'] }, { proxies: ['naswot', 'flops'] }])
      expect([...check(changes).proxies].sort()).toEqual([...changes.proxies].sort());
    const four = Object.keys(ASSEMBLIES['az-nas'].weights).sort();
    for (const aggregation of ['log-rank', 'linear-rank', { weights: { expressivity: 2 } }]) {
      const { proxies, fidelity } = check({ aggregation });
      expect([...proxies].sort()).toEqual(four);
      expect(fidelity.features).toBe('stages');
    }
  });

  it('adds no mistake to those of a screening, and no fidelity that is undefined', () => {
    const rounds = (strategy: unknown) => issuesOf({ strategy }).map((issue) => issue.split(':')[0]);
    expect(rounds('screening')).toEqual(['strategy.rounds']);
    expect(rounds({ kind: 'screening', rounds: 3 })).toEqual(['strategy.rounds']);
    expect(rounds({ kind: 'screening', rounds: [3, { fidelity: 'screen' }] })).not.toContain('fidelity');
    expect(check({ fidelity: undefined })).toEqual(check({}));
  });

  it('fidelity paper stands for AZ-NAS as published, so the default is that of the four proxies', () => {
    expect(check({ fidelity: 'paper' })).toEqual(check({ fidelity: 'paper', aggregation: 'az-nas' }));
    const rounds = [{ fidelity: 'screen', keep: 0.5 }, { fidelity: 'paper' }];
    const { proxies } = check({ strategy: { kind: 'screening', rounds } });
    expect([...proxies].sort()).toEqual(Object.keys(ASSEMBLIES['az-nas'].weights).sort());
    const { fidelity } = check({ ...ofChains, strategy: random, fidelity: 'paper' });
    expect(fidelity).toMatchObject({ batch: 64, features: ASSEMBLIES.assembled.features });
  });

  it('leaves out what is computed from the measurements of a proxy that a module does not define', () => {
    const proxies = ['trainability', 'complexity'];
    const space = { kind: 'module', digest: 'a'.repeat(64), code: '', resolution: 32, proxies };
    const { weights } = termsIn('assembled', space);
    expect(Object.keys(weights).sort()).toEqual(['complexity', 'parameters', 'residual', 'trainability']);
  });

  it('is on every device, refused beside proxies and where it is unknown', () => {
    expect(issuesOf({ aggregation: 'assembled', proxies: ['flops'] })[0]).toMatch(/^aggregation: .*proxies/);
    for (const device of DEVICES)
      expect(issuesOf({ aggregation: 'assembled', execution: { device } })).toEqual([]);
    expect(issuesOf({ aggregation: { kind: 'assembled' } })[0]).toMatch(
      /^aggregation.kind: found the text "assembled", a preset; must stand alone, as aggregation: assembled$/,
    );
    expect(issuesOf({ aggregation: { kind: 'calibratd' } })[0]).toMatch(/did you mean "calibrated"/);
    expect(issuesOf({ aggregation: 'assemled' })[0]).toMatch(/did you mean "assembled"/);
  });
});

describe('features of each proxy', () => {
  const features = { expressivity: 'stages', progressivity: 'stages', trainability: 'stage-edges' } as const;

  it('are facts of their own, and a mapping that says what a word says is the word', () => {
    const scopeOf = (of: unknown) => scoreScope(check({ fidelity: { features: of } }));
    const stages = { expressivity: 'stages', progressivity: 'stages', trainability: 'stages' };
    expect(check({ fidelity: { features: stages } }).fidelity.features).toBe('stages');
    expect(check({ fidelity: { features: {} } }).fidelity.features).toBe('blocks');
    expect(new Set([scopeOf('blocks'), scopeOf('stages'), scopeOf(features)]).size).toBe(3);
    expect(scopeOf(stages)).toBe(scopeOf('stages'));
  });

  it('are checked', () => {
    expect(issuesOf({ fidelity: { features: 'stage' } })[0]).toMatch(/^fidelity.features: .*stages/);
    expect(issuesOf({ fidelity: { features: { ...features, trainability: 'edges' } } })[0]).toMatch(
      /^fidelity.features.trainability: .*stage-edges/,
    );
    expect(issuesOf({ fidelity: { features: { residual: 'blocks' } } })[0]).toMatch(
      /^fidelity.features.residual: unknown/,
    );
    expect(issuesOf({ fidelity: { features: { expressivity: 'stage-edges' } } })).toHaveLength(1);
  });
});
