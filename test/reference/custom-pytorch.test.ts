// Tests custom spaces that are measured as graphs against the same networks in PyTorch, in float64 and under the same weights; needs `npm run setup:optional`.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { graphNetwork } from '../../core/graph/network.js';
import { size } from '../../core/ir/draw.js';
import { goldenDraw } from '../../core/ir/golden-draw.js';
import { parseCandidate } from '../../core/spaces/custom/candidate.js';
import { candidateGraph } from '../../core/spaces/custom/graph.js';
import { ACTIVATIONS } from '../../core/spaces/custom/kinds.js';
import type { Option } from '../../core/spaces/custom/options.js';
import { checkDefinition } from '../../core/spaces/custom/schema.js';
import { splitCandidate } from '../../core/spaces/custom/stem.js';
import { openGraph } from '../../engine/graph/score-graph.js';
import { DENSE_DEFINITION, FEATURES_DEFINITION } from '../core/spaces/custom/spaces.js';
import { pythonWith } from '../support/optional-python.js';

const SCRIPT = fileURLToPath(new URL('../../reference/pytorch/custom.py', import.meta.url));
const python = pythonWith('torch');
const BATCH = 4;
const RESOLUTION = 32;

/** A plain chain too: built as a graph, it must equal the network of its blocks. */
const CHAIN = {
  input: { resolution: RESOLUTION },
  classes: 10,
  stages: [
    { block: 'conv', width: 16 },
    { block: 'basic', width: 24, depth: 2, stride: 2 },
    { block: 'bottleneck', width: 32, expansion: 4, stride: 2 },
    { block: 'inverted', width: 32, expansion: 3 },
    { block: 'identity', width: 48, stride: 2 },
  ],
};

interface Answer {
  readonly shapes: readonly (readonly number[])[];
  readonly features: readonly number[];
  readonly blocks: readonly number[];
  readonly complexity: number;
  readonly parameters: number;
}

/**
 * Together the definitions cover every activation, with and without squeeze-and-excitation, and every kind of
 * pooling, stem and groups.
 */
const WRITTEN = [
  'stem-w16-k3-s2-silu-pool2|conv-w32-g8-dil2-relu6|inverted-d2-e4-se4-hardswish|avgpool-k2|bottleneck-w64-r0.25-g4-dil2-se8-gelu|bottleneck-w96-r0.5-g1-dil1-se8-relu',
  'stem-w24-k5-s1-relu-pool1|conv-w16-g1-dil2-hardswish|basic-d2-se4-silu|maxpool-k3|bottleneck-w96-r0.5-g1-dil1-se0-relu|bottleneck-w96-r0.25-g4-dil2-se8-gelu',
  'stem-w16-k3-s1-relu-pool2|conv-w16-g8-dil1-relu6|inverted-d1-e1-se4-relu|maxpool-k2|bottleneck-w64-r0.5-g4-dil1-se0-gelu|bottleneck-w64-r0.25-g1-dil2-se0-relu',
  'stem-w24-k3-s1-silu-pool1|conv-w32-g1-dil1-hardswish|basic-d1-se0-relu|avgpool-k3|bottleneck-w64-r0.25-g1-dil1-se0-relu|bottleneck-w64-r0.5-g1-dil1-se0-relu',
];

const spaces: readonly (readonly [value: unknown, candidates: readonly string[]])[] = [
  [FEATURES_DEFINITION, WRITTEN],
  [DENSE_DEFINITION, ['dense-d3-e4-gr8|transition-w24|dense', 'dense-d2-e2-gr4|transition-w16|dense']],
  [CHAIN, ['conv|basic|bottleneck|inverted|identity']],
];
const cases = spaces.flatMap(([value, candidates]) => {
  const definition = checkDefinition({ value, source: 'test' });
  return candidates.map((text) => ({ definition, candidate: parseCandidate(definition, text) }));
});

const named = (option: Option) => ({ ...option, activation: ACTIVATIONS[option.activation] });

function answersOfPyTorch(): Answer[] {
  const input = cases.map(({ definition, candidate }) => {
    const { stem, stages } = splitCandidate(definition, candidate);
    const { channels } = definition.input;
    return {
      channels,
      classes: definition.classes,
      batch: BATCH,
      resolution: RESOLUTION,
      stem: named(stem),
      stages: stages.map(named),
    };
  });
  const out = execFileSync(python!, [SCRIPT], { input: JSON.stringify(input), encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}

describe.skipIf(python === undefined)('features, blocks and costs are those of PyTorch', () => {
  test(`${cases.length} candidates`, { timeout: 240_000 }, async () => {
    const answers = answersOfPyTorch();
    const off: number[] = [];
    for (const [i, { definition, candidate }] of cases.entries()) {
      const wanted = answers[i]!;
      const { graph, features, costs } = candidateGraph({ definition, candidate, resolution: RESOLUTION });
      const image = [definition.input.channels, RESOLUTION, RESOLUTION];
      const network = graphNetwork({ graph, batch: BATCH, image, wanted: features.blocks, file: 'test' });
      const { weights } = network.graph;
      expect(weights.map(({ shape }) => shape)).toEqual(wanted.shapes);
      expect(costs).toEqual({ flops: wanted.complexity, parameters: wanted.parameters });
      const opened = await openGraph({ network, threads: 1 });
      const weight = (index: number) => {
        const { shape } = weights[index]!;
        if (shape.length > 1) return goldenDraw.weight({ name: `graph.${index}`, shape });
        return new Float32Array(size(shape)).fill(network.roles[index]!.kind === 'scale' ? 1 : 0);
      };
      const score = await opened
        .score({ images: goldenDraw.input, signs: goldenDraw.signs, weight })
        .finally(() => opened.close());
      expect(score.features).toHaveLength(wanted.features.length);
      score.features.forEach((value, f) => {
        const expected = wanted.features[f]!;
        expect(Math.abs(value - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(1e-4);
      });
      score.blocks.forEach((value, b) => {
        const expected = Number(wanted.blocks[b]);
        off.push(Math.abs(value! - expected) / Math.max(1, Math.abs(expected)));
      });
    }
    // Where an activation is within rounding of its kink, float32 and float64 may differ.
    expect(Math.max(...off)).toBeLessThan(2e-2);
    expect(off.filter((deviation) => deviation < 1e-3).length).toBeGreaterThan(0.9 * off.length);
  });
});
