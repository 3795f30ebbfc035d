// Measures gradients of the loss and of the class scores with respect to weights, activations and images.
import { IMAGES } from '../../core/graph/resolve.js';
import { BACKWARD } from '../../core/graph/whole/backward-program.js';
import type { MeasuredLayer, Measurement } from '../../core/proxies/measurement.js';
import { Tensor } from '../onnx-runtime.js';
import { createTensorLike, type Measuring, pickDefined } from './measuring.js';
import { classesOf } from './whole-draw.js';

export async function measureGradients(measuring: Measuring): Promise<{
  layers: readonly Partial<MeasuredLayer>[];
  whole: Pick<Measurement, 'jacobian'>;
}> {
  const { network, programs, needs, draw, tensors, labels, batch, classes } = measuring;
  const { backward, anatomy } = programs;
  if (!backward) return { layers: [], whole: {} };
  const targets = (of: Int32Array) => ({ [BACKWARD.targets]: oneHot({ labels: of, classes }) });
  const out = await backward.run({ ...tensors, ...targets(labels) });
  const second = needs.has('second-batch')
    ? await backward.run({
        ...tensors,
        [IMAGES]: createTensorLike(
          tensors[IMAGES]!,
          draw.normal('second', network.tape.shape(network.input)),
        ),
        ...targets(classesOf(draw.uniform('second labels', batch), classes)),
      })
    : {};
  const layers = anatomy.layers.map((_, i) => ({
    ...pickDefined('gradients', out[`${BACKWARD.gradient}${i}`]),
    ...pickDefined('products', out[`${BACKWARD.product}${i}`]),
    ...pickDefined('curvature', out[`${BACKWARD.curvature}${i}`]),
    ...pickDefined('secondGradients', second[`${BACKWARD.gradient}${i}`]),
    ...pickDefined('hessian', out[`${BACKWARD.hessian}${i}`]),
    ...pickDefined('saliency', out[`${BACKWARD.saliency}${i}`]),
  }));
  return { layers, whole: pickDefined('jacobian', out[BACKWARD.jacobian]) };
}

function oneHot({ labels, classes }: { readonly labels: Int32Array; readonly classes: number }): Tensor {
  const out = new Float32Array(labels.length * classes);
  labels.forEach((label, image) => {
    out[image * classes + label] = 1;
  });
  return new Tensor('float32', out, [labels.length, classes]);
}
