// Counts what a candidate costs: values of a ranking that need no forward pass.
import { anatomyOf } from '../../../core/graph/whole/layers.js';
import { wholeNetworkOf } from '../../../core/spaces/whole-network.js';
import type { Values } from './assemblies.js';
import type { OpenedSpace } from './spaces.js';

/** FLOPs, parameters, depth, spatial depth and activations of a candidate at the resolution of the study. */
export function costsOf({ of, space }: OpenedSpace, candidate: string): Values {
  const at = { space, candidate, resolution: of.fidelity.resolution };
  const { flops, parameters } = space.costs(at);
  const { depth, spatialDepth, outputs: activations } = anatomyOf(wholeNetworkOf(at));
  return { flops, parameters, depth, spatialDepth, activations };
}
