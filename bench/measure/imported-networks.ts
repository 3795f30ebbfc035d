// Measures the scoring of networks that were read from ONNX files, beside eager PyTorch computing the same.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKeptConstants, loadNetwork } from '../../client/networks/load-network.js';
import { structureText } from '../../core/graph/structure.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { createScorerPool } from '../../engine/scorer-pool.js';
import { MEMORY_FORMATS, type MemoryFormat, startProgram } from './baseline.js';
import { peakResidentBytes } from './machine.js';
import { productMilliseconds } from './matrix-product.js';
import { SCRIPTS } from './pure.js';
import { median, spread } from './statistics.js';

/** Networks of torchvision. */
const NETWORKS = [
  'resnet18',
  'mobilenet_v3_large',
  'efficientnet_b0',
  'regnet_y_400mf',
  'convnext_tiny',
  'vit_b_16',
  'swin_t',
];
const [BATCH, RESOLUTION] = [8, 224];
const [MEGA, GIGA] = [1e6, 1e9];
/** The speedups that were promised over the networks: the median, and the least. */
const TARGET = { median: 1.5, least: 1, memory: 3e9 };
/**
 * The networks that both sides score before they are measured: processes grow and JavaScript is compiled until
 * about the fourth.
 */
const WARM_UPS = 4;

interface Answer {
  readonly milliseconds: number;
  readonly error?: string;
  readonly [version: string]: unknown;
}
type Torch = Awaited<ReturnType<typeof startTorch>>;

interface Loaded {
  readonly name: string;
  readonly file: string;
  readonly features: readonly { readonly name: string; readonly channelAxis: number }[];
  readonly space: SpaceSpecification;
  readonly structure: string;
}

/** Exports files of the seven networks to `folder`, unless they exist there already. */
export async function compareImportedNetworks({
  folder,
  rounds,
}: {
  readonly folder?: string | undefined;
  readonly rounds: number;
}) {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'zeroscout-onnx-')));
  await mkdir(place, { recursive: true });
  const torch = await startTorch();
  const cores = availableParallelism();
  console.log(
    `${RESOLUTION} pixels, batch ${BATCH}, milliseconds a network; ${cores} scorers of one thread, PyTorch with ${cores} threads, ${rounds} rounds, sides alternating\n`,
  );
  const rows: Awaited<ReturnType<typeof compare>>[] = [];
  let products: Products | undefined;
  try {
    products = await measureProducts(torch);
    console.log(
      `a product of two ${products.size} x ${products.size} matrices on one core: ${products.ours.toFixed(0)} GFLOP/s with ONNX Runtime, ${products.theirs.toFixed(0)} with PyTorch\n`,
    );
    for (const name of NETWORKS) {
      const loaded = await load({ name, file: join(place, `${name}.onnx`), torch });
      rows.push(await compare({ loaded, torch, rounds, cores }));
    }
  } finally {
    await torch.close();
    if (folder === undefined) await rm(place, { recursive: true });
  }
  const ratios = rows.map(({ ratios }) => ratios.contiguous.median);
  const [middle, least] = [median(ratios), Math.min(...ratios)];
  const peak = Math.max(...rows.map(({ scorerPeakBytes }) => scorerPeakBytes));
  console.log(
    `\nmedian ratio ${middle.toFixed(2)} (at least ${TARGET.median} wanted), least ${least.toFixed(2)} (at least ${TARGET.least}); a scorer ${(peak / GIGA).toFixed(1)} GB (below ${TARGET.memory / GIGA})`,
  );
  return {
    versions: torch.versions,
    batch: BATCH,
    resolution: RESOLUTION,
    rounds,
    warmUps: WARM_UPS,
    products,
    rows,
  };
}

interface Products {
  readonly size: number;
  readonly ours: number;
  readonly theirs: number;
}

/**
 * GFLOP/s of a product of two matrices, the fastest of several, with one thread. They bound what either side can
 * reach, and differ between generations of processors.
 */
async function measureProducts(torch: Torch): Promise<Products> {
  const [size, rounds] = [1024, 20];
  const gigaflops = (milliseconds: number) => (2 * size ** 3) / milliseconds / MEGA;
  const ours = await productMilliseconds(size, rounds);
  const theirs = (await torch.ask({ do: 'product', size, rounds })).milliseconds;
  return { size, ours: gigaflops(ours), theirs: gigaflops(theirs) };
}

/** The PyTorch side: reference/pytorch/networks.py. */
async function startTorch() {
  const { first, ask, close } = await startProgram<Answer>('networks.py');
  return {
    versions: first,
    ask: async (request: object): Promise<Answer> => {
      const answer = await ask(request);
      if (answer.error !== undefined) throw new Error(`the baseline failed: ${answer.error}`);
      return answer;
    },
    close,
  };
}

