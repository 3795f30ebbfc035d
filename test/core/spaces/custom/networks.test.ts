// Tests networks of custom spaces, and that they equal those of built-in spaces with the same definition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, topologyKey } from '../../../../core/ir/block.js';
import { channelsOf, type Shape } from '../../../../core/ir/shape.js';
import { blockShapes } from '../../../../core/ops/block-shapes.js';
import { CHOICES } from '../../../../core/spaces/autoformer/choices.js';
import { architectureCosts } from '../../../../core/spaces/autoformer/costs.js';
import { architectureNetwork } from '../../../../core/spaces/autoformer/network.js';
import { nasBench201 } from '../../../../core/spaces/nas-bench-201/definition.js';
import { anyCandidate, CELLS, HYBRID, MIXED, space, TOKENS } from './spaces.js';

describe('networks', () => {
  it('NAS-Bench-201 written as a definition has its blocks and its costs', () => {
    const candidate =
      '|nor_conv_3x3~0|+|nor_conv_1x1~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';
    const cells = (width: number) => ({ block: 'cell', width, depth: 5, cell: candidate });
    const definition = {
      input: { resolution: 32 },
      classes: 10,
      stages: [
        cells(16),
        { block: 'reduction', width: 32 },
        cells(32),
        { block: 'reduction', width: 64 },
        cells(64),
      ],
    };
    const ours = space(definition);
    const at = { candidate: 'cell|reduction|cell|reduction|cell', resolution: 32 };
    expect(ours.size).toBe(1n);
    const one = ours.network(at);
    const other = nasBench201.network({ candidate, resolution: 32 });
    expect([one.stem, ...one.blocks].map(topologyKey)).toEqual(
      [other.stem, ...other.blocks].map(topologyKey),
    );
    const published = nasBench201.costs({ candidate, resolution: 32 });
    // The published count includes one for each bias of the classifier.
    expect(ours.costs(at)).toEqual({
      flops: published.flops - 10,
      parameters: published.parameters,
      layers: 17,
    });
  });

  it('an AutoFormer network written as a definition has its blocks and its parameters', () => {
    const layers = [
      { heads: 3, ratio: 3.5 },
      { heads: 4, ratio: 4 },
    ];
    const choices = { ...CHOICES.tiny, depths: [2] };
    const { stem, blocks } = architectureNetwork({
      architecture: { width: 192, layers },
      choices,
      resolution: 64,
    });
    const ours = space({
      input: { resolution: 64 },
      classes: 1000,
      stages: layers.map((layer) => ({ block: 'transformer', width: 192, ...layer })),
    });
    const at = { candidate: 'transformer|transformer', resolution: 64 };
    const network = ours.network(at);
    const sizes = ({ weights }: Block) => Object.values(weights).map(({ shape }) => shape);
    expect([network.stem, ...network.blocks].map(topologyKey)).toEqual([stem, ...blocks].map(topologyKey));
    expect([network.stem, ...network.blocks].map(sizes)).toEqual([stem, ...blocks].map(sizes));
    expect(network.identities).toBe('skipped');
    expect(ours.proxies).toEqual(['expressivity', 'trainability', 'complexity']);
    const architecture = { width: 192, layers };
    const { parameters } = architectureCosts({ architecture, resolution: 64 });
    // 16 patches and 17 tokens; for each layer, q = 64 heads and hidden channels = 192 ratio.
    const products = (q: number, hidden: number) => 17 * (4 * 192 * q + 2 * 192 * hidden) + 2 * 17 ** 2 * q;
    const flops = 16 * 768 * 192 + products(192, 672) + products(256, 768) + 192_000;
    expect(ours.costs(at)).toEqual({ flops, parameters, layers: 2 });
  });

  it('fit together, shrink by the strides, and have weights of names of their own', () => {
    fc.assert(
      fc.property(anyCandidate, ({ space, candidate }) => {
        const resolution = [MIXED, TOKENS, HYBRID, CELLS].includes(space) ? 16 : 32;
        const { stem, blocks, stageEnds, inputChannels } = space.network({ candidate, resolution });
        let shape: Shape = [inputChannels!, resolution, resolution];
        for (const block of [stem, ...blocks]) {
          const shapes = blockShapes({ block, input: shape });
          for (const { operation, inputs } of block.instructions)
            if (operation === 'sum') expect(new Set(inputs.map((i) => String(shapes[i]))).size).toBe(1);
          for (const [i, { operation, inputs, slot }] of block.instructions.entries())
            if (['conv', 'linear', 'patchEmbedding'].includes(operation))
              expect(block.weights[slot]!.shape[1], `${block.name} ${i}`).toBe(
                channelsOf(shapes[inputs[0]!]!),
              );
          shape = shapes.at(-1)!;
        }
        const side = resolution / space.resolutionStep(candidate);
        if (shape.length === 3) expect(shape[1]).toBe(side);
        else expect(shape[0]).toBe(side ** 2 + 1);
        expect(space.resolutionStep() % space.resolutionStep(candidate)).toBe(0);
        const ends = stageEnds!.map((end) => blocks[end]!.form);
        const maps = candidate.split('|').filter((stage) => !stage.startsWith('transformer')).length;
        expect(ends.filter((form) => form === 'map')).toHaveLength(maps);
        // All blocks of tokens except the one that is the stem.
        expect(ends.filter((form) => form === 'tokens')).toHaveLength(
          blocks.filter(({ form }) => form === 'tokens').length,
        );
        expect(stageEnds!.at(-1)).toBe(blocks.length - 1);
        const names = [stem, ...blocks].flatMap(({ weights }) =>
          Object.values(weights).map(({ name }) => name),
        );
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});
