// Tests that spaces without a supernet, and imported networks, are scored on other devices one by one, as the CPU scores them.
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { structureText } from '../../../core/graph/structure.js';
import { checkDefinition } from '../../../core/spaces/custom/schema.js';
import { openSpace, type SpaceSpecification } from '../../../core/spaces/index.js';
import type { BatchedDevice } from '../../../core/specification/devices.js';
import { type FamilyName, proxiesOfFamily } from '../../../core/specification/families.js';
import { createCpuScorer } from '../../../engine/cpu-scorer.js';
import type { Outcome, ScoreRequest } from '../../../engine/protocol.js';
import { DENSE_DEFINITION, FEATURES_DEFINITION } from '../../core/spaces/custom/spaces.js';
import { built, largestDeviation } from '../../support/engine.js';
import { smallNetwork } from '../../support/small-networks.js';
import { hasNoAdapter } from '../../support/webgpu.js';

// The threads for eigenvalues run compiled files.
const { createBatchedScoring } = (await import(
  built('engine/batched/batched-scoring.js')
)) as typeof import('../../../engine/batched/batched-scoring.js');

const custom = (value: unknown): SpaceSpecification => ({
  kind: 'custom',
  definition: checkDefinition({ value, source: 'test' }),
});
const CHAIN = {
  input: { resolution: 16 },
  classes: 10,
  stages: [
    { block: 'basic', width: 16 },
    { block: 'inverted', width: 24, expansion: 3, stride: 2 },
  ],
};
const TOKENS = {
  input: { resolution: 16 },
  classes: 10,
  stages: [{ block: 'transformer', width: 64, heads: 1, patch: 4 }],
};

const FAMILIES: readonly FamilyName[] = [
  'az-nas',
  'mean-expressivity',
  'sampled-progressivity',
  'residual',
  'counts',
];

function requestOf(space: SpaceSpecification, resolution: number): ScoreRequest {
  const candidate = openSpace(space).random({ seed: 4, draw: 0, name: 'devices' });
  const fidelity = { batch: 2, resolution, weights: 'candidate', features: 'blocks' } as const;
  return {
    space,
    candidate,
    seed: 1,
    draws: [0],
    fidelity,
    families: FAMILIES,
    report: 'details',
  };
}

function imported(): ScoreRequest {
  const bytes = smallNetwork({ widths: [8, 12, 16], kernel: 3 });
  const structure = structureText({ graph: readOnnx({ bytes, file: 'small.onnx' }), constants: new Set() });
  const network = { name: 'small', digest: '0'.repeat(64), macs: 1, parameters: 1, form: 'maps' } as const;
  const space = { kind: 'onnx', resolution: 16, networks: [network] } as const;
  return { ...requestOf(space, 16), candidate: 'small', structure };
}

/**
 * The last maps have several positions, since over one position and two images the gradient of normalization is
 * rounding (docs/guides/gpu.md).
 */
const REQUESTS: readonly ScoreRequest[] = [
  imported(),
  requestOf(custom(CHAIN), 16),
  requestOf(custom(TOKENS), 16),
  requestOf(custom(FEATURES_DEFINITION), 32),
  requestOf(custom(DENSE_DEFINITION), 32),
  requestOf({ kind: 'darts', cells: 3, channels: 4 }, 8),
  requestOf({ kind: 'nas-bench-101' }, 16),
  requestOf({ kind: 'transnas-bench-101', size: 'micro' }, 64),
];
/** Spaces whose networks take long. */
const SLOW: readonly ScoreRequest[] = [
  requestOf({ kind: 'transnas-bench-101', size: 'macro' }, 128),
  requestOf({ kind: 'mobilenet-v2' }, 64),
  requestOf({ kind: 'autoformer', size: 'tiny' }, 32),
];
/** On a GPU emulated in software, larger networks take minutes: `npm run test:devices` scores them there. */
const FEW = 6;
const IS_WHOLE = process.env.ZEROSCOUT_EVERY_SPACE === '1';

function requestsFor(device: BatchedDevice): readonly ScoreRequest[] {
  if (IS_WHOLE) return [...REQUESTS, ...SLOW];
  return device === 'webgpu' ? REQUESTS.slice(0, FEW) : REQUESTS;
}

function scoresOf(outcome: Outcome) {
  if (!('details' in outcome) || !outcome.details) throw new Error(JSON.stringify(outcome));
  return outcome.details.networks[0]!;
}

type Proxies = Readonly<Record<string, number>>;

function proxiesOf(outcome: Outcome): Proxies {
  if (!('result' in outcome)) throw new Error(JSON.stringify(outcome));
  return outcome.result[0]!;
}

describe.each(['cpu-stack', 'webgpu'] as const)('%s', (device: BatchedDevice) => {
  it.skipIf(device === 'webgpu' && hasNoAdapter())(
    'scores all spaces',
    {
      timeout: IS_WHOLE ? 3_600_000 : 300_000,
    },
    async () => {
      const requests = requestsFor(device);
      // `cpu-stack` runs the blocked layout one by one, so it is compared with the plain one, which GPUs run.
      const layout = device === 'cpu-stack' ? 'plain' : 'blocked';
      const cpu = await createCpuScorer({ threads: 2, layout });
      const other = await createBatchedScoring({ device, threads: 2 });
      try {
        const expected = await cpu.scoreAll(requests);
        const found = await other.scoreAll(requests);
        found.forEach((outcome, i) => {
          const { kind } = requests[i]!.space;
          const [got, wanted] = [scoresOf(outcome), scoresOf(expected[i]!)];
          expect(largestDeviation(got.features, wanted.features), kind).toBeLessThan(1e-3);
          expect(largestDeviation(got.blocks, wanted.blocks), kind).toBeLessThan(3e-2);
          const [proxies, others] = [outcome, expected[i]!].map(proxiesOf) as [Proxies, Proxies];
          for (const name of ['residual', ...proxiesOfFamily('counts')])
            expect(proxies[name], kind).toBe(others[name]);
          for (const name of ['mean-expressivity', 'sampled-progressivity'])
            expect(largestDeviation([proxies[name]!], [others[name]!]), kind).toBeLessThan(1e-3);
        });
      } finally {
        await cpu.close();
        await other.close();
      }
    },
  );
});
