// Measures a network with absolute weights and without normalization.
import { IMAGES } from '../../core/graph/resolve.js';
import { ABSOLUTE } from '../../core/graph/whole/absolute-program.js';
import type { MeasuredLayer, Measurement } from '../../core/proxies/measurement.js';
import type { Tensor } from '../onnx-runtime.js';
import { createTensorLike, type Measuring } from './measuring.js';

export async function measureAbsolute({ programs, network, tensors }: Measuring): Promise<{
  layers: readonly Pick<MeasuredLayer, 'flow'>[];
  whole: Pick<Measurement, 'flowScale'>;
}> {
  const { absolute, anatomy } = programs;
  if (!absolute) return { layers: [], whole: {} };
  const { tape, fed } = network;
  const { program } = absolute;
  const fedAs: Record<string, Tensor> = {
    [IMAGES]: createTensorLike(tensors[IMAGES]!, ones(tensors[IMAGES]!)),
  };
  for (const each of fed) {
    const port = tape.get(each.id).port!;
    const divisor = program.divisorOf(each);
    const values = tensors[port]!.data as Float32Array;
    fedAs[port] = createTensorLike(
      tensors[port]!,
      // Constants of the file, such as the means of images, keep their signs.
      each.role === 'constant' ? values : values.map((value) => Math.abs(value) / divisor),
    );
  }
  const out = await absolute.run(fedAs);
  const layers = anatomy.layers.map(({ weight }, i) => {
    const weights = fedAs[tape.get(weight).port!]!.data as Float32Array;
    return { flow: out[`${ABSOLUTE.gradient}${i}`]!.map((gradient, at) => gradient * weights[at]!) };
  });
  return { layers, whole: { flowScale: program.scale } };
}

function ones({ size }: Tensor): Float32Array {
  return new Float32Array(size).fill(1);
}
