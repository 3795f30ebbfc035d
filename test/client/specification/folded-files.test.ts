// Tests that a search over ONNX files reports folded normalization, and restores it where the space asks for it.
import { expect, it } from 'vitest';
import { readSpecificationInput } from '../../../client/specification/read-specification.js';
import type { SpecError } from '../../../core/errors.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { graphOfStructure } from '../../../core/graph/structure.js';
import { FOLDED_CONVOLUTIONS, foldedNetwork, smallNetwork } from '../../support/small-networks.js';

const FILES: Readonly<Record<string, Uint8Array>> = {
  'folded.onnx': foldedNetwork(),
  'normal.onnx': smallNetwork({ widths: [8, 12, 16], kernel: 3 }),
};

const read = (normalization?: unknown) =>
  readSpecificationInput(
    {
      value: {
        name: 'folded',
        strategy: { kind: 'exhaustive' },
        space: {
          kind: 'onnx',
          files: Object.keys(FILES),
          resolution: 16,
          ...(normalization === undefined ? {} : { normalization }),
        },
        fidelity: { batch: 4 },
      },
      files: (name) => FILES[name]!,
    },
    { modules: 'refused' },
  );

/** The number of normalizations of each network, as a scorer resolves its structure. */
const normalizations = ({ structures }: Awaited<ReturnType<typeof read>>) =>
  [...structures!.values()].map((text) => {
    const { tape } = resolveGraph({
      graph: graphOfStructure(text),
      batch: 2,
      image: [3, 16, 16],
      file: 'test',
    });
    return tape.values.filter(({ op }) => op === 'StandardizeChannels').length;
  });

it('is a warning that names the files', async () => {
  const { warnings } = await read();
  const about = warnings!.filter(({ path }) => path === 'space.files');
  expect(about).toEqual([
    expect.objectContaining({ message: expect.stringContaining('1 of 2 networks (folded.onnx)') }),
  ]);
});

it('is restored in the structures that scorers get, which have addresses of their own', async () => {
  const [asInFile, restored] = [await read(), await read('restore')];
  expect(restored.warnings!.filter(({ path }) => path === 'space.files')).toEqual([]);
  const [folded] = normalizations(asInFile);
  const [now, normal] = normalizations(restored);
  expect(folded).toBe(0);
  expect(now).toBe(FOLDED_CONVOLUTIONS);
  expect(normal).toBe(normalizations(asInFile)[1]);
  const [digest] = asInFile.structures!.keys();
  expect([...restored.structures!.keys()]).not.toContain(digest);
  expect((await read('file')).structures).toEqual(asInFile.structures);
});

it('refuses another word', async () => {
  const failure = (await read('batch').catch((error: unknown) => error)) as SpecError;
  expect(failure.issues).toEqual([expect.objectContaining({ path: 'space.normalization' })]);
});
