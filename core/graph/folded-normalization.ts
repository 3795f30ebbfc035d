// Detects networks whose batch normalization an exporter has folded into convolutions.
import type { Graph } from './graph.js';

const NORMALIZATIONS = new Set([
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LayerNormalization',
  'RMSNormalization',
  'MeanVarianceNormalization',
]);

/** A network with fewer convolutions usually has no normalization by design (AlexNet has 5 convolutions). */
const FEWEST_CONVOLUTIONS = 6;

/**
 * Whether the graph has many convolutions, all with a bias, and no normalization. Such networks exist (VGG,
 * SqueezeNet), so this leads to a warning and not to an error.
 */
export function looksFolded({ nodes }: Graph): boolean {
  const convolutions = nodes.filter(({ op }) => op === 'Conv');
  return (
    convolutions.length >= FEWEST_CONVOLUTIONS &&
    convolutions.every(({ inputs }) => (inputs[2] ?? '') !== '') &&
    !nodes.some(({ op }) => NORMALIZATIONS.has(op))
  );
}
