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

/** Fits at least two labels, which must be standardized. */
export function fitKernelModel(centers: readonly Row[], labels: readonly number[]): FittedKernelModel {
  const distances = distancesBetween(centers, centers);
  const y = Matrix.columnVector([...labels]);
  const tried = SCALES.flatMap((proxyScale) =>
    SCALES.flatMap((graphScale) =>
      AMPLITUDES.flatMap((amplitude) =>
        fitSetting({ setting: { proxyScale, graphScale, amplitude }, distances, y }),
      ),
    ),
  );
  tried.sort((a, b) => a.error - b.error);
  const best = tried.slice(0, MEMBERS);
  const leftOut = labels.map((_, i) => best.reduce((sum, each) => sum + each.leftOut[i]!, 0) / best.length);
  return { model: { centers, members: best.map(({ member }) => member) }, leftOut };
}

interface Tried {
  readonly member: KernelModel['members'][number];
  readonly error: number;
  readonly leftOut: readonly number[];
}

/**
 * Fits a member for each ridge from one eigendecomposition K = U diag(w) Uᵀ. The leave-one-out prediction of label i is
 * y_i - alpha_i / [(K + ridge I)^-1]_ii, and `error` is the mean square of its difference from y_i.
 */
function fitSetting({
  setting,
  distances,
  y,
}: {
  readonly setting: KernelSetting;
  readonly distances: Distances;
  readonly y: Matrix;
}): readonly Tried[] {
  const n = y.rows;
  const kernel = new Matrix(Array.from({ length: n }, (_, i) => kernelRow(setting, distances, i)));
  const { realEigenvalues: w, eigenvectorMatrix: u } = new EigenvalueDecomposition(kernel, {
    assumeSymmetric: true,
  });
  const turned = u.transpose().mmul(y).to1DArray();
  return RIDGES.map((ridge) => {
    const alpha = u.mmul(Matrix.columnVector(turned.map((value, k) => value / (w[k]! + ridge)))).to1DArray();
    const misses = alpha.map((value, i) => {
      let diagonal = 0;
      for (let k = 0; k < n; k += 1) diagonal += u.get(i, k) ** 2 / (w[k]! + ridge);
      return value / diagonal;
    });
    const error = misses.reduce((sum, miss) => sum + miss * miss, 0) / n;
    return {
      member: { ...setting, ridge, alpha },
      error,
      leftOut: misses.map((miss, i) => y.get(i, 0) - miss),
    };
  });
}
