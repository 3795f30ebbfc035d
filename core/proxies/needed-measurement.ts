// Gives one proxy a measurement of its own: copies of what its needs name, and nothing else.
import type { MeasuredActivation, MeasuredLayer, Measurement, MeasurementNeed } from './measurement.js';

/** The need that provides each optional field of a layer, of an activation and of the whole network. */
const OF_LAYERS: Providers<MeasuredLayer> = {
  gradients: ['weight-gradients'],
  secondGradients: ['second-batch'],
  products: ['weight-products'],
  hessian: ['hessian-product'],
  curvature: ['weight-curvature'],
  saliency: ['channel-saliency'],
  covariance: ['channel-covariances'],
  flow: ['absolute-weights'],
  flowProducts: ['absolute-products'],
};
const OF_ACTIVATIONS: Providers<MeasuredActivation> = {
  before: ['activation-products'],
  after: ['activation-products'],
  patterns: ['sign-patterns'],
};
const OF_NETWORKS: Providers<Measurement> = {
  jacobian: ['input-jacobian'],
  agreement: ['sign-agreement'],
  distances: ['perturbed-images'],
  variances: ['perturbed-images'],
  flowScale: ['absolute-weights', 'absolute-products'],
  fisherRows: ['class-derivatives'],
};

type Optional<T> = { [Key in keyof T]-?: Pick<T, never> extends Pick<T, Key> ? Key : never }[keyof T];
type Providers<T> = { readonly [Key in Optional<T>]: readonly MeasurementNeed[] };

/**
 * The score of a proxy is stored under the digest of its own code, so that it must be the same beside any other proxy. The
 * measurement of several proxies has what all of them need, and its arrays could be written to: hence a selection and
 * copies.
 */
export function measurementFor(measurement: Measurement, needs: readonly string[]): Measurement {
  const { layers, activations, labels, costs } = measurement;
  return {
    ...(select(measurement, OF_NETWORKS, needs) as Measurement),
    labels: labels.slice(),
    costs: { ...costs },
    layers: layers.map((layer) => {
      const { shape, weights } = layer;
      const own = select(layer, OF_LAYERS, needs) as MeasuredLayer;
      return { ...own, shape: [...shape], weights: weights.slice() };
    }),
    activations: activations.map((each) => select(each, OF_ACTIVATIONS, needs) as MeasuredActivation),
  };
}

/** The fields that no need provides, and copies of those that `needs` provide. */
function select(
  measured: object,
  providers: Readonly<Record<string, readonly string[]>>,
  needs: readonly string[],
): object {
  const entries = Object.entries(measured).filter(
    ([name]) => providers[name]?.some((need) => needs.includes(need)) ?? true,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Object.hasOwn(providers, name) ? copy(value) : value]),
  );
}

function copy(value: unknown): unknown {
  if (value instanceof Float32Array || value instanceof Float64Array) return value.slice();
  return Array.isArray(value) ? value.map(copy) : value;
}
