// Tests that the JSON Schema accepts what the parser accepts, and refuses what an editor can detect.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkSpecification } from '../../../core/specification/specification.js';
import { spaceSchema, specificationSchema } from '../../../core/specification/specification-schema.js';

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));
const yamls = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const read = (...path: string[]) => parse(readFileSync(join(EXAMPLES, ...path), 'utf8'));

const ajv = new Ajv2020({ strict: false, allErrors: true });
const isSpecification = ajv.compile(specificationSchema());
const isSpace = ajv.compile(spaceSchema());

const faultsOf = (value: unknown) =>
  isSpecification(value) ? [] : isSpecification.errors!.map((e) => e.instancePath);

test.each(yamls(EXAMPLES))('examples/%s is a specification', (name) => {
  expect(faultsOf(read(name))).toEqual([]);
});

test.each(yamls(join(EXAMPLES, 'spaces')))('examples/spaces/%s is a space', (name) => {
  expect(isSpace(read('spaces', name))).toBe(true);
});

describe('what people write', () => {
  const sample = { name: 'sample', space: 'nas-bench-201' };

  test.each([
    { ...sample },
    { ...sample, strategy: 'exhaustive', aggregation: 'linear-rank', fidelity: 'screen' },
    {
      ...sample,
      constraints: { flops: { max: '450M' }, parameters: { min: 1000 }, latency: { max: '20ms' } },
    },
    { ...sample, space: { kind: 'module', file: 'my-space.ts' } },
    { ...sample, input: { images: 'images.npy' } },
    { ...sample, strategy: { kind: 'list', search: 'before', top: 10 } },
  ])('is accepted: %j', (value) => {
    expect(faultsOf(value)).toEqual([]);
  });

  test.each([
    [{ ...sample, nme: 'x' }, ''],
    [{ ...sample, space: 'nasbench201' }, '/space'],
    [{ ...sample, space: 'autoformer' }, '/space'],
    [{ ...sample, strategy: 'list' }, '/strategy'],
    [{ ...sample, strategy: { kind: 'list', file: 'a', search: 'b' } }, '/strategy'],
    [{ ...sample, fidelity: { batch: 0 } }, '/fidelity'],
    [{ ...sample, fidelity: { resolution: 30 } }, '/fidelity'],
    [{ ...sample, seed: -1 }, '/seed'],
    [{ ...sample, constraints: { flops: { max: '450X' } } }, '/constraints/flops/max'],
    [{ ...sample, aggregation: { weights: { trainability: 0 } } }, '/aggregation'],
    [{ space: 'nas-bench-201' }, ''],
  ])('is refused: %j', (value, path) => {
    expect(faultsOf(value).some((at) => at.startsWith(path))).toBe(true);
  });
});

test('the default of the schema ranks as no aggregation does', () => {
  const { properties } = specificationSchema() as { properties: Record<string, { default?: unknown }> };
  const sample = { name: 'sample', space: 'nas-bench-201' };
  const of = (value: object) => checkSpecification({ value, source: 'x' });
  expect(of({ ...sample, aggregation: properties.aggregation!.default })).toEqual(of(sample));
});

interface Described {
  readonly const?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
}

/** The keys below a schema, with those of its forms; the weight of each proxy is described with all of them. */
function keysOf({
  properties = {},
  items,
  anyOf = [],
}: Described): readonly (readonly [string, Described])[] {
  const own = Object.entries(properties);
  const below = [...own.flatMap(([key, schema]) => (key === 'weights' ? [] : [schema])), ...anyOf];
  return [...own, ...(items ? [items, ...below] : below).flatMap(keysOf)];
}

test('every key of a specification says what it is for', () => {
  const keys = keysOf(specificationSchema());
  expect(keys.length).toBeGreaterThan(50);
  expect(keys.filter(([, schema]) => schema.const === undefined && !schema.description)).toEqual([]);
});
