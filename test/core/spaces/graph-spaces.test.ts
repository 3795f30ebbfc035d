// Tests the built-in spaces whose networks are graphs: notation, mutation, costs against published tables and
// a second count, exports, scores.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateFiles } from '../../../core/export/candidate-files.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { openSpace, type SpaceSpecification } from '../../../core/spaces/index.js';
import { spaceDefaults } from '../../../core/specification/space.js';
import { readTable } from '../../../core/text/table.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';
import { InferenceSession, Tensor } from '../../../engine/onnx-runtime.js';
import { isMissing } from '../../support/shared.js';

interface Case {
  readonly name: string;
  readonly space: SpaceSpecification;
  /** The side of the images for scores and exports, small so that the test is quick. */
  readonly side: number;
  readonly table: string;
  /** The candidate and the parameters of a row of the table. */
  readonly candidateOf: (row: Readonly<Record<string, string>>) => string;
  readonly parametersOf: (row: Readonly<Record<string, string>>) => number;
  readonly bad: readonly (readonly [string, RegExp])[];
}

/** A genotype with this second edge. */
function genotype(operation: string, from: number): string {
  const rest = "('none', 0), ('none', 1), ('none', 0), ('none', 1), ('none', 0), ('none', 1)";
  const cell = `[('none', 0), ('${operation}', ${from}), ${rest}]`;
  return `Genotype(normal=${cell}, normal_concat=range(2, 6), reduce=${cell}, reduce_concat=range(2, 6))`;
}

