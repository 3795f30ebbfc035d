// Tests a search over networks of texts whose embeddings have different widths.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { GraphBuilder } from '../../../core/onnx/graph.js';

const folder = mkdtempSync(join(tmpdir(), 'zeroscout-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two residual layers over embeddings of this width. */
function writeText(name: string, { width, length }: { readonly width: number; readonly length: number }) {
  const g = new GraphBuilder();
  const weights = (weight: string, ...dims: [number, number]) =>
    g.weights({ name: weight, dims, data: new Float32Array(dims[0] * dims[1]) });
  let x = g.add('Gather', [weights('table', 30, width), 'ids']);
  for (const i of [0, 1]) x = g.add('Add', [x, g.add('MatMul', [x, weights(`w${i}`, width, width)])]);
  const mean = g.add('ReduceMean', [x, g.ints(1)], { keepdims: 0 });
  const bytes = g.build({
    name,
    inputs: [{ name: 'ids', dims: ['batch', length], type: 'int64' }],
    outputs: [{ name: 'y', value: g.add('MatMul', [mean, weights('head', width, 3)]), dims: ['batch', 3] }],
  });
  writeFileSync(join(folder, `${name}.onnx`), bytes);
}

function read(texts: Readonly<Record<string, { readonly width: number; readonly length: number }>>) {
  for (const [name, sizes] of Object.entries(texts)) writeText(name, sizes);
  const files = Object.keys(texts).map((name) => `${name}.onnx`);
  const path = join(folder, 'search.json');
  writeFileSync(path, JSON.stringify({ name: 'texts', space: { kind: 'onnx', files } }));
  return readSpecification(path);
}

test('texts of one length are searched, whatever the width of their embeddings', async () => {
  const { specification } = await read({ a: { width: 8, length: 6 }, b: { width: 16, length: 6 } });
  const { image, networks } = specification.space as unknown as {
    readonly image: readonly number[];
    readonly networks: readonly { readonly parameters: number; readonly form: string }[];
  };
  expect(image).toEqual([6, 8]);
  const parameters = (width: number) => 30 * width + 2 * width * width + 3 * width;
  expect(networks).toMatchObject([
    { parameters: parameters(8), form: 'tokens' },
    { parameters: parameters(16), form: 'tokens' },
  ]);
});

test('texts of different lengths are refused, with both files', async () => {
  const reading = read({ a: { width: 8, length: 6 }, b: { width: 8, length: 9 } });
  await expect(reading).rejects.toThrow('a.onnx was exported for images of 6 and b.onnx for 9');
});
