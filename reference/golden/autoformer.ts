// Reads golden files of AutoFormer: cases, and checks of costs.
import { z } from 'zod';
import { autoformer } from '../../core/spaces/autoformer/definition.js';
import type { Costs } from '../../core/spaces/space.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { autoformerDraw, PROFILES } from './autoformer-draw.js';
import { beyondMemory, isRecord, list, number, proxyValue, size, text, withinMemory } from './fields.js';
import type { CaseKind, Check, CheckKind, GoldenCase } from './kind.js';

/** The tolerance of a float32 engine in SPACE.md, section 5. */
const TOLERANCE = 1e-5;

const architecture = {
  space: z.enum(['Tiny', 'Small', 'Base']),
  depth: number,
  embedDim: number,
  mlpRatio: list(number),
  numHeads: list(number),
  resolution: size(16),
} as const;
type Architecture = z.output<z.ZodObject<typeof architecture>>;

/** The space, and the candidate in its usual spelling. */
function read(
  { space: name, depth, embedDim, mlpRatio, numHeads }: Architecture,
  context: z.core.$RefinementCtx,
) {
  const space = {
    kind: 'autoformer',
    size: name.toLowerCase() as Lowercase<typeof name>,
  } as const satisfies SpaceSpecification;
  try {
    return {
      space,
      candidate: autoformer(space).parse(JSON.stringify({ depth, embedDim, mlpRatio, numHeads })),
    };
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
}

const flops = (costs: Costs) => costs.flops;
const parameters = (costs: Costs) => costs.parameters;

const isList = (json: unknown, is: (item: Record<string, unknown>) => boolean) =>
  Array.isArray(json) && json.some((item) => isRecord(item) && 'embedDim' in item && is(item));

export const autoformerCases: CaseKind = {
  kind: 'autoformer',
  looks: 'a list of cases with "embedDim" and "trainabilityPerBlock"',
  is: (json) => isList(json, (item) => 'trainabilityPerBlock' in item),
  schema: z
    .object({
      ...architecture,
      batch: size(1),
      profile: z.enum(PROFILES),
      zero: list(text),
      expressivityPerFeature: list(proxyValue),
      trainabilityPerBlock: list(proxyValue.nullable()),
      expressivity: proxyValue,
      trainability: proxyValue,
      complexity: number,
      params: number,
      paramsAt224: number,
      flopsAt224: number,
    })
    .refine(withinMemory, beyondMemory)
    .superRefine(({ depth, expressivityPerFeature, trainabilityPerBlock }, context) => {
      for (const [field, found, expected] of [
        ['expressivityPerFeature', expressivityPerFeature.length, 2 * depth],
        ['trainabilityPerBlock', trainabilityPerBlock.length, 2 * depth - 1],
      ] as const)
        if (found !== expected)
          context.addIssue({
            code: 'custom',
            path: [field],
            message: `found ${found} values; must be ${expected}`,
          });
    })
    .transform(
      (item, context): GoldenCase => ({
        ...read(item, context),
        batch: item.batch,
        resolution: item.resolution,
        draw: autoformerDraw(item),
        expressivityPerFeature: item.expressivityPerFeature,
        trainabilityPerBlock: item.trainabilityPerBlock,
        expressivity: item.expressivity,
        trainability: item.trainability,
        tolerances: { feature: TOLERANCE, block: TOLERANCE },
        costs: [
          { name: 'FLOPs', expected: item.complexity, resolution: item.resolution, of: flops },
          { name: 'parameters', expected: item.params, resolution: item.resolution, of: parameters },
          { name: 'FLOPs at 224', expected: item.flopsAt224, resolution: 224, of: flops },
          { name: 'parameters at 224', expected: item.paramsAt224, resolution: 224, of: parameters },
        ],
      }),
    ),
};

const costRows = z.array(
  z
    .object({ ...architecture, params: number, flops: number })
    .transform((item, context) => ({ ...item, ...read(item, context) })),
);

export const autoformerCosts: CheckKind = {
  kind: 'autoformer costs',
  looks: 'a list of rows with "embedDim" and "flops"',
  is: (json) => isList(json, (item) => 'flops' in item),
  check: (json) =>
    costRows
      .parse(json, { reportInput: true })
      .map(({ space, candidate, resolution, ...expected }): Check => {
        const found = autoformer(space).costs({ candidate, resolution });
        const differences = [
          ['FLOPs', expected.flops, found.flops] as const,
          ['parameters', expected.params, found.parameters] as const,
        ].flatMap(([name, right, here]) => (right === here ? [] : [`${name} ${here}, expected ${right}`]));
        return { name: `${space.size} ${candidate}`, differences };
      }),
};
