// Tests on which images a search scores its files: of one size, which the files or the specification state.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { openSpace } from '../../../core/spaces/index.js';
import { checkAgainstSpace } from '../../../core/specification/check-against-space.js';
import { costResolution } from '../../../core/specification/space.js';
import { checkSpecification } from '../../../core/specification/specification.js';
import { npy } from '../../support/npy.js';
import { smallNetwork } from '../../support/small-networks.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-image-size-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Image = readonly [number, ...(number | string)[]];

/** The specification of a search over networks that read these images. */
function read(images: Readonly<Record<string, Image>>, space: object = {}, more: object = {}) {
  for (const [name, image] of Object.entries(images))
    writeFileSync(join(folder, `${name}.onnx`), smallNetwork({ widths: [8, 8, 8], kernel: 3, image }));
  const path = join(folder, 'search.json');
  const files = Object.keys(images).map((name) => `${name}.onnx`);
  writeFileSync(path, JSON.stringify({ name: 'a', space: { kind: 'onnx', files, ...space }, ...more }));
  return readSpecification(path);
}

/** What the space says of its images, and the multiply-accumulates of each network. */
async function sizesOf(...of: Parameters<typeof read>) {
  const { specification, structures } = await read(...of);
  const { resolution, image, networks } = specification.space as {
    readonly resolution: number;
    readonly image?: readonly number[];
    readonly networks: readonly { readonly macs: number; readonly digest: string }[];
  };
  const inputs = networks.map(({ digest }) => JSON.parse(structures!.get(digest)!).input as unknown);
  return { resolution, image, inputs, macs: networks.map(({ macs }) => macs) };
}

const refusal = (...of: Parameters<typeof read>) =>
  read(...of).then(
    () => expect.unreachable(),
    (error: Error) => error.message,
  );

describe('images that are not square', () => {
  test.each<[string, Image]>([
    ['signals', [2, 250]],
    ['spectrograms', [1, 49, 10]],
    ['videos', [3, 8, 16, 16]],
  ])('%s have a shape, which the structure fixes', async (_, image) => {
    const { specification } = await read({ a: image });
    expect(specification.space).toMatchObject({ image });
    const { inputs } = await sizesOf({ a: image });
    expect(inputs).toEqual([[null, ...image]]);
    expect(checkSpecification({ value: specification, source: 'again', origin: 'command' })).toEqual(
      specification,
    );
  });

  test('open axes have the size of other files, or the stated one', async () => {
    const fixed = await sizesOf({ a: [1, 64, 20] });
    const open = await sizesOf({ a: [1, 64, 20], b: [1, 64, 'time'], c: [1, 'mel', 'time'] });
    expect(open.image).toEqual([1, 64, 20]);
    expect(open.macs).toEqual([fixed.macs[0], fixed.macs[0], fixed.macs[0]]);
    const stated = await sizesOf({ b: [1, 64, 'time'] }, { resolution: 20 });
    expect(stated).toEqual(fixed);
    expect((await sizesOf({ b: [1, 64, 'time'] })).resolution).toBe(64);
    expect((await sizesOf({ a: [2, 'time'], b: [2, 250] })).image).toEqual([2, 250]);
    expect((await sizesOf({ a: [2, 'time'] }, { resolution: 16_000 })).image).toEqual([2, 16_000]);
    expect(await refusal({ a: [2, 'time'] })).toContain(
      'space.files: a.onnx leaves the size of its input open (2 x any), and signals and volumes have no usual size',
    );
  });

  test('must be the same for all files, and a fidelity cannot change them', async () => {
    expect(await refusal({ a: [1, 64, 20], b: [1, 64, 30] })).toContain(
      'space.files: a.onnx was exported for images of 64 x 20 and b.onnx for 64 x 30; a search scores all networks at one size',
    );
    expect(await refusal({ a: [3, 16, 16], b: [3, 250] })).toContain('b.onnx for 3 x 250');
    expect(await refusal({ a: [2, 250], b: [3, 250] })).toContain('of 2 x 250 and b.onnx for 3 x 250');
    expect(await refusal({ a: [1, 64, 20], b: [3, 64, 20] })).toContain(
      'of 1 x 64 x 20 and b.onnx for 3 x 64 x 20',
    );
    expect(await refusal({ a: [1, 64, 20] }, { resolution: 64 })).toContain(
      'space.resolution: found 64; must be left out',
    );
    expect(await refusal({ a: [2, 250] }, {}, { fidelity: { resolution: 32 } })).toContain(
      'fidelity.resolution: found 32; must be left out, because the networks read images of 2 x 250',
    );
  });

  test('images of ones own must have their shape', async () => {
    const own = (...shape: readonly number[]) => {
      writeFileSync(join(folder, 'own.npy'), npy({ shape }));
      const more = { input: { images: 'own.npy' }, fidelity: { draws: 1, batch: 4 } };
      return [{ a: [2, 250] as const }, {}, more] as const;
    };
    const { specification } = await read(...own(4, 2, 250));
    expect(specification.input!.images.shape).toEqual([4, 2, 250]);
    expect(specification.fidelity.resolution).toBe(
      (specification.space as { resolution: number }).resolution,
    );
    expect(await refusal(...own(4, 2, 200))).toContain(
      'own.npy: has shape (4, 2, 200); must be images x 2 x 250, which the networks read',
    );
    expect(await refusal(...own(4, 3, 16, 16))).toContain('must be images x 2 x 250');
    expect(await refusal(...own(3, 2, 250))).toContain('1 draws of 4 images need 4');
  });
});

