// Defines the result of one check of this machine.
import type { Advice, ServiceReason } from '../../core/errors.js';

export interface Check {
  readonly name: string;
  /** `missing`: a search cannot run here. `warning`: it can, but with a drawback or after a download. */
  readonly status: 'ok' | 'missing' | 'warning';
  readonly found: string;
  /** Why a server cannot be used, for programs. */
  readonly reason?: ServiceReason;
  /** The advice; empty if nothing needs to be done. */
  readonly todo: string;
  /** The advice in `todo` for programs; `about` is its subject. */
  readonly advice?: Pick<Advice, 'code' | 'about'>;
}
