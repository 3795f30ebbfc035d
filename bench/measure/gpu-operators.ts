// Measures time and bandwidth of the operators of a supernet, at its sizes.
import { GraphBuilder } from '../../core/onnx/graph.js';
import { Kit, type Size } from '../../core/spaces/nas-bench-201/batched/kit.js';
import { normalize } from '../../core/spaces/nas-bench-201/batched/normalization.js';
import { openOnDevice, type Provider } from '../../engine/batched/device.js';
import { dialectOf } from '../../engine/batched/supernet-session.js';

const BATCH = 16;
const SIZES: readonly Size[] = [
  { channels: 16, height: 32, width: 32 },
  { channels: 64, height: 8, width: 8 },
];
/** The time of an operator is the difference between a long and a short chain of it. */
const SHORT = 2;
const LONG = 8;
const REPEATS = 4;

/**
 * One link of a chain, which maps rows [batch, rows, channels, positions] to the same shape; `passes` counts
 * how often they are read or written.
 */
interface Link {
  readonly name: string;
  readonly passes: number;
  make(args: { kit: Kit; x: string; first: string; rows: number; size: Size }): string;
}

const LINKS: readonly Link[] = [
  { name: 'Relu', passes: 2, make: ({ kit, x }) => kit.g.add('Relu', [x]) },
  { name: 'Mul', passes: 3, make: ({ kit, x, first }) => kit.g.add('Mul', [x, first]) },
  {
    name: 'Mul by row and channel',
    passes: 2,
    make: ({ kit, x, rows, size }) => kit.g.add('Mul', [x, random(kit, 1, rows, size.channels, 1)]),
  },
  {
    name: 'Mul by one shared row',
    passes: 2,
    make: ({ kit, x, size }) =>
      kit.g.add('Mul', [x, random(kit, BATCH, 1, size.channels, size.height * size.width)]),
  },
  {
    name: 'BatchNormalization',
    passes: 2,
    make: ({ kit, x, rows, size }) => {
      const count = rows * size.channels;
      const variance = kit.g.add('Abs', [random(kit, count)]);
      const channels = kit.channels(x, rows, size);
      return kit.rows(normalize(kit, { channels, count, mean: random(kit, count), variance }), rows, size);
    },
  },
  {
    name: 'LayerNormalization',
    passes: 2,
    make: ({ kit, x, rows, size }) => {
      const inputs = [kit.channels(x, rows, size), kit.filled(1, size.height, size.width)];
      return kit.rows(
        kit.g.addMany('LayerNormalization', inputs, { attributes: { axis: 2 }, results: 3 })[0]!,
        rows,
        size,
      );
    },
  },
  {
    name: 'ReduceMean of positions, then batch, Add',
    passes: 3,
    make: ({ kit, x }) => kit.g.add('Add', [x, kit.rowMean(x)]),
  },
  {
    name: 'ReduceMean of batch and positions, Add',
    passes: 3,
    make: ({ kit, x }) =>
      kit.g.add('Add', [x, kit.g.add('ReduceMean', [x, kit.g.ints(0, 3)], { keepdims: 1 })]),
  },
  {
    name: 'ReduceSumSquare of positions, then batch, Add',
    passes: 5,
    make: ({ kit, x }) => {
      const images = kit.g.add('ReduceSumSquare', [x, kit.g.ints(3)], { keepdims: 1 });
      return kit.g.add('Add', [x, kit.g.add('ReduceMean', [images, kit.g.ints(0)], { keepdims: 1 })]);
    },
  },
  { name: 'Gather', passes: 2, make: ({ kit, x, rows }) => kit.gather(x, everyRow(kit, rows)) },
  {
    name: 'Split in four, Concat',
    passes: 4,
    make: ({ kit, x, rows }) => kit.concat(kit.split(x, new Array<number>(4).fill(rows / 4), 1), 1),
  },
  { name: 'Greater, Where', passes: 3.5, make: ({ kit, x, first }) => kit.mask(x, first) },
  {
    name: 'AveragePool 3x3',
    passes: 2,
    make: ({ kit, x, rows, size }) =>
      kit.rows(kit.pool(kit.channels(x, rows, size), 'not-counted'), rows, size),
  },
  ...[3, 1].map(
    (kernel): Link => ({
      name: `Conv ${kernel}x${kernel}`,
      passes: 2,
      make: ({ kit, x, rows, size }) => {
        const weight = random(kit, size.channels, size.channels, kernel, kernel);
        return kit.rows(kit.conv(kit.images(x, rows, size), weight, { kernel }), rows, size);
      },
    }),
  ),
  {
    name: 'X Xt of each row, sum over batch, Add',
    passes: 3,
    make: ({ kit, x, rows, size: { channels, height, width } }) => {
      const flat = kit.reshape(x, BATCH * rows, channels, height * width);
      const products = kit.products(flat, flat, { m: channels, n: channels, rows });
      return kit.g.add('Add', [x, kit.g.add('ReduceMean', [products, kit.g.ints(0, 1)], { keepdims: 0 })]);
    },
  },
  {
    name: 'X Vt, V shared, sum over batch, Add',
    passes: 3,
    make: ({ kit, x, rows, size: { channels, height, width } }) => {
      const flat = kit.reshape(x, BATCH, rows * channels, height * width);
      const signs = random(kit, BATCH, channels, height * width);
      const products = kit.products(flat, signs, { m: channels, n: channels, rows });
      return kit.g.add('Add', [x, kit.g.add('ReduceMean', [products, kit.g.ints(0, 1)], { keepdims: 0 })]);
    },
  },
];

