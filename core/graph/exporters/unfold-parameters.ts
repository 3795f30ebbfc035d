// Restores parameters from which an exporter computed other tensors while it wrote the file: those that it repeated for
// every image of a batch, and those that it transposed anew for each layer that shares them.
import { createHash } from 'node:crypto';
import type { NodeProto } from '../../onnx/proto.js';
import { sizeOf } from '../../ops/tensor/shapes.js';
import type { Initializer } from '../graph.js';
import type { FoldedTensor } from './notes.js';
import { isUniform } from './uniform.js';

/** Operations of PyTorch that repeat a tensor, and those that take a part of it; their results are named after them. */
const REPEATS = /^(expand|repeat|tile|broadcast)/;
const PARTS = /^(slice|select|split|getitem|chunk|narrow|index|embedding|unbind)/;

interface UnfoldArguments {
  readonly nodes: readonly NodeProto[];
  readonly folded: readonly FoldedTensor[];
  readonly initializers: Map<string, Initializer>;
  /** The number of images for which the file was written; undefined where it is open. */
  readonly batch: number | undefined;
}

/** The nodes that read each parameter once; what was computed from a parameter alone is replaced in `initializers`. */
export function unfoldParameters(given: UnfoldArguments): readonly NodeProto[] {
  const { nodes, initializers } = given;
  const folded = given.folded.filter(
    ({ name, parameters }) => parameters.length === 1 && initializers.get(name)?.type === 'float',
  );
  const sameAs = sharedTensors(folded, initializers);
  const repeats = folded
    .filter(({ name, others }) => !sameAs.has(name) && [name, ...others].some((each) => REPEATS.test(each)))
    .flatMap(({ name }) => repeatOf({ ...given, name }));
  const read = nodes.map((node) => ({
    ...node,
    inputs: (node.inputs ?? []).map((name) => sameAs.get(name) ?? name),
  }));
  return [...read, ...repeats];
}

/** For tensors that were computed from one parameter and have equal numbers, the first of them. */
function sharedTensors(
  folded: readonly FoldedTensor[],
  initializers: Map<string, Initializer>,
): ReadonlyMap<string, string> {
  const placeOf = ({ name, parameters }: FoldedTensor) => `${parameters} [${initializers.get(name)!.shape}]`;
  const counts = new Map<string, number>();
  for (const tensor of folded) counts.set(placeOf(tensor), (counts.get(placeOf(tensor)) ?? 0) + 1);
  const firsts = new Map<string, string>();
  const sameAs = new Map<string, string>();
  for (const tensor of folded.filter((each) => counts.get(placeOf(each))! > 1)) {
    const { name, others } = tensor;
    const values = initializers.get(name)!.read();
    // Different parts of a parameter that is still zero have equal numbers too.
    if (!values || (isUniform(values) && others.some((each) => PARTS.test(each)))) continue;
    const key = `${placeOf(tensor)} ${createHash('sha256').update(values).digest('hex')}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, name);
    else sameAs.set(name, first);
  }
  for (const name of sameAs.keys()) initializers.delete(name);
  return sameAs;
}

/** A node that repeats a parameter; none where the tensor repeats nothing. */
function repeatOf({
  name,
  initializers,
  batch,
}: Omit<UnfoldArguments, 'nodes' | 'folded'> & { readonly name: string }): readonly NodeProto[] {
  const tensor = initializers.get(name)!;
  const { shape } = tensor;
  const values = tensor.read();
  const once = values ? shapeOnce({ shape, values, batch }) : shape;
  if (sizeOf(once) === sizeOf(shape)) return [];
  const [parameter, target] = [`${name} once`, `${name} shape`];
  initializers.delete(name);
  initializers.set(parameter, {
    ...tensor,
    shape: once,
    read: () => firstOf({ shape, once, values: values! }),
  });
  const dims = { shape: [shape.length], type: 'int', read: () => Float64Array.from(shape) } as const;
  initializers.set(target, dims);
  return [{ opType: 'Expand', name: `${name} repeated`, inputs: [parameter, target], outputs: [name] }];
}

/**
 * The shape with 1 for every axis along which the numbers repeat. Where all numbers are equal, as those of a parameter
 * that is still zero, only the axis of the images is known to be one.
 */
function shapeOnce({
  shape,
  values,
  batch,
}: Pick<Initializer, 'shape'> &
  Pick<UnfoldArguments, 'batch'> & { readonly values: Float64Array }): readonly number[] {
  if (isUniform(values)) return shape.map((n, axis) => (axis === 0 && n === batch ? 1 : n));
  return shape.map((n, axis) => {
    const step = sizeOf(shape.slice(axis + 1));
    const repeats = values.every((value, i) => value === values[i - (Math.floor(i / step) % n) * step]);
    return repeats ? 1 : n;
  });
}

/** The numbers at index 0 of every axis that `once` does not have. */
function firstOf({
  shape,
  once,
  values,
}: {
  readonly shape: readonly number[];
  readonly once: readonly number[];
  readonly values: Float64Array;
}): Float64Array {
  const steps = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return values.filter((_, i) => once.every((n, axis) => Math.floor(i / steps[axis]!) % shape[axis]! < n));
}