/** Reads the file, and lets PyTorch cut its own network at the features that were found in it. */
async function load({
  name,
  file,
  torch,
}: {
  readonly name: string;
  readonly file: string;
  readonly torch: Torch;
}): Promise<Loaded> {
  await torch.ask({ do: 'export', network: name, file });
  const options = {
    batch: BATCH,
    resolution: RESOLUTION,
    features: 'stages',
    normalization: 'file',
  } as const;
  const { digest, source, network } = await loadNetwork({ file, options });
  const { macs, parameters } = network.costs;
  const networks = [{ name, digest, macs, parameters, form: 'maps' as const }];
  const features = network.features.map((feature) => ({
    name: feature.name,
    channelAxis: feature.channelAxis,
  }));
  await torch.ask({
    do: 'cut',
    name,
    file,
    features: features.map((feature) => feature.name),
    axes: features.map(({ channelAxis }) => channelAxis),
    resolution: RESOLUTION,
  });
  return {
    name,
    file,
    features,
    space: { kind: 'onnx', resolution: RESOLUTION, networks },
    structure: structureText({ graph: source, constants: findKeptConstants(network) }),
  };
}

interface CompareArguments {
  readonly loaded: Loaded;
  readonly torch: Torch;
  readonly rounds: number;
  readonly cores: number;
}

/**
 * Ways of using the cores: searches run several scorers with one thread; `zeroscout score` runs one with all
 * threads.
 */
async function compare({ loaded, torch, rounds, cores }: CompareArguments) {
  const many = startOurs({ loaded, scorers: cores, threads: 1 });
  const one = startOurs({ loaded, scorers: 1, threads: cores });
  try {
    const [ours, alone]: [number[], number[]] = [[], []];
    const theirs = { contiguous: [] as number[], channels_last: [] as number[] };
    const measureTheirs = async (memoryFormat: MemoryFormat) => {
      const request = { do: 'score', batch: BATCH, resolution: RESOLUTION, threads: cores, memoryFormat };
      return (await torch.ask(request)).milliseconds;
    };
    for (let warmUp = 0; warmUp < WARM_UPS; warmUp++) {
      await many.measure(warmUp * cores);
      for (const format of MEMORY_FORMATS) await measureTheirs(format);
      await one.measure(warmUp * cores);
    }
    for (let round = 0; round < rounds; round++) {
      const seed = (WARM_UPS + round) * cores;
      ours.push(await many.measure(seed));
      for (const format of MEMORY_FORMATS) theirs[format].push(await measureTheirs(format));
      alone.push(await one.measure(seed));
    }
    const ratiosTo = (times: readonly number[]) => {
      const values = ours.map((value, round) => times[round]! / value);
      return { values, median: median(values) };
    };
    const ratios = {
      contiguous: ratiosTo(theirs.contiguous),
      channels_last: ratiosTo(theirs.channels_last),
      oneScorer: median(alone.map((value, round) => theirs.contiguous[round]! / value)),
    };
    const scorerPeakBytes = Math.max(many.peakBytes(), one.peakBytes());
    console.log(
      `${loaded.name.padEnd(20)} ${spread(ours, 0)}, one scorer ${spread(alone, 0)}; PyTorch ${spread(theirs.contiguous, 0)}, channels_last ${spread(theirs.channels_last, 0)}; ratio ${spread(ratios.contiguous.values, 2)}, to channels_last ${ratios.channels_last.median.toFixed(2)}, of one scorer ${ratios.oneScorer.toFixed(2)}; ${(scorerPeakBytes / MEGA).toFixed(0)} MB`,
    );
    return {
      name: loaded.name,
      features: loaded.features.length,
      ours,
      oneScorer: alone,
      theirs,
      ratios,
      scorerPeakBytes,
    };
  } finally {
    await Promise.all([many.close(), one.close()]);
  }
}

/**
 * Scorer processes as workers start them: from the structure's text to the proxies, with programs and weights
 * created each time.
 */
function startOurs({
  loaded: { name, space, structure },
  scorers,
  threads,
}: {
  readonly loaded: Loaded;
  readonly scorers: number;
  readonly threads: number;
}) {
  const pool = createScorerPool({ script: SCRIPTS.blocks, size: scorers, scorer: { threads } });
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, ...pool.pids().map(peakResidentBytes));
  };
  const score = (seed: number) =>
    pool.score({
      space,
      candidate: name,
      structure,
      seed,
      fidelity: { batch: BATCH, resolution: RESOLUTION, weights: 'shared', features: 'stages' },
      draws: [0],
    });
  return {
    /** Milliseconds of wall time per network while every scorer works. */
    measure: async (seed: number): Promise<number> => {
      const start = performance.now();
      await Promise.all(Array.from({ length: scorers }, (_, i) => score(seed + i)));
      const elapsed = (performance.now() - start) / scorers;
      look();
      return elapsed;
    },
    peakBytes: () => peak,
    close: () => pool.close(),
  };
}
