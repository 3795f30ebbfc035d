// Measures gradients of the loss and of the class scores with respect to weights, activations and images.
import { IMAGES } from '../../core/graph/resolve.js';
import { BACKWARD } from '../../core/graph/whole/backward-program.js';
import type { MeasuredLayer, Measurement, Reals } from '../../core/proxies/measurement.js';
import type { Tensor } from '../onnx-runtime.js';
import { type Measuring, pickDefined } from './measuring.js';
import { createTensor } from './reals.js';
import { classesOf } from './whole-draw.js';

export async function measureGradients(measuring: Measuring): Promise<{
  layers: readonly Partial<MeasuredLayer<Reals>>[];
  whole: Pick<Measurement<Reals>, 'jacobian'>;
}> {
  const { network, programs, needs, draw, tensors, labels, batch, classes } = measuring;
  const { backward, anatomy } = programs;
  if (!backward) return { layers: [], whole: {} };
  const shape = network.tape.shape(network.input);
  const targets = (of: Int32Array) => ({ [BACKWARD.targets]: oneHot({ labels: of, classes }) });
  const out = await backward.run({ ...tensors, ...targets(labels) });
  const second = needs.has('second-batch')
    ? await backward.run({
        ...tensors,
        [IMAGES]: createTensor(draw.normal('second', shape), shape),
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
  return createTensor(out, [labels.length, classes]);
}
