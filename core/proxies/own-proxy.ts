// The package's entry `zeroscout/proxy`: what a module must export to be a proxy, and what it is given (docs/guides/own-proxy.md).
import type { Measurement, MeasurementNeed } from './measurement.js';

export type { MeasuredActivation, MeasuredLayer, Measurement, MeasurementNeed } from './measurement.js';
export { symmetricEigenvalues } from './spectra/eigenvalues.js';
export { dot, norm } from './sums.js';

/**
 * The default export of a module. `compute` depends on its argument alone, so that every process computes the same number; higher
 * is better, minus infinity is a value, and NaN sets the candidate aside.
 */
export interface OwnProxy {
  /** Letters, digits and hyphens. The column of the ranking is `own-NAME`. */
  readonly name: string;
  /** What is measured for it. Fields of the measurement that no need names are not there; costs and depth are always. */
  readonly needs: readonly MeasurementNeed[];
  /** The value of one network under one draw. */
  compute(measurement: Measurement): number;
}
