// Tests that an absent device is refused by name and reason, and never replaced by the CPU.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../core/errors.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { isOutOfMemory, openOnDevice } from '../../../engine/batched/device.js';

function program(): Uint8Array {
  const g = new GraphBuilder();
  const port = { name: 'x', dims: [1] };
  return g.build({
    name: 'p',
    inputs: [port],
    outputs: [{ name: 'y', dims: [1], value: g.add('Relu', ['x']) }],
  });
}

describe('openOnDevice', () => {
  it('opens on the cpu', async () => {
    const session = await openOnDevice({ program: program(), device: 'cpu' });
    expect(session.outputNames).toEqual(['y']);
    await session.release();
  });

  it.skipIf(existsSync('/dev/nvidia0'))('refuses cuda where there is none, and says so', async () => {
    const failure = await openOnDevice({ program: program(), device: 'cuda' }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DeviceError);
    expect((failure as DeviceError).message).toMatch(/^device cuda: /);
  });
});

describe('isOutOfMemory', () => {
  it.each([
    'Non-zero status code returned while running Conv node. Failed to allocate memory for requested buffer of size 4096',
    'CUDA error 2: out of memory',
    'CUDNN_STATUS_ALLOC_FAILED',
    'CUBLAS_STATUS_ALLOC_FAILED',
    'std::bad_alloc',
    'WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid.',
    'Non-zero status code returned while running Relu node. Too many storage buffers in shader. Current: 20, Max is 16',
  ])('%s', (message) => {
    expect(isOutOfMemory(new Error(message))).toBe(true);
  });

  it('nothing else', () => {
    expect(isOutOfMemory(new Error('indices element out of data bounds'))).toBe(false);
  });
});
