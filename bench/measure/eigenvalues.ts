// Compares the processor time of our eigenvalues and largest singular values with LAPACK's (through PyTorch,
// float32, one thread).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spectralEntropy } from '../../core/proxies/az-nas.js';
import { symmetricEigenvalues } from '../../core/proxies/spectra/eigenvalues.js';
import { largestSingularValue } from '../../core/proxies/spectra/singular-value.js';
import { normal } from '../../core/random/random.js';
import { startProgram } from './baseline.js';
import { median, spread } from './statistics.js';

/**
 * Sizes: NAS-Bench-201 has 16 to 64, transformers 192 to 640, and 2048 is the greatest width of MobileNetV2.
 */
const SIZES = [16, 32, 64, 192, 320, 640, 2048];
/**
 * A feature with fewer samples than channels: the eigenvalues of its Gram matrix replace those of its
 * covariance.
 */
const FEW = { samples: 128, channels: 2048 };
const SINGULAR = [64, 216, 640];
/** The approximate processor time of one side's turn, in milliseconds. */
const TURN = 150;

interface Case {
  readonly name: string;
  readonly kind: 'eigenvalues' | 'singular';
  readonly n: number;
  readonly matrix: Float32Array;
}
interface Answer {
  readonly milliseconds: number;
  readonly value: number;
}

/** Both sides compute the same matrices in turn; the ratio is taken within each round. */
export async function compareEigenvalues({ rounds }: { readonly rounds: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'zeroscout-eigenvalues-'));
  const { first, ask, close } = await startProgram<Answer>('eigenvalues.py');
  console.log(`PyTorch: ${JSON.stringify(first)}; processor time of a call, ${rounds} rounds\n`);
  try {
    const rows = [];
    for (const each of cases()) {
      const { name, kind, n, matrix } = each;
      const file = join(folder, 'matrix');
      writeFileSync(file, matrix);
      const theirs = (repeats: number) => ask({ file, kind, rows: n, columns: n, repeats });
      const repeats = repeatsOf(each);
      const values: Record<'ours' | 'lapack', number[]> = { ours: [], lapack: [] };
      for (let round = 0; round < rounds; round++) {
        values.ours.push(measureOurs(each, repeats));
        values.lapack.push((await theirs(repeats)).milliseconds);
      }
      const ratios = values.ours.map((value, round) => value / values.lapack[round]!);
      const { value } = await theirs(1);
      const difference = Math.abs(compute(each) / value - 1);
      console.log(
        `${name.padEnd(44)} ours ${spread(values.ours, 3)} ms, LAPACK ${spread(values.lapack, 3)} ms; ratio ${spread(ratios, 2)}; results differ by ${difference.toExponential(1)}`,
      );
      rows.push({ name, kind, n, ...values, ratio: median(ratios), difference });
    }
    return { versions: first, rounds, rows };
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
}

function cases(): Case[] {
  const gram = `Gram matrix, ${FEW.samples} samples of ${FEW.channels} channels`;
  return [
    ...SIZES.map((n) => ({
      name: `eigenvalues, n = ${n}`,
      kind: 'eigenvalues' as const,
      n,
      matrix: makeGraded(n),
    })),
    {
      name: gram,
      kind: 'eigenvalues',
      n: FEW.samples,
      matrix: products(samples(FEW.samples, FEW.channels), FEW.samples),
    },
    ...SINGULAR.map((n) => ({
      name: `largest singular value, ${n} x ${n}`,
      kind: 'singular' as const,
      n,
      matrix: samples(n, n),
    })),
  ];
}

/**
 * The result that is compared in addition to the time: the entropy of the eigenvalues, or the singular value.
 */
function compute({ kind, matrix, n }: Case): number {
  return kind === 'singular'
    ? largestSingularValue(matrix, n, n)
    : spectralEntropy(symmetricEigenvalues(matrix, n));
}

/** The number of calls that fill a turn; counting them also warms up. */
function repeatsOf(each: Case): number {
  let repeats = 1;
  while (measureOurs(each, repeats) * repeats < TURN) repeats *= 2;
  return repeats;
}

function measureOurs(each: Case, repeats: number): number {
  const start = process.cpuUsage();
  for (let k = 0; k < repeats; k++) compute(each);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / repeats;
}

const noise = (length: number, name: string) =>
  normal({ key: { seed: 1, draw: 0, name: `eigenvalues ${name}` }, length, std: 1 });

/** A matrix [n, length] whose rows decrease to a thirtieth, similar to channels of a feature. */
function samples(n: number, length: number): Float32Array {
  return noise(n * length, `${n} ${length}`).map(
    (value, k) => value * 10 ** ((-1.5 * Math.floor(k / length)) / n),
  );
}

/**
 * A matrix whose eigenvalues decrease to a thousandth, multiplied by a reflection so that it is not diagonal.
 */
function makeGraded(n: number): Float32Array {
  const values = Float64Array.from({ length: n }, (_, i) => 10 ** ((-3 * i) / n));
  const u = noise(n, `${n}`);
  const scale = 2 / u.reduce((sum, value) => sum + value * value, 0);
  const half = (scale * scale * u.reduce((sum, value, i) => sum + value * value * values[i]!, 0)) / 2;
  const w = u.map((value, i) => value * (scale * values[i]! - half));
  return Float32Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return (i === j ? values[i]! : 0) - u[i]! * w[j]! - w[i]! * u[j]!;
  });
}

/** Computes the Gram matrix of the rows of a matrix [n, length]. */
function products(a: Float32Array, n: number): Float32Array {
  const length = a.length / n;
  const out = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += a[i * length + k]! * a[j * length + k]!;
      out[i * n + j] = sum;
      out[j * n + i] = sum;
    }
  return out;
}
