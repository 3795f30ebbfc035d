// Exports the types and functions for a user's own proxy, as `zeroscout/proxy` (docs/guides/own-proxy.md).
import type { Measurement, MeasurementNeed } from './measurement.js';

export type {
  MeasuredActivation,
  MeasuredLayer,
  Measurement,
  MeasurementNeed,
  Reals,
} from './measurement.js';
export { symmetricEigenvalues } from './spectra/eigenvalues.js';
export { dot, norm } from './sums.js';

/**
 * The default export of a module. The result of `compute` may depend only on its argument, so that every process computes
 * the same number. Higher is better. Minus infinity is a valid value; with NaN the candidate counts as failed.
 */
export interface OwnProxy {
  /**
   * At most 40 small letters, digits and hyphens, the first a letter. The column of the ranking is `own-NAME`, so that a
   * name of a built-in proxy is possible.
   */
  readonly name: string;
  /**
   * The required measurements. Fields that no need names are absent, also where another proxy needs them; costs and depth
   * are always present.
   */
  readonly needs: readonly MeasurementNeed[];
  /**
   * The value of one network under one draw. The measurement is a copy, to which it may write. An Error that is thrown
   * here, and a result that is not a number, set the candidate aside.
   */
  compute(measurement: Measurement): number;
}