const CASES: readonly Case[] = [
  {
    name: 'nas-bench-101',
    space: { kind: 'nas-bench-101' },
    side: 8,
    table: 'nas-bench-101.csv',
    candidateOf: ({ matrix, operations }) => `${matrix} ${operations}`,
    parametersOf: ({ parameters }) => Number(parameters),
    bad: [
      ['2 input output', /matrix/],
      ['1 input conv3x3-bn-relu output', /1 digits; must have 3/],
      ['101 input conv3x3-bn-rely output', /did you mean "conv3x3-bn-relu"/],
      ['100 input conv3x3-bn-relu output', /no path/],
      ['1 output input', /first operation must be input/],
      [`${'1'.repeat(15)} input ${'maxpool3x3 '.repeat(4)}output`, /15 edges/],
    ],
  },
  {
    name: 'transnas-bench-101 micro',
    space: { kind: 'transnas-bench-101', size: 'micro' },
    side: 32,
    table: 'transnas-bench-101-micro.csv',
    candidateOf: ({ arch }) => arch!,
    parametersOf: ({ parameters_m }) => Math.round(Number(parameters_m) * 1e6),
    bad: [
      ['64-41414-4_00_000', /digit from 0 to 3/],
      ['64-41414-0_000_00', /64-41414-a_bc_def/],
    ],
  },
  {
    name: 'transnas-bench-101 macro',
    space: { kind: 'transnas-bench-101', size: 'macro' },
    side: 64,
    table: 'transnas-bench-101-macro.csv',
    candidateOf: ({ arch }) => arch!,
    parametersOf: ({ parameters_m }) => Math.round(Number(parameters_m) * 1e6),
    bad: [
      ['64-124-basic', /3 modules; must have 4 to 6/],
      ['64-1115-basic', /digit from 1 to 4/],
      ['64-1112-basic', /halves the resolution in 0 modules/],
      ['64-4444-basic', /doubles the channels in 4 modules/],
    ],
  },
  {
    name: 'darts',
    space: { kind: 'darts' },
    side: 8,
    table: 'darts.csv',
    candidateOf: ({ arch }) => arch!,
    parametersOf: ({ parameters_m }) => Math.round(Number(parameters_m) * 1e6),
    bad: [
      ['Genotype()', /must be Genotype\(normal=/],
      [genotype('sep_conv_7x7', 1), /unknown operation "sep_conv_7x7"; did you mean/],
      [genotype('none', 0), /node 2 reads node 0 twice/],
      [genotype('none', 2), /node 2 reads node 2; must be one of 0 to 1/],
      [genotype('none', 1).replace('range(2, 6)', '[4, 5]'), /normal_concat: found \[4, 5\]/],
    ],
  },
];

const key = (draw: number) => ({ seed: 1, draw, name: 'test' });

describe.each(CASES)('$name', ({ space: specification, side, bad, ...rest }) => {
  const space = openSpace(specification);
  const { resolution } = spaceDefaults(specification);

  it('prints what it parses, and mutations stay in the space', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 3 }), (draw, mutations) => {
        const candidate = space.random(key(draw));
        expect(space.parse(candidate)).toBe(candidate);
        const child = space.mutate({ parent: candidate, key: key(draw), mutations });
        expect(space.parse(child)).toBe(child);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it.each(bad)('%s: %s', (text, message) => {
    expect(() => space.parse(text)).toThrow(message);
  });

  it('a candidate and its representative have one key and one cost, and the costs of a file read back', () => {
    for (let draw = 0; draw < 3; draw++) {
      const candidate = space.random(key(draw));
      const other = space.representative!(candidate);
      expect(space.canonicalKey(other)).toBe(space.canonicalKey(candidate));
      const { costs, graph, features } = space.graph!({ candidate: other, resolution: side });
      const image = [3, side, side];
      const network = graphNetwork({ graph, batch: 2, image, wanted: features.blocks, file: other });
      const files = candidateFiles({ space, candidate: other, resolution: side });
      expect(files.trainableParameters).toBe(network.costs.parameters);
      // Layers that reach no output are counted but are not in the graph.
      expect(network.costs.macs).toBeLessThanOrEqual(costs.flops);
      expect(network.costs.parameters).toBeLessThanOrEqual(costs.parameters);
      expect(network.features).toHaveLength(features.blocks.length);
    }
  });

  it('exports a model that ONNX Runtime runs', async () => {
    const files = candidateFiles({ space, candidate: space.random(key(1)), resolution: side });
    const draw = randomDraw({ seed: 1, draw: 0 });
    const session = await InferenceSession.create(files.onnx(draw));
    const shape = [2, 3, side, side];
    const { logits } = await session.run({ images: new Tensor('float32', draw.input(shape), shape) });
    expect(logits!.dims[0]).toBe(2);
    expect(Array.from(logits!.data as Float32Array).every(Number.isFinite)).toBe(true);
    await session.release();
    expect(files.pytorch('a line')).toContain('class Network(nn.Module)');
  });

  it.each(['blocks', 'stages'] as const)('scores %s', async (features) => {
    const scorer = await createCpuScorer({ threads: 1 });
    try {
      const fidelity = { draws: 1, batch: 2, resolution: side, weights: 'shared', features } as const;
      const candidate = space.random(key(3));
      const request = { space: specification, candidate, seed: 1, draws: [0], fidelity };
      const [one] = await scorer.score(request);
      expect(Number.isFinite(one!.expressivity)).toBe(true);
      expect(Number.isNaN(one!.trainability)).toBe(false);
    } finally {
      await scorer.close();
    }
  });

  const file = join(
    process.env.ZEROSCOUT_SHARED ?? join(import.meta.dirname, '../../../../shared'),
    'benchmarks',
    rest.table,
  );
  it.skipIf(isMissing(file))('parameters are those of the table, row for row', () => {
    const { names = [], rows } = readTable({
      text: readFileSync(file, 'utf8'),
      source: file,
      shape: 'arch,...',
    });
    const named = rows.map(({ cells }) => Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ''])));
    // Some rows have accuracies but no parameters.
    const counted = named.filter((row) => row.parameters !== '' && row.parameters_m !== '');
    const wrong = counted.filter((row) => {
      const candidate = space.parse(rest.candidateOf(row));
      return space.costs({ candidate, resolution }).parameters !== rest.parametersOf(row);
    });
    expect(wrong).toEqual([]);
    expect(counted.length).toBeGreaterThan(500);
  });
});