/** A network whose linear layer reads every position, so that it holds for signals of 32 samples alone. */
function flattened(length: number | string): Uint8Array {
  const g = new GraphBuilder();
  const weight = (name: string, ...dims: number[]) =>
    g.weights({ name, dims, data: new Float32Array(dims.reduce((n, m) => n * m)) });
  const layer = (x: string, i: number, channels: number) =>
    g.add('Relu', [g.add('Conv', [x, weight(`w${i}`, 4, channels, 3)], { pads: [1, 1], strides: [2] })]);
  const last = layer(layer(layer('x', 0, 2), 1, 4), 2, 4);
  const value = g.add('MatMul', [g.add('Flatten', [last]), weight('head', 16, 5)]);
  const inputs = [{ name: 'x', dims: ['batch', 2, length] }];
  return g.build({ name: 'n', inputs, outputs: [{ name: 'y', value, dims: [] }] });
}

describe('a network that holds for one size which its file does not say', () => {
  const search = (space: object, ...lengths: readonly (number | string)[]) => {
    const files = lengths.map((length, i) => {
      writeFileSync(join(folder, `flat-${i}.onnx`), flattened(length));
      return `flat-${i}.onnx`;
    });
    const path = join(folder, 'flat.json');
    writeFileSync(path, JSON.stringify({ name: 'a', space: { kind: 'onnx', files, ...space } }));
    return readSpecification(path);
  };

  test('is read at the size of another file, or at the stated one', async () => {
    for (const { specification } of [await search({}, 'time', 32), await search({ resolution: 32 }, 'time')])
      expect(specification.space).toMatchObject({ image: [2, 32] });
  });

  test('is refused for want of a size, and at a wrong one', async () => {
    await expect(search({}, 'time')).rejects.toThrow(/flat-0.onnx leaves the size of its input open/);
    await expect(search({ resolution: 48 }, 'time')).rejects.toThrow(/flat-0.onnx: node .*\(MatMul\)/);
    await expect(search({ resolution: 2 }, 'time')).rejects.toThrow(/space.resolution: found 2; must be/);
  });
});

test('a shape that nothing has checked is refused by its field', async () => {
  writeFileSync(join(folder, 'x.npy'), npy({ shape: [8, 3, 32, 32] }));
  const path = join(folder, 'hostile.json');
  for (const image of [5, {}, 'x', [0]]) {
    const space = { kind: 'nas-bench-201', image };
    writeFileSync(path, JSON.stringify({ name: 'a', space, input: { images: 'x.npy' }, fidelity: 'screen' }));
    await expect(readSpecification(path)).rejects.toThrow(/space.image/);
  }
});

test('described images must have the shape that the networks read', () => {
  const described = (space: object, shape: readonly number[]) => {
    const input = { images: { digest: '0'.repeat(64), shape } };
    const value = { name: 'a', space, input, fidelity: { draws: 1, batch: 4, resolution: 32 } };
    const specification = checkSpecification({ value, source: 'posted' });
    return () => checkAgainstSpace({ specification, space: openSpace(specification.space) });
  };
  const built = { kind: 'nas-bench-201' };
  expect(described(built, [8, 3, 32, 32])).not.toThrow();
  for (const shape of [
    [8, 3, 32, 32, 32],
    [8, 32],
    [8, 3, 32, 16],
  ])
    expect(described(built, shape)).toThrow(/input.images: has images .*; must be images x channels/);
});

