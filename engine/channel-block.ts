// Determines the number of channels in a channel block of ONNX Runtime's NCHWc layout on this processor.
import { packActivation } from '../core/lowering/nchwc/writers.js';
import { GraphBuilder } from '../core/onnx/graph.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';

let found: Promise<number> | undefined;

/** 1 if ONNX Runtime has no such layout for this processor. */
export function findChannelBlock(): Promise<number> {
  found ??= probe();
  return found;
}

/**
 * Packs 32 channels of two positions, and finds where the second position of the first channel is stored:
 * after one channel block.
 */
async function probe(): Promise<number> {
  try {
    const g = new GraphBuilder();
    const value = packActivation(g, 'x');
    const port = (name: string) => ({ name, dims: [1, 32, 1, 2] });
    const program = g.build({ name: 'probe', inputs: [port('x')], outputs: [{ ...port('y'), value }] });
    const session = await InferenceSession.create(program, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const x = new Tensor(
      'float32',
      Float32Array.from({ length: 64 }, (_, i) => i),
      [1, 32, 1, 2],
    );
    const { y } = await session.run({ x });
    await session.release();
    return (y!.data as Float32Array).indexOf(1);
  } catch {
    return 1;
  }
}
