// Reads golden cases of NAS-Bench-201.
import { z } from 'zod';
import { goldenDraw } from '../../core/ir/golden-draw.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import {
  beyondMemory,
  candidate,
  isRecord,
  number,
  proxyValue,
  size,
  values,
  withinMemory,
} from './fields.js';
import type { CaseKind, GoldenCase } from './kind.js';

/** The features of the skeleton: the stem's, and one for each of 15 cells and 2 residual blocks. */
const FEATURES = 18;

export const nb201: CaseKind = {
  kind: 'nb201',
  looks: 'a list of cases with "arch"',
  is: (json) => Array.isArray(json) && json.some((item) => isRecord(item) && 'arch' in item),
  // Source: goldens/README.md.
  close: { block: 2e-4, share: 0.9 },
  schema: z
    .object({
      arch: candidate(nasBench201.parse),
      batch: size(1),
      resolution: size(4),
      expressivityPerFeature: values(FEATURES),
      trainabilityPerBlock: values(FEATURES - 1),
      expressivity: proxyValue,
      progressivity: proxyValue,
      trainability: proxyValue,
      megaflops: number,
      megaparams: number,
    })
    .refine(withinMemory, beyondMemory)
    .transform(
      ({ arch, megaflops, megaparams, ...rest }): GoldenCase => ({
        ...rest,
        space: { kind: 'nas-bench-201' },
        candidate: arch,
        draw: goldenDraw,
        tolerances: { feature: 1e-4, block: 5e-3 },
        costs: [
          { name: 'MFLOPs', expected: megaflops, resolution: 32, of: ({ flops }) => flops / 1e6 },
          {
            name: 'Mparams',
            expected: megaparams,
            resolution: 32,
            of: ({ parameters }) => parameters / 1e6,
          },
        ],
      }),
    ),
};
