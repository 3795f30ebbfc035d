// Measures the Fisher information of one weight of each layer, as the rows of a matrix F with FᵀF the Fisher
// information.
import { FISHER } from '../../core/graph/whole/fisher-program.js';
import type { Measurement, Reals } from '../../core/proxies/measurement.js';
import type { Measuring } from './measuring.js';
import { createNumbers, createTensor } from './reals.js';

/** With more classes than this, the expectation over classes is estimated from this many samples. */
const MOST_PASSES = 16;

/**
 * The covariance of the classes, diag(p) - p pᵀ, is the sum over k of b_k b_kᵀ with b_k = sqrt(p_k) (e_k -
 * p). Each pass computes, for all images at once, the products of one b_k with the derivatives of the class
 * scores. With many classes, b = (e_y - p) / sqrt(passes) for samples y of p, which has the same expectation.
 */
export async function measureFisher({
  programs,
  draw,
  tensors,
  batch,
  classes,
}: Measuring): Promise<Pick<Measurement, 'fisherRows'>> {
  const { fisher, fisherLayers, precision } = programs;
  if (!fisher) return {};
  const pass = (cotangents: Reals) =>
    fisher.run({ ...tensors, [FISHER.cotangents]: createTensor(cotangents, [batch, classes]) });
  const { [FISHER.probabilities]: p } = await pass(createNumbers(precision, batch * classes));
  const isExact = classes <= MOST_PASSES;
  const passes = isExact ? classes : MOST_PASSES;
  const samples = draw.uniform('classes', passes * batch);
  const fisherRows: Float64Array[] = [];
  for (let k = 0; k < passes; k++) {
    const cotangents = createNumbers(precision, batch * classes);
    for (let image = 0; image < batch; image++) {
      const row = p!.subarray(image * classes, (image + 1) * classes);
      const chosen = isExact ? k : sampleOf(row, samples[k * batch + image]!);
      const factor = isExact ? Math.sqrt(row[k]!) : Math.sqrt(1 / passes);
      row.forEach((probability, c) => {
        cotangents[image * classes + c] = factor * ((c === chosen ? 1 : 0) - probability);
      });
    }
    const out = await pass(cotangents);
    for (let image = 0; image < batch; image++)
      fisherRows.push(
        Float64Array.from(
          { length: fisherLayers },
          (_, i) => out[`${FISHER.derivative}${i}`]![image]! / Math.sqrt(batch),
        ),
      );
  }
  return { fisherRows };
}

/** The class at which the cumulative probability exceeds a number in [0, 1). */
function sampleOf(probabilities: Reals, uniform: number): number {
  let sum = 0;
  for (let c = 0; c < probabilities.length; c++) {
    sum += probabilities[c]!;
    if (uniform < sum) return c;
  }
  return probabilities.length - 1;
}
