// The type of one check of this machine.
import type { Advice } from '../../core/errors.js';

export interface Check {
  readonly name: string;
  /** `missing`: a search cannot run here. `warning`: it can, with a drawback or after a download. */
  readonly status: 'ok' | 'missing' | 'warning';
  readonly found: string;
  /** Empty where nothing is to be done. */
  readonly todo: string;
  /** What `todo` advises, for programs; `about` is what it concerns. */
  readonly advice?: Pick<Advice, 'code' | 'about'>;
}
