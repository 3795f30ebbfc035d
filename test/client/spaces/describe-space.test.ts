// Tests which sizes of images a space is described for, what the sizes of its costs are said to be, and which kinds
// a message offers.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { computeCandidateCosts } from '../../../client/spaces/candidate-costs.js';
import { describeSpaceInput, readSpace, type SpaceInput } from '../../../client/spaces/describe-space.js';
import { openSpace } from '../../../core/spaces/index.js';

const describeAt = (space: SpaceInput, resolution?: number) =>
  describeSpaceInput({ space, resolution, modules: 'refused' });
const costsAt = async (space: SpaceInput, resolution: number) => {
  const { random } = openSpace(await readSpace(space, 'refused'));
  const candidates = [0, 1, 2].map((draw) => random({ seed: 1, draw, name: 'costs' }));
  const text = new TextEncoder().encode(`candidate\n${candidates.map((one) => `"${one}"`).join('\n')}\n`);
  return computeCandidateCosts({ space, candidates: text, resolution, modules: 'refused' });
};
const resnet = { file: fileURLToPath(new URL('../../../examples/spaces/resnet.yaml', import.meta.url)) };

describe('images of a size', () => {
  it.each<[SpaceInput, number, number]>([
    ['nas-bench-201', 30, 4],
    ['darts', 9, 4],
    [{ kind: 'transnas-bench-101', size: 'micro' }, 8, 32],
    [resnet, 30, 4],
  ])('%j at %i pixels: neither described nor counted', async (space, side, step) => {
    const message = new RegExp(`^resolution: found ${side}; must be a multiple of ${step} for `);
    await expect(describeAt(space, side)).rejects.toThrow(message);
    await expect(costsAt(space, side)).rejects.toThrow(message);
  });

  it('for which only some candidates have networks: not described', async () => {
    const macro = { kind: 'transnas-bench-101', size: 'macro' };
    await expect(describeAt(macro, 8)).rejects.toThrow(
      /^resolution: found 8; must be a multiple of 64 for trans/,
    );
  });

  it('the costs of NAS-Bench-201 are those of 32 pixels, and are said to be', async () => {
    expect(await describeAt('nas-bench-201', 64)).toEqual(await describeAt('nas-bench-201'));
    expect(await describeAt('nas-bench-201', 64)).toMatchObject({ resolution: 32 });
    expect(await costsAt('nas-bench-201', 64)).toEqual(await costsAt('nas-bench-201', 32));
    expect(await describeAt(resnet, 64)).toMatchObject({ resolution: 64 });
  });
});

describe('a kind', () => {
  it.each(['foo', { kind: 'foo' }])('that does not exist: %j', async (space) => {
    const kinds = 'nas-bench-201, mobilenet-v2, autoformer, nas-bench-101, transnas-bench-101, darts';
    await expect(describeAt(space)).rejects.toThrow(
      new RegExp(`^kind: unknown "foo"; known: ${kinds}, or the file that defines a space$`),
    );
  });

  it.each(['custom', { kind: 'custom' }, 'module', 'onnx'])('whose spaces are files: %j', async (space) => {
    await expect(describeAt(space)).rejects.toThrow(
      /^kind: found \w+; must be the file that defines the space$/,
    );
  });
});

it.each([
  [undefined, 'space: missing; must be a kind, or one of { kind } and { file }'],
  [{}, 'space: file: missing; must be the path of a file, or its bytes'],
  [{ file: 5 }, 'space: file: found 5; must be the path of a file, or its bytes'],
  [{ file: 'a.yaml', name: 5 }, 'space: name: found 5; must be text'],
  [{ path: 'a.yaml' }, 'space: unknown key "path"; known keys: kind, file, name'],
])('a program in JavaScript may pass anything: %j', async (space, message) => {
  const described = describeSpaceInput({ space: space as never, modules: 'refused' });
  await expect(described).rejects.toMatchObject({ code: 'invalid-input', field: 'space', message });
});
