// Lists the functions that compute proxies from a measurement of the whole network.
import { activations } from './activations.js';
import { depth } from './depth.js';
import { epeNas } from './epe-nas.js';
import { fisher } from './fisher.js';
import { gradNorm } from './grad-norm.js';
import { grasp } from './grasp.js';
import { jacov } from './jacov.js';
import { l2Norm } from './l2-norm.js';
import type { Measurement, Reals } from './measurement.js';
import { meco } from './meco.js';
import { naswot } from './naswot.js';
import { near } from './near.js';
import { plain } from './plain.js';
import { snip } from './snip.js';
import { spatialDepth } from './spatial-depth.js';
import { swap } from './swap.js';
import { synflow } from './synflow.js';
import { vkdnw } from './vkdnw.js';
import { zen } from './zen.js';
import { zico } from './zico.js';

/** By the name of the proxy; core/specification/families.ts says in which family it is, and what that needs. */
export const MEASURED_PROXIES = {
  synflow,
  snip,
  grasp,
  'grad-norm': gradNorm,
  fisher,
  'l2-norm': l2Norm,
  plain,
  jacov,
  naswot,
  'epe-nas': epeNas,
  zen,
  zico,
  near,
  meco,
  vkdnw,
  swap,
  depth,
  'spatial-depth': spatialDepth,
  activations,
} as const satisfies Readonly<Record<string, (measurement: Measurement<Reals>) => number>>;

export type MeasuredProxy = keyof typeof MEASURED_PROXIES;
