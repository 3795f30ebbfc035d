// Lists what is measured on each space that the PyTorch baseline knows: candidates, batches, resolutions.
import { sample } from '../../core/random/shuffle.js';
import { openSpace } from '../../core/spaces/index.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import type { SpaceSpecification } from '../../core/specification/space.js';

export interface Scenario {
  readonly name: string;
  readonly space: SpaceSpecification;
  readonly batch: number;
  readonly resolution: number;
  /** The speedup over the baseline that was promised, if any. */
  readonly target?: number;
  /** The number of candidates in a round, if it differs from that of the command line. */
  readonly count?: number;
  /** `round` -1 is the warm-up. For searches that always meet new candidates, each round has its own. */
  candidates(round: number, count: number): readonly string[];
}

export const NAS_BENCH_201_BATCHES = [8, 16, 64] as const;

const nasBench201Scenarios: readonly Scenario[] = NAS_BENCH_201_BATCHES.map((batch) => ({
  name: `batch ${batch}`,
  space: { kind: 'nas-bench-201' },
  batch,
  resolution: 32,
  candidates: (_round, count) => randomNasBench201(count),
}));

export function randomNasBench201(count: number): string[] {
  const key = { seed: 201, draw: 0, name: 'bench' };
  return sample({ key, count, size: nasBench201.enumeration.size }).map(nasBench201.enumeration.at);
}

/** A child of the published search under 450 MFLOPs at 224 pixels; it has 445. */
const CHILD_445M =
  'SuperConvK3BNRELU(3,16,2,1)SuperResIDWE2K3(16,32,2,40,2)SuperResIDWE4K3(32,8,2,120,2)SuperResIDWE4K5(8,96,2,128,3)SuperResIDWE2K3(96,192,2,24,4)SuperConvK1BNRELU(192,2048,1,1)';

const mobileNetV2: SpaceSpecification = { kind: 'mobilenet-v2' };
const mobileNetV2Scenarios: readonly Scenario[] = [
  {
    name: 'random candidates',
    space: mobileNetV2,
    batch: 16,
    resolution: 64,
    target: 4,
    candidates: (round, count) => randomCandidates({ space: mobileNetV2, round, count }),
  },
  {
    name: 'children of a 445 MFLOPs network',
    space: mobileNetV2,
    batch: 16,
    resolution: 64,
    target: 4,
    count: 8,
    candidates: (round, count) => children({ space: mobileNetV2, parent: CHILD_445M, round, count }),
  },
  {
    name: 'children of a 445 MFLOPs network',
    space: mobileNetV2,
    batch: 8,
    resolution: 224,
    target: 2,
    count: 4,
    candidates: (round, count) => children({ space: mobileNetV2, parent: CHILD_445M, round, count }),
  },
  {
    name: 'children of a 445 MFLOPs network, for the memory',
    space: mobileNetV2,
    batch: 16,
    resolution: 224,
    count: 4,
    candidates: (round, count) => children({ space: mobileNetV2, parent: CHILD_445M, round, count }),
  },
  {
    name: 'a 445 MFLOPs network, again and again',
    space: mobileNetV2,
    batch: 8,
    resolution: 224,
    target: 2,
    count: 4,
    candidates: (_round, count) => Array.from({ length: count }, () => CHILD_445M),
  },
];

const DEPTH_13_WIDTH_216 = /^w216(-[^-]+){13}$/;
const autoformerTiny: SpaceSpecification = { kind: 'autoformer', size: 'tiny' };
const autoformerScenarios: readonly Scenario[] = [
  {
    name: 'random candidates of depth 13 and width 216',
    space: autoformerTiny,
    batch: 4,
    resolution: 224,
    target: 1.5,
    count: 4,
    candidates: (round, count) =>
      randomLike({ space: autoformerTiny, like: DEPTH_13_WIDTH_216, round, count }),
  },
];

/** The scenarios by kind of space; results use these names too. */
export const SCENARIOS = {
  'nas-bench-201': nasBench201Scenarios,
  'mobilenet-v2': mobileNetV2Scenarios,
  autoformer: autoformerScenarios,
} as const satisfies Readonly<Record<string, readonly Scenario[]>>;
export type BenchSpace = keyof typeof SCENARIOS;
export const BENCH_SPACES = Object.keys(SCENARIOS) as BenchSpace[];

interface Drawn {
  readonly space: SpaceSpecification;
  readonly round: number;
  readonly count: number;
}

const SEED = 201;

function randomCandidates({ space, round, count }: Drawn): string[] {
  const { random } = openSpace(space);
  return Array.from({ length: count }, (_, i) => random({ seed: SEED, draw: i, name: `bench.${round}` }));
}

/** Random candidates whose text matches a regular expression. */
function randomLike({ space, like, round, count }: Drawn & { readonly like: RegExp }): string[] {
  const { random } = openSpace(space);
  const found: string[] = [];
  for (let draw = 0; found.length < count; draw++) {
    const candidate = random({ seed: SEED, draw, name: `bench.${round}` });
    if (like.test(candidate)) found.push(candidate);
  }
  return found;
}

/**
 * Children with two replacements, as an evolution breeds them, whose FLOPs are within a tenth of the
 * parent's.
 */
function children({ space, parent, round, count }: Drawn & { readonly parent: string }): string[] {
  const { mutate, costs } = openSpace(space);
  const flops = (candidate: string) => costs({ candidate, resolution: 224 }).flops;
  const found: string[] = [];
  for (let draw = 0; found.length < count; draw++) {
    const key = { seed: SEED, draw, name: `bench.${round}` };
    const child = mutate({ parent, key, mutations: 2 });
    if (child !== parent && Math.abs(flops(child) / flops(parent) - 1) < 0.1) found.push(child);
  }
  return found;
}
