// Tests published spaces written as custom spaces: their notation, mistakes in it, and costs against
// published tables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { customSpace } from '../../../../core/spaces/custom/definition.js';
import { checkDefinition } from '../../../../core/spaces/custom/schema.js';
import { readDocument } from '../../../../core/text/read-document.js';
import { readTable } from '../../../../core/text/table.js';
import { createCpuScorer } from '../../../../engine/cpu-scorer.js';
import { isMissing } from '../../../support/shared.js';

const ROOT = join(import.meta.dirname, '../../../..');
const definitionOf = (name: string) =>
  checkDefinition({
    value: readDocument({
      text: readFileSync(join(ROOT, `examples/spaces/${name}.yaml`), 'utf8'),
      source: name,
    }),
    source: name,
  });
const million = (text: string) => Math.round(Number(text) * 1e6);

const CASES = [
  {
    name: 'nas-bench-macro',
    size: 6561n,
    side: 32,
    resolution: 16,
    good: '01220112',
    bad: ['0122011', '01220113', '0 1 2 2 0 1 1 2'],
    parameters: ({ parameters }: Record<string, string>) => Number(parameters),
    flops: ({ flops }: Record<string, string>) => Number(flops),
  },
  {
    name: 'accel-nasbench',
    // The table has a sixth group of four layers.
    size: 18n ** 6n * 24n,
    side: 224,
    resolution: 64,
    good: 'e1k3l1 e6k5l2 e4k3l3 e6k3l1 e4k5l2 e1k3l2 e6k5l1',
    bad: ['e1k3l1', 'e2k3l1 e6k5l2 e4k3l3 e6k3l1 e4k5l2 e1k3l2 e6k5l1'],
    parameters: ({ parameters_m }: Record<string, string>) => million(parameters_m!),
    // The table also counts normalization.
    flops: undefined,
  },
  {
    name: 'accel-nasbench-se',
    table: 'accel-nasbench',
    size: 36n ** 6n * 48n,
    side: 224,
    resolution: 32,
    good: 'e1k3l1se4 e6k5l2 e4k3l3 e6k3l1se4 e4k5l2 e1k3l2 e6k5l1',
    bad: ['e1k3l1', 'e1k3l1se2 e6k5l2 e4k3l3 e6k3l1 e4k5l2 e1k3l2 e6k5l1'],
    parameters: ({ parameters_m }: Record<string, string>) => million(parameters_m!),
    flops: undefined,
  },
] as const;

describe.each(CASES)('$name', ({ name, size, side, resolution, good, bad, parameters, flops, ...rest }) => {
  const table = 'table' in rest ? rest.table : name;
  const definition = definitionOf(name);
  const space = customSpace({ definition });

  it('has its size and its notation, for random candidates and mutations too', () => {
    expect(space.size).toBe(size);
    expect(space.parse(good)).toBe(good);
    // A checked definition passes the check again, as it must on workers.
    expect(checkDefinition({ value: definition, source: name })).toEqual(definition);
    for (let draw = 0; draw < 50; draw++) {
      const key = { seed: 1, draw, name: 'test' };
      const candidate = space.random(key);
      expect(space.parse(candidate)).toBe(candidate);
      const child = space.mutate({ parent: candidate, key, mutations: 1 });
      expect(space.parse(child)).toBe(child);
      expect(child).not.toBe(candidate);
    }
  });

  it.each(bad)('refuses %s', (text) => {
    expect(() => space.parse(text)).toThrow(
      /^candidate ".*": (must be \d times|stages\[0\]: |stages\[7\]: )/,
    );
  });

  it('is scored', async () => {
    const scorer = await createCpuScorer({ threads: 1 });
    try {
      const fidelity = { draws: 1, batch: 2, resolution, weights: 'shared', features: 'blocks' } as const;
      const request = {
        space: { kind: 'custom', definition },
        candidate: good,
        seed: 1,
        draws: [0],
        fidelity,
      };
      const [proxies] = await scorer.score(request as Parameters<typeof scorer.score>[0]);
      expect(Object.values(proxies!).every(Number.isFinite)).toBe(true);
    } finally {
      await scorer.close();
    }
  });

  const file = join(process.env.ZEROSCOUT_SHARED ?? join(ROOT, '../shared'), 'benchmarks', `${table}.csv`);
  it.skipIf(isMissing(file))('costs are those of the table, row for row', () => {
    const { names = [], rows } = readTable({
      text: readFileSync(file, 'utf8'),
      source: file,
      shape: 'arch,...',
    });
    const wrong = rows.filter(({ cells }) => {
      const row = Object.fromEntries(names.map((column, i) => [column, cells[i] ?? '']));
      const costs = space.costs({ candidate: space.parse(row.arch!), resolution: side });
      return costs.parameters !== parameters(row) || (flops && costs.flops !== flops(row));
    });
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(500);
  });
});

describe('a stage of named options', () => {
  const complaint = (stage: object) => () =>
    checkDefinition({
      value: { input: { resolution: 32 }, classes: 10, stages: [stage] },
      source: 'a.yaml',
    });

  it.each([
    [{ options: {}, width: 8 }, /stages\[0\]\.options: found no options/],
    [
      { options: { 'a-b': { block: 'conv' } }, width: 8 },
      /^a\.yaml: stages\[0\]\.options\.a-b: found the name "a-b"; must be 1 to 32 letters, digits and _$/,
    ],
    [{ options: [], width: 8 }, /stages\[0\]\.options: found an empty list; must be a mapping of names/],
    [{ options: { a: { block: 'cell' } }, width: 8 }, /stages\[0\]\.options\.a\.block/],
    [{ options: { a: { block: 'inverted' } }, width: 8 }, /options\.a\.expansion: is missing/],
    [
      { options: { a: { block: 'identity', kernel: 3 } }, width: 8 },
      /options\.a\.kernel: is not used by identity/,
    ],
    [{ options: { a: { block: 'conv' } }, width: [8, 16] }, /stages\[0\]\.width: found a list/],
    [{ options: { a: { block: 'conv' } }, width: 8, stride: 2, patch: 4 }, /stages\[0\]\.patch: unknown key/],
  ])('%j is refused', (stage, message) => {
    expect(complaint(stage)).toThrow(message);
  });
});
