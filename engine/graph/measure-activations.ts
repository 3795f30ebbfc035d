// Measures the activations of a whole network: signs, covariances, and how much perturbed images change the
// last feature.
import { IMAGES } from '../../core/graph/resolve.js';
import { FORWARD } from '../../core/graph/whole/forward-program.js';
import type {
  MeasuredActivation,
  MeasuredLayer,
  Measurement,
  Reals,
} from '../../core/proxies/measurement.js';
import { type Measuring, pickDefined } from './measuring.js';
import { createTensor } from './reals.js';

/** The standard deviation of the noise that is added to images. */
const PERTURBATION = 0.01;

export async function measureActivations(measuring: Measuring): Promise<{
  layers: readonly Partial<MeasuredLayer<Reals>>[];
  activations: readonly MeasuredActivation<Reals>[];
  whole: Pick<Measurement<Reals>, 'agreement' | 'distances' | 'variances'>;
}> {
  const { programs, needs, tensors, batch } = measuring;
  const { forward, anatomy } = programs;
  const out = forward ? await forward.run(tensors) : {};
  const perturbed = needs.has('perturbed-images') ? await perturb(measuring, out) : {};
  // Without activation functions all units agree.
  const agreement = needs.has('sign-agreement')
    ? (out[FORWARD.agreement] ?? new Float32Array(batch * batch))
    : undefined;
  return {
    layers: anatomy.layers.map((_, i) => pickDefined('covariance', out[`${FORWARD.covariance}${i}`])),
    activations: repeat(anatomy.activations, (i) => ({
      ...pickDefined('before', out[`${FORWARD.before}${i}`]),
      ...pickDefined('after', out[`${FORWARD.after}${i}`]),
      ...pickDefined('patterns', out[`${FORWARD.pattern}${i}`]),
    })),
    whole: { ...pickDefined('agreement', agreement), ...perturbed },
  };
}

async function perturb(
  { programs: { forward, anatomy }, network, draw, tensors, batch }: Measuring,
  out: Readonly<Record<string, Reals>>,
): Promise<Pick<Measurement, 'distances' | 'variances'>> {
  const images = tensors[IMAGES]!;
  const noise = draw.normal('noise', network.tape.shape(network.input));
  const moved = (images.data as Float32Array).map((value, i) => value + PERTURBATION * noise[i]!);
  const other = await forward!.run({ ...tensors, [IMAGES]: createTensor(moved, images.dims) });
  const [a, b] = [out[FORWARD.feature]!, other[FORWARD.feature]!];
  const size = a.length / batch;
  const distances = Float64Array.from({ length: batch }, (_, image) => {
    let sum = 0;
    for (let i = image * size; i < (image + 1) * size; i++) sum += (a[i]! - b[i]!) ** 2;
    return Math.sqrt(sum);
  });
  return {
    distances,
    variances: Float64Array.from(repeat(anatomy.normalizations, (i) => out[`${FORWARD.variance}${i}`]![0]!)),
  };
}

/** What `measured` returns for each part, as often as the network has the part. */
function repeat<Part extends { readonly times: number }, Measured>(
  parts: readonly Part[],
  measured: (index: number) => Measured,
): Measured[] {
  return parts.flatMap(({ times }, i) => new Array<Measured>(times).fill(measured(i)));
}
