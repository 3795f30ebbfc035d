// Detects networks whose batch normalization an exporter has folded into convolutions.
import type { Graph } from '../graph.js';
import { weightsBehind } from '../initializer-uses.js';

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
 * SqueezeNet), so this leads to a warning and not to an error. What PyTorch's exporters folded is restored before.
 */
export function looksFolded(graph: Graph): boolean {
  const { nodes } = graph;
  const convolutions = nodes.filter(({ op }) => op === 'Conv');
  if (convolutions.length < FEWEST_CONVOLUTIONS || nodes.some(({ op }) => NORMALIZATIONS.has(op)))
    return false;
  // The newer exporter of PyTorch writes zeros where a convolution has no bias.
  const isWeight = weightsBehind(graph);
  return convolutions.every(({ inputs }) => isWeight(inputs[2] ?? ''));
}
