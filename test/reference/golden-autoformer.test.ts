// Tests the verdict on AutoFormer's golden files, as they are and altered.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { autoformerDraw } from '../../reference/golden/autoformer-draw.js';
import { type GoldenCases, type GoldenChecks, readGoldenFile } from '../../reference/golden/cases.js';
import { compareCase, judge } from '../../reference/golden/compare.js';
import { createGoldenEngine, type GoldenEngine } from '../../reference/golden/compute.js';
import { COSTS_AUTOFORMER, GOLDENS_AUTOFORMER } from '../support/goldens.js';
import { folder, type Json, set } from './golden-cases.js';

/** A file with these cases of the golden file, modified. */
function altered(
  source: string,
  indices: readonly number[],
  change: (item: Json) => unknown = () => {},
): string {
  const all = JSON.parse(readFileSync(source, 'utf8')) as Json[];
  const some = indices.map((index) => all[index]!);
  some.forEach(change);
  const path = join(folder, 'autoformer.json');
  writeFileSync(path, JSON.stringify(some));
  return path;
}

/**
 * Small cases: full (biases, normalizations), he with skipped blocks, init with all blocks skipped, a dead
 * network.
 */
const SMALL = [4, 8, 9, 10];

describe('cases of AutoFormer', () => {
  let engine: GoldenEngine;
  beforeAll(async () => {
    engine = await createGoldenEngine({ threads: 1 });
  });
  afterAll(() => engine.close());

  const cases = async (path: string) => {
    const file = (await readGoldenFile(path)) as GoldenCases;
    expect(file.kind).toBe('autoformer');
    return file.cases;
  };

  it.each(SMALL)('number %d is within 1e-5', async (index) => {
    const [item] = await cases(altered(GOLDENS_AUTOFORMER, [index]));
    const { passed, lines } = judge([compareCase(item!, await engine.compute(item!))]);
    expect(lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
    expect(passed).toBe(true);
  });

  it('what is altered is seen', async () => {
    const [right] = await cases(altered(GOLDENS_AUTOFORMER, [9]));
    const computed = await engine.compute(right!);
    for (const [change, message] of [
      [nudge('expressivityPerFeature', 3), /^FAIL features/],
      [set('trainabilityPerBlock', new Array(23).fill(0)), /^FAIL blocks/],
      [set('paramsAt224', 5366057), /^FAIL costs exact/],
    ] as const) {
      const [wrong] = await cases(altered(GOLDENS_AUTOFORMER, [9], change));
      const { lines } = judge([compareCase(wrong!, computed)]);
      expect(lines.filter((line) => message.test(line))).toHaveLength(1);
    }
  });

  it.each<[string, (item: Json) => unknown, RegExp]>([
    ['a width', set('embedDim', 200), /width is 200; must be one of 192, 216, 240/],
    ['a depth', set('depth', 13), /found 24 values; must be 26/],
    ['a resolution', set('resolution', 40), /found 40; must be a multiple of 16/],
  ])('refused: %s', async (_, change, message) => {
    await expect(readGoldenFile(altered(GOLDENS_AUTOFORMER, [0], change))).rejects.toThrow(message);
  });
});

/** Changes a value by three times the tolerance. */
function nudge(field: string, index: number): (item: Json) => void {
  return (item) => {
    const values = item[field] as number[];
    values[index] = values[index]! + 3e-5 * Math.max(1, Math.abs(values[index]!));
  };
}

describe('costs of AutoFormer', () => {
  const differing = async (path: string) => {
    const { checks } = (await readGoldenFile(path)) as GoldenChecks;
    return checks.flatMap(({ differences }) => differences);
  };

  it('all rows are exact, and half a FLOP is seen', async () => {
    expect(await differing(COSTS_AUTOFORMER)).toEqual([]);
    const path = altered(COSTS_AUTOFORMER, [2, 3], set('flops', 1817613600.5));
    expect(await differing(path)).toHaveLength(2);
  });
});

it('a tensor that SPACE.md does not name is no tensor', () => {
  const draw = autoformerDraw({ profile: 'he', zero: ['blocks.*.fc1.weight'] });
  expect(() => draw.weight({ name: 'blocks.0.gate', shape: [2, 2] })).toThrow(/blocks\.0\.gate/);
  expect(draw.weight({ name: 'blocks.12.fc1.weight', shape: [2, 2] })).toEqual(new Float32Array(4));
  expect(draw.weight({ name: 'blocks.12.fc2.weight', shape: [2, 2] })).not.toEqual(new Float32Array(4));
});
