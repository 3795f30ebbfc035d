// Tests that faults of a search over ONNX files name the file or the pattern, and what is supported.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSpecification } from '../../../client/specification/read-specification.js';
import type { SpecError } from '../../../core/errors.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';
import { smallNetwork } from '../../support/small-networks.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-network-files-'));
  const good = smallNetwork({ widths: [8, 12, 16], kernel: 3 });
  for (const place of ['a', 'b']) {
    mkdirSync(join(folder, place));
    writeFileSync(join(folder, place, `${place}1.onnx`), good);
  }
  writeFileSync(join(folder, 'a', 'odd[1]{x}.onnx'), smallNetwork({ widths: [8, 12, 20], kernel: 3 }));
  for (const name of ['det', 'other']) writeFileSync(join(folder, `${name}.onnx`), unsupported());
});
afterAll(() => rmSync(folder, { recursive: true }));

function unsupported(): Uint8Array {
  const g = new GraphBuilder();
  return g.build({
    name: 'unsupported',
    inputs: [{ name: 'x', dims: ['batch', 3, 16, 16] }],
    outputs: [{ name: 'y', value: g.add('Det', ['x']), dims: ['batch', 3, 16, 16] }],
  });
}

function read(...files: readonly string[]) {
  const path = join(folder, 'search.yaml');
  writeFileSync(path, JSON.stringify({ name: 'a', space: { kind: 'onnx', files, resolution: 16 } }));
  return readSpecification(path);
}

const refusal = (...files: readonly string[]) =>
  read(...files).then(
    () => expect.unreachable(),
    (error: SpecError) => error,
  );

it('names the file of an operator that is not supported, in the text and in the issue', async () => {
  const { message, issues } = await refusal('a/a1.onnx', '*.onnx');
  expect(issues).toMatchObject(
    ['det.onnx', 'other.onnx'].map((file) => ({
      path: 'space.files',
      file,
      reason: 'unsupported-operator',
    })),
  );
  expect(message).toContain('space.files: det.onnx: the operator Det');
});

it.each([
  '**/*.onnx',
  '*/a1.onnx',
  'a/{a,b}1.onnx',
  'a/a[12].onnx',
  'a/a?.onnx',
  'a/{a,b}*.onnx',
  '{a,b}/*.onnx',
])('says that %s is no pattern', async (pattern) => {
  const { issues } = await refusal(pattern);
  expect(issues).toMatchObject([
    {
      path: 'space.files',
      message: expect.stringMatching(/no file has such a name; only \* in the name of/),
    },
  ]);
  expect(issues[0]!.message).toContain(`"${pattern}"`);
});

it('a pattern without these signs has no such hint, and names of files may have them', async () => {
  expect((await refusal('a/none*.onnx')).message).toMatch(/"a\/none\*\.onnx"; no file has such a name$/);
  expect((await refusal('a/none.onnx')).message).toMatch(/none\.onnx: no such file$/);
  const { specification } = await read('a/*.onnx', 'b/*.onnx', 'a/odd[1]{x}.onnx');
  expect(specification.space).toMatchObject({
    networks: ['a1', 'b1', 'odd[1]{x}'].map((name) => ({ name })),
  });
});

it('the kind alone is a space without files', async () => {
  const path = join(folder, 'bare.yaml');
  writeFileSync(path, JSON.stringify({ name: 'a', space: 'onnx' }));
  await expect(readSpecification(path)).rejects.toMatchObject({
    issues: [{ path: 'space.files', message: 'missing; must be ONNX files, such as "models/*.onnx"' }],
  });
});
