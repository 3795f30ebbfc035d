// Tests that what ONNX Runtime refuses is named by the file and by the block.
import { expect, it, onTestFinished, vi } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { openSpace } from '../../../core/spaces/index.js';
import { wholeNetworkOf } from '../../../core/spaces/whole-network.js';
import { findChannelBlock } from '../../../engine/channel-block.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';
import { openPrograms } from '../../../engine/graph/whole-programs.js';
import { InferenceSession } from '../../../engine/onnx-runtime.js';
import { smallNetwork } from '../../support/small-networks.js';

const file = 'small.onnx';
const network = graphNetwork({
  graph: readOnnx({ bytes: smallNetwork({ widths: [4, 4, 4], kernel: 3 }), file }),
  batch: 2,
  image: [3, 16, 16],
  wanted: 'blocks',
  file,
});
const names = network.features.map(({ name }) => name);
const PLACES = [`the stem, before ${names[0]}`, `the block before ${names[1]}`];

/** Lets the session of one program fail: when it is created, or when it runs. */
async function failAt(index: number, when: 'created' | 'run'): Promise<void> {
  // It creates a session of its own the first time.
  await findChannelBlock();
  const create = InferenceSession.create.bind(InferenceSession) as (
    program: Uint8Array,
  ) => Promise<InferenceSession>;
  let count = 0;
  vi.spyOn(InferenceSession, 'create').mockImplementation(async (program: unknown) => {
    const isFailing = count++ === index;
    if (isFailing && when === 'created') throw new Error('no kernel');
    const session = await create(program as Uint8Array);
    if (isFailing) vi.spyOn(session, 'run').mockRejectedValue(new Error('no kernel'));
    return session;
  });
  onTestFinished(() => void vi.restoreAllMocks());
}

/** Counts the sessions that are released from now on. */
function countReleases(): () => number {
  let released = 0;
  const create = vi.mocked(InferenceSession.create);
  const original = create.getMockImplementation()!;
  create.mockImplementation(async (program) => {
    const session = await original(program);
    const release = session.release.bind(session);
    vi.spyOn(session, 'release').mockImplementation(async () => {
      released++;
      await release();
    });
    return session;
  });
  return () => released;
}

it.each([0, 1])('a program that is refused, part %i', async (index) => {
  await failAt(index, 'created');
  await expect(openGraph({ network, threads: 1 })).rejects.toThrow(
    `${file}: ONNX Runtime refuses it at ${PLACES[index]}: no kernel`,
  );
});

it('the sessions that were created before it are released', async () => {
  await failAt(1, 'created');
  const released = countReleases();
  await expect(openGraph({ network, threads: 1 })).rejects.toThrow('no kernel');
  expect(released()).toBe(1);
});

it('also those of a whole network', async () => {
  await failAt(1, 'created');
  const released = countReleases();
  const space = openSpace({ kind: 'nas-bench-201' });
  const at = { space, candidate: space.enumeration!.at(9000), resolution: 8 };
  const write = () => wholeNetworkOf(at);
  const needs = new Set(['sign-agreement', 'weight-gradients']);
  const settings = { threads: 1, precision: 'float32' } as const;
  await expect(openPrograms({ write, batch: 1, needs, settings })).rejects.toThrow('no kernel');
  expect(released()).toBe(1);
});

it.each([0, 1])('a run that fails, part %i', async (index) => {
  await failAt(index, 'run');
  const opened = await openGraph({ network, threads: 1 });
  const score = opened.score(drawGraph({ network, drawn: randomDraw({ seed: 1, draw: 0 }), file }));
  await expect(score).rejects.toThrow(`${file}, ${PLACES[index]}: no kernel`);
  await opened.close();
});
