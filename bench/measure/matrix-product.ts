// Measures how quickly ONNX Runtime multiplies matrices on one core of this machine.
import { GraphBuilder } from '../../core/onnx/graph.js';
import { normal } from '../../core/random/random.js';
import { openPlain } from '../../engine/batched/device.js';
import { Tensor } from '../../engine/onnx-runtime.js';

/** The shortest time of a product of two float32 matrices by ONNX Runtime, the copy of the result included. */
export async function productMilliseconds(size: number, rounds: number): Promise<number> {
  const g = new GraphBuilder();
  const dims = [size, size];
  const value = g.add('MatMul', ['x', 'x']);
  const bytes = g.build({
    name: 'product',
    inputs: [{ name: 'x', dims }],
    outputs: [{ name: 'y', dims, value }],
  });
  const session = await openPlain({ program: bytes, device: 'cpu', threads: 1, optimization: 'disabled' });
  const x = new Tensor(
    'float32',
    normal({ key: { seed: 0, draw: 0, name: 'x' }, length: size ** 2, std: 1 }),
    dims,
  );
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await session.run({ x });
    times.push(performance.now() - start);
  }
  await session.release();
  return Math.min(...times);
}
