// Tests that a session which could not be created once is created again, and that a scorer without memory or without its
// device sets no candidate aside.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DeviceError } from '../../core/errors.js';
import { nasBench201 } from '../../core/spaces/nas-bench-201/definition.js';
import { findChannelBlock } from '../../engine/channel-block.js';
import { createCpuScorer } from '../../engine/cpu-scorer.js';
import { InferenceSession } from '../../engine/onnx-runtime.js';
import type { ScoreRequest } from '../../engine/protocol.js';
import { request } from '../support/engine.js';

const cell = nasBench201.enumeration.at(9000);
const graph: ScoreRequest = {
  ...request('Genotype'),
  space: { kind: 'darts', cells: 3, channels: 4 },
  candidate: dartsCell(),
};

function dartsCell(): string {
  const edges = [0, 1, 0, 1, 0, 1, 0, 1].map((from) => `('sep_conv_3x3', ${from})`).join(', ');
  return `Genotype(normal=[${edges}], normal_concat=range(2, 6), reduce=[${edges}], reduce_concat=range(2, 6))`;
}

/** Lets the next session fail with this message. */
async function failOnce(message: string): Promise<void> {
  // It creates a session of its own the first time.
  await findChannelBlock();
  vi.spyOn(InferenceSession, 'create').mockRejectedValueOnce(new Error(message));
  onTestFinished(() => void vi.restoreAllMocks());
}

async function open(device: 'cpu' | 'cuda' = 'cpu') {
  const scorer = await createCpuScorer({ threads: 1, device });
  onTestFinished(() => scorer.close());
  return scorer;
}

it('a program whose session failed is compiled again for the next candidate', async () => {
  const undisturbed = await (await open()).scoreAll([request(cell)]);
  await failOnce('no kernel');
  const scorer = await open();
  expect(await scorer.scoreAll([request(cell)])).toEqual([{ reason: 'error', detail: 'no kernel' }]);
  expect(await scorer.scoreAll([request(cell)])).toEqual(undisturbed);
});

describe.each([
  ['blocks', request(cell)],
  ['a graph', graph],
])('%s', (_, each) => {
  it('a lack of memory ends the scorer, whose candidate is tried again', async () => {
    await failOnce('std::bad_alloc');
    await expect((await open()).scoreAll([each])).rejects.toThrow('bad_alloc');
  });

  it('an error of a GPU ends the scorer, since it may spoil all that follows', async () => {
    await failOnce('CUDA failure 700: an illegal memory access was encountered');
    await expect((await open('cuda')).scoreAll([each])).rejects.toThrow(DeviceError);
  });

  it('a text that only speaks of memory is no candidate', async () => {
    const told = await (await open()).scoreAll([{ ...each, candidate: 'out of memory' }]);
    expect(told).toMatchObject([{ reason: 'invalid' }]);
  });

  it('any other refusal of a CPU is that of the candidate', async () => {
    await failOnce('no kernel');
    expect(await (await open()).scoreAll([each])).toMatchObject([
      { detail: expect.stringContaining('no kernel') },
    ]);
  });
});
