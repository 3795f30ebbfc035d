// Fits kernel ridge regression to a few labels, with a kernel over proxies and graph features.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import {
  type Distances,
  distancesBetween,
  type KernelModel,
  type KernelSetting,
  kernelRow,
  type Row,
} from './kernel-model.js';

const SCALES = [1, 2, 4, 8] as const;
const AMPLITUDES = [0.1, 0.3, 1] as const;
const RIDGES = [0.003, 0.01, 0.03, 0.1, 0.3, 1] as const;
/** The number of settings whose predictions are averaged, because the best single setting depends on chance. */
const MEMBERS = 10;

export interface FittedKernelModel {
  readonly model: KernelModel;
  /** The prediction of each label by the same settings, fitted to all other labels. */
  readonly leftOut: readonly number[];
}

export interface KernelFits {
  /** Fits at least two labels, which must be standardized, one for each center. */
  fit(labels: readonly number[]): FittedKernelModel;
}

/** Decomposes the kernels of all settings once, for any number of labels of the same centers. */
export function openKernelFits(centers: readonly Row[]): KernelFits {
  const distances = distancesBetween(centers, centers);
  const settings = SCALES.flatMap((proxyScale) =>
    SCALES.flatMap((graphScale) =>
      AMPLITUDES.map((amplitude) => decompose({ proxyScale, graphScale, amplitude }, distances)),
    ),
  );
  return {
    fit: (labels) => {
      const y = Matrix.columnVector([...labels]);
      const tried = settings.flatMap((setting) => fitSetting(setting, y));
      tried.sort((a, b) => a.error - b.error);
      const best = tried.slice(0, MEMBERS);
      const leftOut = labels.map(
        (_, i) => best.reduce((sum, each) => sum + each.leftOut[i]!, 0) / best.length,
      );
      return { model: { centers, members: best.map(({ member }) => member) }, leftOut };
    },
  };
}

interface Tried {
  readonly member: KernelModel['members'][number];
  readonly error: number;
  readonly leftOut: readonly number[];
}

/** A kernel K = U diag(w) Uᵀ. */
interface Decomposed {
  readonly setting: KernelSetting;
  readonly w: readonly number[];
  readonly u: Matrix;
  /** The diagonal of (K + ridge I)^-1 for each ridge. */
  readonly diagonals: readonly Float64Array[];
}

function decompose(setting: KernelSetting, distances: Distances): Decomposed {
  const n = distances.own.length;
  const kernel = new Matrix(Array.from({ length: n }, (_, i) => kernelRow(setting, distances, i)));
  const { realEigenvalues: w, eigenvectorMatrix: u } = new EigenvalueDecomposition(kernel, {
    assumeSymmetric: true,
  });
  const diagonals = RIDGES.map((ridge) =>
    Float64Array.from({ length: n }, (_, i) => {
      let diagonal = 0;
      for (let k = 0; k < n; k += 1) diagonal += u.get(i, k) ** 2 / (w[k]! + ridge);
      return diagonal;
    }),
  );
  return { setting, w, u, diagonals };
}

/**
 * Fits a member for each ridge. The leave-one-out prediction of label i is y_i - alpha_i / [(K + ridge I)^-1]_ii, and
 * `error` is the mean square of its difference from y_i.
 */
function fitSetting({ setting, w, u, diagonals }: Decomposed, y: Matrix): readonly Tried[] {
  const turned = u.transpose().mmul(y).to1DArray();
  return RIDGES.map((ridge, r) => {
    const alpha = u.mmul(Matrix.columnVector(turned.map((value, k) => value / (w[k]! + ridge)))).to1DArray();
    const misses = alpha.map((value, i) => value / diagonals[r]![i]!);
    const error = misses.reduce((sum, miss) => sum + miss * miss, 0) / y.rows;
    return {
      member: { ...setting, ridge, alpha },
      error,
      leftOut: misses.map((miss, i) => y.get(i, 0) - miss),
    };
  });
}