/** One line for each operator and size: microseconds, and the bytes of its passes divided by that time. */
export async function measureOperators({
  device,
  rows = 128,
}: {
  readonly device: Provider;
  readonly rows?: number;
}) {
  const lines: string[] = [];
  for (const size of SIZES) {
    const megabytes = (BATCH * rows * size.channels * size.height * size.width * 4) / 1e6;
    lines.push(
      `${BATCH * rows} images of ${size.channels} x ${size.height} x ${size.width}, ${megabytes.toFixed(0)} MB`,
    );
    for (const link of LINKS) {
      try {
        const short = await timeChain({ device, link, rows, size, length: SHORT });
        const long = await timeChain({ device, link, rows, size, length: LONG });
        const time = (long - short) / (LONG - SHORT);
        const rate = (link.passes * megabytes) / time;
        lines.push(
          `  ${link.name.padEnd(46)} ${(time * 1000).toFixed(1).padStart(9)} us ${rate.toFixed(0).padStart(6)} GB/s`,
        );
      } catch (error) {
        lines.push(`  ${link.name.padEnd(46)} ${(error as Error).message.split('\n')[0]}`);
      }
    }
  }
  return lines;
}

interface TimeChainArguments {
  readonly device: Provider;
  readonly link: Link;
  readonly rows: number;
  readonly size: Size;
  readonly length: number;
}

/** Milliseconds of a run, the minimum of a few. */
async function timeChain({ device, link, rows, size, length }: TimeChainArguments): Promise<number> {
  const kit = new Kit(new GraphBuilder(), BATCH, dialectOf(device));
  const first = random(kit, BATCH, rows, size.channels, size.height * size.width);
  let x = first;
  for (let i = 0; i < length; i++) x = link.make({ kit, x, first, rows, size });
  const value = kit.g.add('ReduceMean', [kit.gather(x, kit.g.ints(0))], { keepdims: 1 });
  const program = kit.g.build({
    name: 'chain',
    inputs: [],
    outputs: [{ name: 'y', value, dims: [1, 1, 1, 1] }],
  });
  const session = await openOnDevice({ program, device });
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await session.run({});
    least = Math.min(least, performance.now() - start);
  }
  await session.release();
  return least;
}

function random(kit: Kit, ...shape: number[]): string {
  return kit.g.add('RandomNormal', [], { shape, dtype: 1, seed: { float: 1 } });
}

function everyRow(kit: Kit, rows: number): string {
  return kit.g.ints(...Array.from({ length: rows }, (_, i) => (i * 37) % rows));
}
