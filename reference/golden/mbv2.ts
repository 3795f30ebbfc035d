// Reads golden cases of MobileNetV2.
import { z } from 'zod';
import { goldenDraw } from '../../core/ir/golden-draw.js';
import { mobileNetV2 } from '../../core/spaces/mobilenet-v2/definition.js';
import { beyondMemory, candidate, isRecord, list, number, proxyValue, size, withinMemory } from './fields.js';
import type { CaseKind, GoldenCase } from './kind.js';

/**
 * SPACE.md, section 7: a block may deviate by BLOCK, or by a multiple of the deviation of the published code
 * in float32.
 */
const BLOCK = 1e-3;
const TIMES = 5;

export const mbv2: CaseKind = {
  kind: 'mbv2',
  looks: 'a list of cases with "structure" and "trainabilityPerBlock"',
  is: (json) =>
    Array.isArray(json) &&
    json.some((item) => isRecord(item) && 'structure' in item && 'trainabilityPerBlock' in item),
  schema: z
    .object({
      structure: candidate(mobileNetV2.parse),
      batch: size(1),
      resolution: size(1),
      expressivityPerFeature: list(proxyValue),
      trainabilityPerBlock: list(proxyValue),
      expressivity: proxyValue,
      progressivity: proxyValue,
      trainability: proxyValue,
      flops: number,
      flops224: number,
      params: number,
      numLayers: number,
      float32: z.object({ maxBlockRelativeDeviation: number }).optional(),
    })
    .refine(withinMemory, beyondMemory)
    .superRefine(({ structure, resolution, expressivityPerFeature, trainabilityPerBlock }, context) => {
      const issue = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [field], message });
      const step = mobileNetV2.resolutionStep(structure);
      if (resolution % step) issue('resolution', `found ${resolution}; must be a multiple of ${step}`);
      const blocks = mobileNetV2.network({ candidate: structure, resolution }).blocks.length;
      for (const [field, found, expected] of [
        ['expressivityPerFeature', expressivityPerFeature.length, blocks + 1],
        ['trainabilityPerBlock', trainabilityPerBlock.length, blocks],
      ] as const)
        if (found !== expected) issue(field, `found ${found} values; must be ${expected}`);
    })
    .transform(
      ({ structure, flops, flops224, params, numLayers, float32, ...rest }): GoldenCase => ({
        ...rest,
        space: { kind: 'mobilenet-v2' },
        candidate: structure,
        draw: goldenDraw,
        tolerances: {
          feature: 5e-4,
          block: Math.max(BLOCK, TIMES * (float32?.maxBlockRelativeDeviation ?? 0)),
        },
        costs: [
          { name: 'FLOPs', expected: flops, resolution: rest.resolution, of: (costs) => costs.flops },
          { name: 'FLOPs at 224', expected: flops224, resolution: 224, of: (costs) => costs.flops },
          { name: 'parameters', expected: params, resolution: 224, of: (costs) => costs.parameters },
          { name: 'layers', expected: numLayers, resolution: 224, of: (costs) => costs.layers! },
        ],
      }),
    ),
};
