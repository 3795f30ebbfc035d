// Tests that files named in a specification are read into it, and that faults name file and field.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { scoreScope } from '../../../core/address.js';
import { npy } from '../../support/npy.js';

const SPACE = 'input: { resolution: 32 }\nclasses: 10\nstages: [{ block: basic, width: [16, 8] }]\n';
const spec = (space: string, rest = '') => `name: a\nspace: ${space}\n${rest}`;

let folder: string;
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const read = (text: string) => readSpecification(write('spec.yaml', text));
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-spec-'));
  mkdirSync(join(folder, 'spaces'));
  write('spaces/good.yaml', SPACE);
  write('spaces/bad.yaml', SPACE.replace('8', '0'));
  write('spaces/broken.yaml', 'stages: [');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a space of a file', () => {
  it('is in the specification, and is the same written there or otherwise ordered', async () => {
    const { specification, digest } = await read(spec('{ kind: custom, file: spaces/good.yaml }'));
    expect(specification.space).toMatchObject({
      kind: 'custom',
      definition: { classes: 10, stages: [{ block: ['basic'], width: [8, 16], stride: [1] }] },
    });
    write('spaces/other.yaml', SPACE.replace('16, 8', '8, 16').replace('basic,', '[basic], stride: 1,'));
    expect((await read(spec('{ kind: custom, file: spaces/other.yaml }'))).digest).toBe(digest);
    expect((await read(JSON.stringify(specification))).digest).toBe(digest);
    write('spaces/other.yaml', SPACE.replace('8', '24'));
    expect((await read(spec('{ kind: custom, file: spaces/other.yaml }'))).digest).not.toBe(digest);
  });

  it('has candidates that lists may hold', async () => {
    write('list.txt', 'basic-w8\n# the same once more\nbasic-s1-w8-d1\nbasic-w16\n');
    const { list } = await read(
      spec('{ kind: custom, file: spaces/good.yaml }', 'strategy: { kind: list, file: list.txt }'),
    );
    expect(list).toEqual(['basic-w8', 'basic-w16']);
  });

  it('has candidates that a ranking may hold: the first in the order of ranks, whatever the order of the rows', async () => {
    write('ranking.csv', 'rank,candidate,score\r\n2,"basic-w16",0.5\r\n1,basic-s1-w8-d1,-inf\r\n');
    const from = (rest: string) =>
      read(spec('{ kind: custom, file: spaces/good.yaml }', `strategy: { kind: list, ${rest} }`));
    expect((await from('file: ranking.csv')).list).toEqual(['basic-w8', 'basic-w16']);
    expect((await from('file: ranking.csv, top: 1')).list).toEqual(['basic-w8']);
    write('truth.csv', 'cifar10,arch\n90,basic-w16\n91,basic-w8\n');
    expect((await from('file: truth.csv')).list).toEqual(['basic-w16', 'basic-w8']);
    write('list.txt', 'basic-w8\nbasic-w16\n');
    expect((await from('file: list.txt, top: 1')).list).toEqual(['basic-w8']);
    expect(await from('search: nightly, top: 3')).not.toHaveProperty('list');
  });

  it.each([
    [
      '',
      /^strategy\.file: missing; must be the path of .*, or search: the ID of a finished search beside kind$/,
    ],
    ['search: a, file: list.txt', /^strategy\.search: found beside file; keep one of the two$/],
    ['search: 7', /^strategy\.search: found 7; must be the ID of a finished search$/],
    ['search: "a b"', /^strategy\.search: found the text "a b"; must be the ID/],
    ['search: a, top: 0', /^strategy\.top: found 0; must be a whole number from 1/],
    ['file: list.txt, top: 3', /^strategy\.top: found 3; list\.txt has 1 candidates; must be at most that$/],
    ['file: empty.csv', /^strategy\.file: empty\.csv: no candidates/],
    ['file: bad.csv', /^strategy\.file: bad\.csv:3: /],
    ['file: none.parquet', /^strategy\.file: none\.parquet: no such file$/],
    ['file: bad.parquet', /^strategy\.file: bad\.parquet: not a parquet file that can be read: /],
  ])('list, %s', async (rest, message) => {
    write('list.txt', 'basic-w8\n');
    write('empty.csv', 'candidate,reason,detail\n');
    write('bad.csv', 'rank,candidate\n1,basic-w8\n2,basic-w9\n');
    write('bad.parquet', 'PAR1');
    const strategy = `strategy: { kind: list${rest && `, ${rest}`} }`;
    await expect(read(spec('{ kind: custom, file: spaces/good.yaml }', strategy))).rejects.toThrow(message);
  });

  it.each([
    ['{ kind: custom, file: spaces/none.yaml }', /^space\.file: spaces\/none\.yaml: no such file$/],
    ['{ kind: custom, file: 7 }', /^space\.file: found 7; must be the path of a YAML file$/],
    ['{ kind: custom, file: spaces/broken.yaml }', /^space\.file: spaces\/broken\.yaml:1:\d+: /],
    [
      '{ kind: custom, file: spaces/bad.yaml }',
      /^space\.file: spaces\/bad\.yaml: stages\[0\]\.width: found 0; must be a whole number from 1 to 8192$/,
    ],
    ['{ kind: custom, file: spaces/good.yaml, definition: {} }', /^space\.file: found beside definition/],
    ['module', /^space\.file: missing; must be the path of a TypeScript or JavaScript file$/],
    ['{ kind: module }', /^space\.file: missing; must be the path of a TypeScript or JavaScript file$/],
    ['custom', /^space\.definition: missing; must be .*or file: my-space\.yaml beside kind$/],
    ['42', /^space: found 42; must be a kind, such as nas-bench-201, or a mapping with a kind/],
    ['nas-bench-2O1', /^space: unknown "nas-bench-2O1"; did you mean "nas-bench-201"\?/],
    ['{ kind: custom }', /^space\.definition: missing; must be .*or file: my-space\.yaml beside kind$/],
    ['{ kind: custom, file: spaces/good.yaml, size: 3 }', /^space\.size: unknown key "size"/],
    ['{ kind: custom, definition: { stages: 3 } }', /^space\.definition\.input: /m],
  ])('%s is refused', async (space, message) => {
    await expect(read(spec(space))).rejects.toThrow(message);
  });

  it('a resolution that does not go through the strides, a device', async () => {
    write('spaces/strided.yaml', SPACE.replace('basic,', 'basic, stride: [1, 4], depth: 2,'));
    const strided = (rest: string) => read(spec('{ kind: custom, file: spaces/strided.yaml }', rest));
    await expect(strided('fidelity: { resolution: 20 }')).resolves.toBeDefined();
    write(
      'spaces/strided.yaml',
      SPACE.replace('basic,', 'basic, stride: [1, 4],').replace('classes', 'stem: { stride: 2 }\nclasses'),
    );
    await expect(strided('fidelity: { resolution: 20 }')).rejects.toThrow(
      /^fidelity\.resolution: found 20; must be a multiple of 8 for custom$/,
    );
    // Spaces without a supernet are scored one by one on that device.
    await expect(strided('execution: { device: cuda }')).resolves.toBeDefined();
  });
});

