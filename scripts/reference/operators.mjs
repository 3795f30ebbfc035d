// Writes the page of the ONNX operators that a network may contain, from their tables.
import { activations } from '../../dist/core/graph/operators/activations.js';
import { normalizations } from '../../dist/core/graph/operators/normalizations.js';
import { places } from '../../dist/core/graph/operators/places.js';
import { products } from '../../dist/core/graph/operators/products.js';
import { recurrent } from '../../dist/core/graph/operators/recurrent.js';
import { samplings } from '../../dist/core/graph/operators/samplings.js';
import { selections } from '../../dist/core/graph/operators/selections.js';
import { sequences } from '../../dist/core/graph/operators/sequences.js';
import { shapes } from '../../dist/core/graph/operators/shapes.js';
import { OPSETS } from '../../dist/core/graph/read-onnx.js';
import { code, page, table } from './markdown.mjs';

const GROUPS = [
  ['convolutions, products, reductions', products],
  ['normalizations; batch normalization is computed as in training', normalizations],
  ['activations and arithmetic, with broadcasting', activations],
  ['recurrent layers, written out step by step', recurrent],
  ['shapes, and elements that move', shapes],
  ['running sums, and elements at indices', places],
  ['sequences of tensors, whose lengths and indices follow from shapes', sequences],
  ['the largest elements of an axis, and their indices', selections],
  ['maps sampled at computed positions', samplings],
];

export function operatorsPage() {
  const rows = GROUPS.map(([group, operators]) => [
    group,
    Object.keys(operators).sort().map(code).join(', '),
  ]);
  return page(
    'ONNX operators',
    `A network in an ONNX file may contain these operators, of the operator sets ${OPSETS.first} to ${OPSETS.last}. Any other is an error that names it, its node and the file before anything is computed ([Your own network](../guides/own-network.md)).`,
    [
      table(['what they compute', 'operators'], rows),
      'What follows from shapes alone is computed when a file is read: results of `Shape`, `Range`, comparisons and the like, which branch an `If` takes, and how many steps a `Loop` or `Scan` has, which are then written out. `NonZero` and `ReduceProd` are supported for such numbers only. Functions of the file (`FunctionProto`) are replaced by their nodes, and `QuantizeLinear` and `DequantizeLinear` by what they read.',
      'Indices may be computed from the images, as those of the largest elements; gradients hold them fixed, as those of PyTorch do. A number of elements that depends on the images (`NonZero`), an order of the images of a batch and reductions of `ScatterElements` and `ScatterND` other than a sum are not supported.',
      '`GridSample` interpolates maps of one to three sides linearly or takes the nearest elements, and interpolates maps of two cubically; `DeformConv` is read for maps with two sides. A grid that no image changes keeps the numbers of the file.',
      'An `If`, `Loop` or `Scan` whose branch or number of steps depends on the images, layers of integers (`QLinearConv`, `MatMulInteger` and the like) and operators of other domains, such as `com.microsoft`, are not supported.',
    ],
  );
}
