// Measures a network with absolute weights and without normalization.
import { IMAGES } from '../../core/graph/resolve.js';
import { ABSOLUTE } from '../../core/graph/whole/absolute-program.js';
import { sizeOf } from '../../core/ops/tensor/shapes.js';
import type { MeasuredLayer, Measurement, Reals } from '../../core/proxies/measurement.js';
import { Tensor } from '../onnx-runtime.js';
import { type Measuring, pickDefined } from './measuring.js';
import { createNumbers, createTensor } from './reals.js';

export async function measureAbsolute({ programs, network, tensors, batch }: Measuring): Promise<{
  layers: readonly Pick<MeasuredLayer<Reals>, 'flow' | 'flowProducts'>[];
  whole: Pick<Measurement, 'flowScale'>;
}> {
  const { absolute, anatomy, precision } = programs;
  if (!absolute) return { layers: [], whole: {} };
  const { tape, fed } = network;
  const { program } = absolute;
  const fedAs: Record<string, Tensor> = { [IMAGES]: createOnes(tape.shape(network.input).slice(1)) };
  for (const each of fed) {
    const port = tape.get(each.id).port!;
    const values = tensors[port]!.data as Float32Array;
    // Constants of the file, such as the means of images, keep their signs.
    const fedValues =
      each.role === 'constant'
        ? values
        : scaleAbsolute(values, program.divisorOf(each), createNumbers(precision, values.length));
    fedAs[port] = createTensor(fedValues, tensors[port]!.dims);
  }
  const out = await absolute.run(fedAs);
  const layers = anatomy.layers.map(({ weight }, i) => {
    const weights = fedAs[tape.get(weight).port!]!.data as Reals;
    const gradient = out[`${ABSOLUTE.gradient}${i}`];
    return {
      ...pickDefined(
        'flow',
        gradient && multiply(gradient, weights, createNumbers(precision, gradient.length)),
      ),
      ...pickDefined('flowProducts', out[`${ABSOLUTE.product}${i}`]),
    };
  });
  // The images of a batch would be equal, so that one image has a share 1 / batch of the sum of scores.
  return { layers, whole: { flowScale: program.scale + Math.log(batch) } };
}

/** One image of ones. */
function createOnes(image: readonly number[]): Tensor {
  const shape = [1, ...image];
  return new Tensor('float32', new Float32Array(sizeOf(shape)).fill(1), shape);
}

// Loops are several times as fast as Float32Array.map with a closure.

function scaleAbsolute(values: Float32Array, divisor: number, out: Reals): Reals {
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(values[i]!) / divisor;
  return out;
}

function multiply(a: Reals, b: Reals, out: Reals): Reals {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! * b[i]!;
  return out;
}
