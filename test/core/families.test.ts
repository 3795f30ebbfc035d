// Tests that the scores of one family remain valid when the engine or another family changes.
import { expect, test } from 'vitest';
import { familyScope, familyScopes, scoreScope } from '../../core/address.js';
import type { SpecError } from '../../core/errors.js';
import { MEASURED_PROXIES } from '../../core/proxies/catalogue.js';
import {
  FAMILY_NAMES,
  type FamilyName,
  PROXIES,
  proxiesOfFamily,
} from '../../core/specification/families.js';
import { isMeasuredFamily } from '../../core/specification/measured-families.js';
import { parseSpecification } from '../../core/specification/specification.js';

const ENGINE = 'block-8.ort-1.30.0';
const specificationOf = (more: string) =>
  parseSpecification({ text: `name: a\nspace: { kind: nas-bench-201 }\n${more}`, source: 'spec.yaml' });
const usual = specificationOf('aggregation: log-rank');
const both = specificationOf('proxies: [residual, trainability, flops]');

test('every proxy is of one family', () => {
  const all = FAMILY_NAMES.flatMap(proxiesOfFamily);
  expect(all).toEqual([...PROXIES]);
  expect(new Set(all).size).toBe(all.length);
});

test('az-nas is where it was, whichever proxies are wanted and whatever version another family has', () => {
  const scope = scoreScope(usual, ENGINE);
  expect(scoreScope(both, ENGINE)).toBe(scope);
  expect(scoreScope(both, `${ENGINE}+residual-9`)).toBe(scope);
  expect(scoreScope(usual, 'block-9.ort-1.30.0')).not.toBe(scope);
});

test('another family stays when the engine changes, and moves with its own version and with ONNX Runtime', () => {
  const of = (engine: string) => familyScope({ specification: both, family: 'residual', engine });
  const scope = of(ENGINE);
  expect(scope).toMatch(/^[\w-]{22}$/);
  expect(scope).not.toBe(scoreScope(both, ENGINE));
  expect(of('block-9.ort-1.30.0')).toBe(scope);
  expect(of(`${ENGINE}+zen-3+residual-1`)).toBe(scope);
  expect(of(`${ENGINE}+residual-2`)).not.toBe(scope);
  expect(of('block-8.ort-1.31.0')).not.toBe(scope);
  const seeded = specificationOf('seed: 2\nproxies: [residual]');
  expect(familyScope({ specification: seeded, family: 'residual', engine: ENGINE })).not.toBe(scope);
});

/** Digests as they were before graphs had a version. */
const BEFORE = {
  chain: ['21bvO5GJfRAZUGDbm8atGq', 'K51aassCWAS0VJljaUudMy'],
  graph: {
    azNas: 'FzXwPf7JJBrH8yZY-vvThM',
    zen: 'p6-O0atakrUAxbCR7M3peO',
    residual: '7g9QgyY2JhPFylMLQZRk_L',
  },
};

test('scopes hold the version of graphs where networks are graphs and a family is computed block by block', () => {
  const of = (space: string, family: FamilyName) => {
    const text = `name: a\nspace: { kind: ${space} }\nproxies: [trainability, ${family}]`;
    const specification = parseSpecification({ text, source: 'spec.yaml' });
    const engine = `${ENGINE}+zen-1`;
    return [scoreScope(specification, ENGINE), familyScope({ specification, family, engine })];
  };
  expect(of('nas-bench-201', 'residual')).toEqual(BEFORE.chain);
  expect(of('darts', 'zen')[1]).toBe(BEFORE.graph.zen);
  expect(of('darts', 'zen')[0]).not.toBe(BEFORE.graph.azNas);
  expect(of('darts', 'residual')[1]).not.toBe(BEFORE.graph.residual);
});

test('a specification has scopes of the families alone that it wants and that are stored', () => {
  expect(familyScopes(usual)).toBeUndefined();
  expect(familyScopes(specificationOf('proxies: [complexity, flops, parameters]'))).toBeUndefined();
  expect(Object.keys(familyScopes(both)!)).toEqual(['residual']);
});

test('a proxy that needs what the images are not is refused, with the field', () => {
  const refused = (more: string) => {
    try {
      return specificationOf(more).name;
    } catch (error) {
      return (error as SpecError).issues.map(({ path }) => path);
    }
  };
  expect(refused('proxies: [naswot, grad-norm]\nfidelity: { batch: 2 }')).toBe('a');
  expect(refused('proxies: [grad-norm]\nfidelity: { batch: 1 }')).toBe('a');
  expect(refused('proxies: [naswot]\nfidelity: { batch: 1 }')).toEqual(['proxies']);
  const images = `input: { images: { digest: ${'a'.repeat(64)}, shape: [64, 3, 32, 32] } }`;
  expect(refused(`proxies: [grad-norm]\n${images}`)).toBe('a');
  expect(refused(`proxies: [zico, grad-norm]\n${images}`)).toEqual(['proxies']);
  const transformer = 'name: a\nspace: { kind: autoformer, size: tiny }\nproxies: [synflow]';
  expect(() => parseSpecification({ text: transformer, source: 'spec.yaml' })).toThrow(/softmax/);
  expect(refused('proxies: [synflow]\nexecution: { device: cuda }')).toEqual(['proxies']);
});

test('every proxy of whole networks has a family, and every family of one a function', () => {
  const whole = FAMILY_NAMES.filter(
    (name) =>
      !['az-nas', 'residual', 'mean-expressivity', 'sampled-progressivity', 'costs', 'own'].includes(name),
  );
  expect(whole.flatMap(proxiesOfFamily)).toEqual(Object.keys(MEASURED_PROXIES));
  expect(FAMILY_NAMES.filter(isMeasuredFamily)).toEqual(whole);
});
