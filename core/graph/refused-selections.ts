// Refuses networks that order images, so that the scores of an image would depend on the others of its batch, or whose
// output holds indices.
import { SpecError } from '../errors.js';
import { axisOf } from '../ops/tensor/shapes.js';
import { quoteUpTo } from '../text/show.js';
import { findImageAxes } from './axis-meanings.js';
import type { Graph } from './graph.js';
import type { ResolvedGraph } from './resolve.js';

/** Operators that order the elements of an axis, and the axis if the attribute is absent. */
const ORDERS: Readonly<Record<string, number>> = { ArgMax: 0, ArgMin: 0, TopK: -1 };

interface Selections {
  readonly graph: Graph;
  readonly resolved: ResolvedGraph;
  readonly file: string;
}

/** Throws SpecError. Elements are ordered within an image; normalizations alone read a whole batch, as in training. */
export function refuseSelections({ graph: { nodes }, resolved, file }: Selections): void {
  const { tape, input, output, named, isStream } = resolved;
  const ordering = nodes.filter(({ op, inputs }) => {
    const id = named.get(inputs[0] ?? '');
    return Object.hasOwn(ORDERS, op) && id !== undefined && isStream[id];
  });
  if (ordering.length === 0) return;
  const [batch] = tape.shape(input) as [number];
  const isOfImages = findImageAxes(resolved);
  for (const { op, name, inputs, attributes } of ordering) {
    const id = named.get(inputs[0]!)!;
    const shape = tape.shape(id);
    const axis = axisOf(Number(attributes.axis ?? ORDERS[op]), shape.length);
    // Where the axes could not be followed, images usually come first.
    const isUsual = axis === 0 && shape[0] === batch && batch > 1;
    if (isOfImages(id, axis) ?? isUsual)
      throw SpecError.inFile({
        file,
        message: `node ${quoteUpTo(200, name)} (${op}): it orders axis ${axis} of the shape [${shape}], along which the images of a batch lie, so that the scores of an image would depend on the others`,
      });
  }
  if (holdsIndices(resolved))
    throw SpecError.inFile({
      file,
      message: `its output "${resolved.names.get(output)}" holds the indices of the largest elements, such as predicted classes; must be class scores: export the network without its last operation`,
    });
}

function holdsIndices({ tape, output }: ResolvedGraph): boolean {
  let value = tape.get(output);
  while (value.op === 'Reshape' || value.op === 'Cast') value = tape.get(value.inputs[0]!);
  return value.op === 'TopKIndices';
}