describe('input: images', () => {
  const values = new Float32Array(8 * 3 * 16 * 16).fill(0.5);
  let number = 0;
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
  const read = (changes: object) => {
    const input = { images: 'a.npy' };
    const fidelity = { draws: 2, batch: 4 };
    const path = join(folder, `images${number++}.json`);
    writeFileSync(
      path,
      JSON.stringify({ name: 'a', space: { kind: 'nas-bench-201' }, input, fidelity, ...changes }),
    );
    return readSpecification(path);
  };
  beforeAll(() => write('a.npy', npy({ shape: [8, 3, 16, 16], values })));

  it('become digest and shape; the side is that of the images where nothing else is said', async () => {
    const { specification, images } = await read({});
    const digest = createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
    expect(specification.input).toEqual({ images: { digest, shape: [8, 3, 16, 16] } });
    expect(specification.fidelity.resolution).toBe(16);
    const bytes = [];
    for await (const piece of images!.read()) bytes.push(piece);
    expect(Buffer.concat(bytes)).toEqual(Buffer.from(values.buffer));
  });

  it('of one value everywhere are warned of, if they are scored', async () => {
    const numbers = Float32Array.from(values, (_, i) => i % 7);
    // In image 5, each channel has one value.
    const pixels = 16 * 16;
    for (let i = 0; i < 3 * pixels; i++) numbers[5 * 3 * pixels + i] = Math.floor(i / pixels);
    write('some.npy', npy({ shape: [8, 3, 16, 16], values: numbers }));
    const input = { images: 'some.npy' };
    const warned = async (changes: object) =>
      (await read(changes))
        .warnings!.filter(({ path }) => path === 'input.images')
        .map(({ message }) => message);
    expect(await warned({})).toEqual([
      expect.stringMatching(/^8 of the 8 images that are scored are constant/),
    ]);
    expect(await warned({ input })).toEqual([expect.stringMatching(/^1 of the 8 images/)]);
    expect(await warned({ input, fidelity: { draws: 1, batch: 5 } })).toEqual([]);
  });

  it('are part of addresses by their values alone', async () => {
    write('same.npy', npy({ shape: [8, 3, 16, 16], values, version: 2 }));
    write('other.npy', npy({ shape: [8, 3, 16, 16], values: values.with(9, 1) }));
    const [noise, one, same, other] = await Promise.all(
      [
        { input: undefined, fidelity: { draws: 2, batch: 4, resolution: 16 } },
        {},
        { input: { images: 'same.npy' } },
        { input: { images: 'other.npy' } },
      ]
        .map(read)
        .map(async (it) => scoreScope((await it).specification)),
    );
    expect(same).toBe(one);
    expect(new Set([noise, one, other]).size).toBe(3);
  });

  it.each<[object, RegExp]>([
    [{ input: { images: 'none.npy' } }, /^input.images: none.npy: no such file$/],
    [{ input: { images: '../../etc/passwd' } }, /^input.images: found the text .* lies outside/],
    [{ input: { images: 3 } }, /^input.images: found 3; must be the path of a .npy file/],
    [
      { fidelity: { draws: 3, batch: 4 } },
      /^input.images: has images 8 x 3 x 16 x 16; 3 draws of 4 images need 12/,
    ],
    [{ fidelity: { draws: 1, resolution: 32 } }, /fidelity.resolution is 32, must be 16 or left out/],
    [{ execution: { device: 'cuda' } }, /^input.images: cuda scores on noise alone so far; must be cpu/],
    [
      {
        space: {
          kind: 'custom',
          definition: {
            input: { channels: 1, resolution: 32 },
            classes: 2,
            stages: [{ block: 'conv', width: 8 }],
          },
        },
      },
      /^input.images: has images .*; custom reads images of 1 channels/,
    ],
    [
      { space: { kind: 'mobilenet-v2' }, strategy: { kind: 'random', samples: 1 } },
      /found 16; must be a multiple of/,
    ],
    [{ input: { images: 'nan.npy' } }, /^input.images: nan.npy: image 7 holds NaN; must be finite numbers/],
  ])('%j is refused', async (changes, message) => {
    write('nan.npy', npy({ shape: [8, 3, 16, 16], values: values.with(7 * 768 + 1, Number.NaN) }));
    await expect(read(changes)).rejects.toThrow(message);
  });
});
