// Tests features that a person names in a specification or in a file beside the network, and that they are
// part of the scored structure.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadNetwork } from '../../../client/networks/load-network.js';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { SpecError } from '../../../core/errors.js';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { featuresOfStructure, graphOfStructure } from '../../../core/graph/structure.js';
import { ASSEMBLIES } from '../../../core/specification/assemblies.js';
import { smallNetwork } from '../../support/small-networks.js';

const folder = mkdtempSync(join(tmpdir(), 'named-features-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'models'));
const bytes = smallNetwork({ widths: [8, 16, 24], kernel: 3 });
/** The outputs of the three activations. */
const names = readOnnx({ bytes, file: 'a' }).nodes.flatMap(({ op, outputs }) =>
  op === 'Relu' ? outputs : [],
);
for (const name of ['a', 'b']) writeFileSync(join(folder, 'models', `${name}.onnx`), bytes);

async function read(space: object, fidelity?: unknown) {
  const path = join(folder, 'search.json');
  const written = { kind: 'onnx', files: 'models/*.onnx', ...space };
  writeFileSync(path, JSON.stringify({ name: 'named', space: written, ...(fidelity ? { fidelity } : {}) }));
  const { specification, structures } = await readSpecification(path, { modules: 'refused' });
  const { networks } = specification.space as unknown as {
    networks: readonly { name: string; digest: string }[];
  };
  return { specification, texts: networks.map(({ digest }) => structures!.get(digest)!) };
}

const shapesOf = (text: string) => {
  const at = { batch: 2, image: [3, 16, 16], file: 'x', wanted: featuresOfStructure(text)! };
  return graphNetwork({ ...at, graph: graphOfStructure(text) }).features.map(({ shape }) => shape);
};

it('are found again in the structure that is stored, which is another one', async () => {
  const { texts: found } = await read({});
  expect(found.map(featuresOfStructure)).toEqual([undefined, undefined]);
  const { texts } = await read({ features: [names[0], names[2]] });
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).not.toBe(found[0]);
  expect(shapesOf(texts[0]!)).toEqual([
    [2, 8, 16, 16],
    [2, 24, 4, 4],
  ]);
});

it('may stand where blocks or stages may', async () => {
  const here = await read({}, { draws: 2, features: [names[0], names[2]] });
  expect(here.texts).toEqual((await read({ features: [names[0], names[2]] })).texts);
  expect(here.specification.fidelity).toMatchObject({ draws: 2, features: ASSEMBLIES.assembled.features });
});

it('of the file beside a network go before those of the specification', async () => {
  const sidecar = join(folder, 'models/b.onnx.yaml');
  writeFileSync(sidecar, `features: [${names[1]}, ${names[2]}]`);
  const { texts } = await read({ features: [names[0], names[2]] });
  expect(texts.map((text) => shapesOf(text)[0])).toEqual([
    [2, 8, 16, 16],
    [2, 16, 8, 8],
  ]);
  const at = { batch: 2, normalization: 'file' } as const;
  const { network } = await loadNetwork({ file: join(folder, 'models/b.onnx'), options: at });
  expect(network.features.map(({ name }) => name)).toEqual(names.slice(1));
  writeFileSync(sidecar, 'feature: [a, b]');
  await expect(loadNetwork({ file: join(folder, 'models/b.onnx'), options: at })).rejects.toThrow(
    /unknown key "feature"/,
  );
  rmSync(sidecar);
});

it.each([
  ['one is no list', { features: ['a'] }, undefined, 'space.features: found a list of 1; must be'],
  [
    'a word is none of them',
    { features: 'layers' },
    undefined,
    'space.features: found the text "layers"; must be',
  ],
  ['one is named twice', { features: [names[0], names[0]] }, undefined, 'space.files'],
  [
    'they are in another order than in the network',
    { features: [names[2], names[0]] },
    undefined,
    'space.files',
  ],
  ['a file has no such tensor', { features: ['a', 'b'] }, undefined, 'space.files'],
  [
    'they stand in two places',
    { features: [names[0], names[2]] },
    { features: [names[0], names[2]] },
    'fidelity.features',
  ],
])('are refused where %s', async (_, space, fidelity, start) => {
  const error = await read(space, fidelity).catch((error) => error);
  expect(error).toBeInstanceOf(SpecError);
  expect((error as SpecError).issues[0]!.path).toBe(start.split(':')[0]);
  expect((error as SpecError).message.startsWith(start)).toBe(true);
});

it.each(['#c.onnx', ' c.onnx', 'c\\d.onnx', `${'c'.repeat(210)}.onnx`])(
  'a file named %j is refused, because candidates are written by the names of their files',
  async (name) => {
    const file = join(folder, 'models', name);
    writeFileSync(file, bytes);
    const error = await read({}).catch((error) => error);
    rmSync(file);
    expect(error).toBeInstanceOf(SpecError);
    expect((error as SpecError).issues).toMatchObject([{ path: 'space.files' }]);
  },
);

it('an unknown key of the space is refused with the keys that a person may write', async () => {
  const error = await read({ file: 'x', shape: 3 }).catch((error) => error);
  expect((error as SpecError).issues).toMatchObject([{ path: 'space.file' }, { path: 'space.shape' }]);
  expect((error as SpecError).message).not.toContain('networks');
});
