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

/** PyTorch's older exporter gives weight and bias new names where it folds a normalization: `onnx::Conv_238`. */
const RENAMED = /^onnx::Conv_\d+$/;

/**
 * Whether the graph has many convolutions, all with a bias, and no normalization. Such networks exist (VGG,
 * SqueezeNet), so this leads to a warning and not to an error. In a network that also has other normalizations, as
 * hybrids of convolutions and attention have, only the names tell: a convolution that was written with a bias keeps them.
 */
export function looksFolded(graph: Graph): boolean {
  const { nodes } = graph;
  const convolutions = nodes.filter(({ op }) => op === 'Conv');
  if (convolutions.some(({ inputs }) => [1, 2].every((at) => RENAMED.test(inputs[at] ?? '')))) return true;
  if (convolutions.length < FEWEST_CONVOLUTIONS || nodes.some(({ op }) => NORMALIZATIONS.has(op)))
    return false;
  // The newer exporter of PyTorch writes zeros where a convolution has no bias.
  const isWeight = weightsBehind(graph);
  return convolutions.every(({ inputs }) => isWeight(inputs[2] ?? ''));
}
