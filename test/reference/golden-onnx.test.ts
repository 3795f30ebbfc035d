// Tests the verdict on the golden cases of imported networks, and on modified ones.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { type GoldenCases, readGoldenFile } from '../../reference/golden/cases.js';
import { compareCase, judge } from '../../reference/golden/compare.js';
import { createGoldenEngine } from '../../reference/golden/compute.js';
import { folder } from './golden-cases.js';

const FOLDER = join(import.meta.dirname, '../goldens/onnx');
const CASES = join(FOLDER, 'cases.json');

describe('golden cases of imported networks', () => {
  it.each([
    'cases.json',
    'signals-and-volumes.json',
    'several-inputs.json',
    'integers-and-vectors.json',
    'parallel-branches.json',
  ])('of %s are within tolerance, features, blocks and parameters', async (name) => {
    const { cases, close } = (await readGoldenFile(join(FOLDER, name))) as GoldenCases;
    const engine = await createGoldenEngine({ threads: 1 });
    const comparisons = [];
    for (const item of cases) comparisons.push(compareCase(item, await engine.compute(item)));
    await engine.close();
    expect(judge(comparisons, close).lines.filter((line) => !line.startsWith('ok'))).toEqual([]);
    const [first, ...others] = comparisons;
    const altered = { ...first!, features: first!.features.map(() => 2e-4) };
    expect(judge([altered, ...others], close).passed).toBe(false);
  });

  it('fill the weights that "scales" names with 1, of any shape, and draw all others', async () => {
    const all = JSON.parse(readFileSync(CASES, 'utf8')) as { file: string }[];
    const nfnet = all.find(({ file }) => file.includes('nfnet'))!;
    cpSync(join(CASES, '..', nfnet.file), join(folder, nfnet.file));
    const engine = await createGoldenEngine({ threads: 1 });
    const blocks = async (fields: object) => {
      const path = join(folder, 'scales.json');
      writeFileSync(path, JSON.stringify([{ ...nfnet, ...fields }]));
      const { cases } = (await readGoldenFile(path)) as GoldenCases;
      return (await engine.compute(cases[0]!)).blocks;
    };
    const drawn = await blocks({});
    // The gains of its scaled standardized convolutions have the shape [c, 1, 1, 1]; without the list they
    // would be drawn like convolutions.
    const graph = readOnnx({ bytes: readFileSync(join(folder, nfnet.file)), file: nfnet.file });
    const gains = [...graph.initializers.keys()].filter((name) => name.endsWith('gain'));
    expect(gains.length).toBeGreaterThan(10);
    expect(await blocks({ scales: [] })).toEqual(drawn);
    expect(await blocks({ scales: gains })).not.toEqual(drawn);
    await engine.close();
  });

  it('name files beside them and no others', async () => {
    const [first] = JSON.parse(readFileSync(CASES, 'utf8')) as [Record<string, unknown>];
    const path = join(folder, 'outside.json');
    writeFileSync(path, JSON.stringify([{ ...first, file: '../resnet.onnx' }]));
    await expect(readGoldenFile(path)).rejects.toThrow(/must be the name of a file beside the cases/);
  });
});
