// Tests that a search is refused whose batch fits a file only by chance, or not at all.
import { expect, it } from 'vitest';
import { readSpecificationInput } from '../../../client/specification/read-specification.js';
import { SpecError } from '../../../core/errors.js';
import { RESIZED_BATCH as OWN, resizedNetwork } from '../../support/small-networks.js';

const FILES: Readonly<Record<string, Uint8Array>> = {
  'kept.onnx': resizedNetwork([OWN, 8, 8, 8]),
  'also.onnx': resizedNetwork([OWN, 8, 7, 7]),
  'free.onnx': resizedNetwork([]),
};

const read = (names: readonly string[], search: object) =>
  readSpecificationInput(
    {
      value: { name: 'batches', space: { kind: 'onnx', files: names }, ...search },
      files: (name) => FILES[name]!,
    },
    { modules: 'refused' },
  );

const exhaustive = { strategy: { kind: 'exhaustive' } };

async function issuesOf(reading: Promise<unknown>) {
  const error = await reading.catch((thrown: unknown) => thrown);
  if (!(error instanceof SpecError)) throw error;
  return error.issues.map(({ path, message }) => [path, message]);
}

it('names the field, a file and the batch of its export', async () => {
  expect(await issuesOf(read(Object.keys(FILES), { ...exhaustive, fidelity: { batch: 4 } }))).toEqual([
    [
      'fidelity.batch',
      'found 4; also.onnx holds only for the batch of its export, 2 (and 1 more for theirs): state that batch, or export with a free one (docs/guides/own-network.md)',
    ],
  ]);
});

it('in the rounds of a screening too', async () => {
  const rounds = [{ fidelity: { batch: OWN }, keep: 0.5 }, { fidelity: { batch: 8 } }];
  const screening = { strategy: { kind: 'screening', source: { kind: 'exhaustive' }, rounds } };
  expect((await issuesOf(read(['kept.onnx', 'free.onnx'], screening))).map(([path]) => path)).toEqual([
    'strategy.rounds.1.fidelity.batch',
  ]);
});

it('not the batch of the export, and no other where the nodes of the file accept it', async () => {
  const own = await read(Object.keys(FILES), { ...exhaustive, fidelity: { batch: OWN } });
  expect(own.structures!.size).toBe(3);
  const free = await read(['free.onnx'], { ...exhaustive, fidelity: { batch: 4 } });
  expect(free.structures!.size).toBe(1);
});