test('costs of files are those at their size, whatever a specification of an earlier release says', () => {
  const networks = [{ name: 'a', digest: '0'.repeat(64), macs: 1, parameters: 1, form: 'maps' as const }];
  const space = { kind: 'onnx' as const, resolution: 16, networks };
  expect(costResolution({ space, constraints: { resolution: 224 } })).toBe(16);
});

describe('square images', () => {
  test('of ones own may be as large as those that files were exported for', async () => {
    writeFileSync(join(folder, 'large.npy'), npy({ shape: [1, 3, 640, 640] }));
    const more = { input: { images: 'large.npy' }, fidelity: { draws: 1, batch: 1 } };
    const { specification } = await read({ a: [3, 640, 640] }, {}, more);
    expect(specification.fidelity.resolution).toBe(640);
  });

  test('of which a file fixes one side are scored at the size for which they are counted', async () => {
    const { resolution, inputs } = await sizesOf({ a: [3, 'height', 32] });
    expect([resolution, inputs]).toEqual([32, [[null, 3, 32, 32]]]);
  });

  test('of any size that files were exported for are scored', async () => {
    const { specification } = await read({ a: [3, 299, 299] });
    expect(specification.fidelity.resolution).toBe(299);
    expect(checkSpecification({ value: specification, source: 'again', origin: 'command' })).toEqual(
      specification,
    );
  });

  test('costs of files that leave the size open are those for the size that other files fix', async () => {
    const { resolution, macs, inputs } = await sizesOf({ a: [3, 32, 32], b: [3, 'height', 'width'] });
    expect(resolution).toBe(32);
    expect(macs[0]).toBe(macs[1]);
    expect(inputs[1]).toEqual([null, 3, null, null]);
  });

  test('images of ones own must have the channels of the networks', async () => {
    writeFileSync(join(folder, 'grey.npy'), npy({ shape: [4, 1, 16, 16] }));
    const more = { input: { images: 'grey.npy' }, fidelity: { draws: 1, batch: 4 } };
    expect(await refusal({ a: [3, 16, 16] }, {}, more)).toContain(
      'input.images: has images 4 x 1 x 16 x 16; the networks read 3 channels',
    );
  });

  test.each<[string, object, string]>([
    ['a resolution', { fidelity: { resolution: 64 } }, 'fidelity.resolution: found 64; must be left out'],
    [
      'that of a round',
      {
        strategy: {
          kind: 'screening',
          rounds: [{ fidelity: 'screen', keep: 0.5 }, { fidelity: { resolution: 64 } }],
        },
      },
      'strategy.rounds.1.fidelity.resolution: found 64; must be left out',
    ],
    [
      'images of ones own',
      { input: { images: 'large.npy' }, fidelity: { draws: 1, batch: 4 } },
      'input.images: has images 4 x 3 x 64 x 64; must be 32 x 32 pixels',
    ],
  ])('%s cannot be another than files fix, also where no proxy reads features', async (_, more, text) => {
    writeFileSync(join(folder, 'large.npy'), npy({ shape: [4, 3, 64, 64] }));
    expect(await refusal({ a: [3, 32, 32] }, {}, { proxies: ['synflow'], ...more })).toContain(
      `${text}, because the networks were exported for images of 32 x 32`,
    );
    const open = await read({ a: [3, 'h', 'w'] }, { resolution: 32 }, { proxies: ['synflow'], ...more });
    expect(open.specification.space).toMatchObject({ resolution: 32 });
  });

  test('costs are those of the images that files read, so that no other size can be asked for', async () => {
    const more = { constraints: { flops: { max: 1e9 }, resolution: 64 } };
    expect(await refusal({ a: [3, 32, 32] }, {}, more)).toContain(
      'constraints.resolution: found 64; must be left out',
    );
  });

  test('a stated size that no file has is refused', async () => {
    expect(await refusal({ a: [3, 32, 32] }, { resolution: 64 })).toContain(
      'space.resolution: found 64; must be left out, because a.onnx was exported for images of 32 x 32',
    );
  });
});
