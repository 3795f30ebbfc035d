// Reads golden cases of imported ONNX networks; shared/goldens/onnx/README.md explains their fields.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { graphNetwork } from '../../core/graph/network.js';
import { readOnnx } from '../../core/graph/read-onnx.js';
import { size as sizeOf } from '../../core/ir/draw.js';
import { goldenDraw } from '../../core/ir/golden-draw.js';
import { expressivity, progressivity, trainability } from '../../core/proxies/az-nas.js';
import { openGraph } from '../../engine/graph/score-graph.js';
import type { Computed } from './compare.js';
import { isRecord, list, number, proxyValue, size, text } from './fields.js';
import type { CaseKind, OnnxCase } from './kind.js';

const fileName = text.refine((name) => name !== '' && !/[/\\]/.test(name), {
  error: ({ input }) => `found "${input}"; must be the name of a file beside the cases`,
});

export const onnx: CaseKind = {
  kind: 'onnx',
  looks: 'a list of cases with "kind": "onnx"',
  is: (json) => Array.isArray(json) && json.some((item) => isRecord(item) && item.kind === 'onnx'),
  close: { block: 2e-4, share: 0.9 },
  schema: z
    .object({
      kind: z.literal('onnx'),
      file: fileName,
      batch: size(1),
      /** Channels and sides of an image; samples alone where the network reads [batch, samples]. */
      input: list(size(1)).min(1).max(4),
      weights: z.literal('file'),
      features: z.array(text).min(2),
      expressivityPerFeature: list(proxyValue),
      trainabilityPerBlock: list(proxyValue.nullable()),
      parameters: number,
      /**
       * Names of the weights that are 1 if the file holds no numbers; by default those of one dimension that
       * scale.
       */
      scales: z.array(text).optional(),
      /** The deviation of PyTorch in float32, if it is known. */
      float32Deviation: number.default(0),
    })
    .transform(({ file, input, features, parameters, scales, float32Deviation, ...item }): OnnxCase => {
      const { expressivityPerFeature, trainabilityPerBlock } = item;
      return {
        file,
        image: input,
        features,
        scales,
        candidate: file,
        batch: item.batch,
        resolution: input.at(-1)!,
        expressivityPerFeature,
        trainabilityPerBlock,
        expressivity: expressivity(expressivityPerFeature),
        progressivity: progressivity(expressivityPerFeature),
        trainability: trainability(trainabilityPerBlock),
        costs: [
          {
            name: 'parameters',
            expected: parameters,
            resolution: input.at(-1)!,
            of: (costs) => costs.parameters,
          },
        ],
        tolerances: {
          feature: Math.max(1e-4, 5 * float32Deviation),
          block: Math.max(2e-2, 5 * float32Deviation),
        },
      };
    }),
};

/** Computes a case with the weights in its file. */
export async function computeOnnx({
  item,
  threads,
}: {
  readonly item: OnnxCase;
  readonly threads: number;
}): Promise<Computed> {
  const { file, image, features: wanted, scales, batch, costs } = item;
  const graph = readOnnx({ bytes: await readFile(file), file, merged: 'kept' });
  const network = graphNetwork({ graph, batch, image, wanted, file });
  const opened = await openGraph({ network, threads, weights: 'own' });
  const { weights } = network.graph;
  const draw = {
    images: goldenDraw.input,
    signs: goldenDraw.signs,
    weight: (i: number) => {
      const { initializer, name, shape } = weights[i]!;
      const values = initializer.read();
      if (values) return Float32Array.from(values);
      const isScale = scales
        ? scales.includes(name)
        : shape.length === 1 && network.roles[i]!.kind === 'scale';
      return drawNamedWeight({ name, shape, isScale });
    },
  };
  const { features, blocks } = await opened.score(draw).finally(() => opened.close());
  const counted = { flops: network.costs.macs, parameters: network.costs.parameters };
  return {
    features,
    blocks,
    expressivity: expressivity(features),
    progressivity: progressivity(features),
    trainability: trainability(blocks),
    costs: costs.map(({ of }) => of(counted)),
  };
}

/** Draws the weights of files that hold none, as the README of the golden files defines them. */
function drawNamedWeight({
  name,
  shape,
  isScale,
}: {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isScale: boolean;
}): Float32Array {
  if (isScale) return new Float32Array(sizeOf(shape)).fill(1);
  return shape.length > 1 ? goldenDraw.weight({ name, shape }) : new Float32Array(sizeOf(shape));
}
