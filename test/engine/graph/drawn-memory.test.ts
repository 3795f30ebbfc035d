// Tests that drawn tensors are written where earlier ones were, and never where one is still read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { graphNetwork } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { randomDraw } from '../../../core/ir/draw.js';
import { createDrawnMemory } from '../../../engine/graph/drawn-memory.js';
import { drawGraph } from '../../../engine/graph/graph-draw.js';
import { openGraph } from '../../../engine/graph/score-graph.js';

const MEGABYTE = 2 ** 18;

test('after the run that reads them, arrays are taken again by whoever asks first', () => {
  const [one, other] = [createDrawnMemory(), createDrawnMemory()];
  const a = one.take(5_000);
  const b = one.take(5_000);
  const c = other.take(5_000);
  expect(new Set([a.buffer, b.buffer, c.buffer]).size).toBe(3);
  one.free();
  const again = [other.take(4_900), other.take(5_000)];
  expect(again.map(({ length }) => length)).toEqual([4_900, 5_000]);
  expect(new Set(again.map(({ buffer }) => buffer))).toEqual(new Set([a.buffer, b.buffer]));
  expect([a.buffer, b.buffer, c.buffer]).not.toContain(one.take(5_000).buffer);
});

test('an array is at most a quarter longer than what is drawn in it', () => {
  const memory = createDrawnMemory();
  for (const length of [1_024, 1_025, 1_500, 9_999, 1_000_003]) {
    const array = memory.take(length);
    expect(array.length).toBe(length);
    expect(array.buffer.byteLength / 4 / length).toBeLessThanOrEqual(1.25);
  }
});

test('of much memory the most recent is kept', () => {
  const memory = createDrawnMemory();
  const first = memory.take(60 * MEGABYTE).buffer;
  memory.free();
  const second = memory.take(80 * MEGABYTE).buffer;
  memory.free();
  // A matcher that fails would print the numbers.
  expect(memory.take(80 * MEGABYTE).buffer === second).toBe(true);
  expect(memory.take(60 * MEGABYTE).buffer === first).toBe(false);
});

test('an array that is too large to be kept leaves the others', () => {
  const memory = createDrawnMemory();
  const kept = memory.take(100 * MEGABYTE).buffer;
  memory.free();
  memory.take(130 * MEGABYTE);
  memory.free();
  expect(memory.take(100 * MEGABYTE).buffer === kept).toBe(true);
});

test('networks that are scored at the same time, or after others, have the scores that they have alone', async () => {
  const open = async (name: string) => {
    const file = join(import.meta.dirname, '../../goldens/onnx', name);
    const graph = readOnnx({ bytes: readFileSync(file), file });
    const side = graph.inputs[0]!.shape[2] ?? 64;
    const network = graphNetwork({ graph, batch: 2, image: [3, side, side], wanted: 'blocks', file });
    const opened = await openGraph({ network, threads: 1, weights: 'drawn' });
    const score = (seed: number) =>
      opened.score(drawGraph({ network, drawn: randomDraw({ seed, draw: 0 }), file }));
    return { score, close: opened.close };
  };
  const [one, other] = [await open('timm-test_efficientnet.onnx'), await open('timm-test_vit.onnx')];
  try {
    const alone = [await one.score(1), await other.score(1), await one.score(2)];
    expect(await Promise.all([one.score(1), other.score(1), one.score(2)])).toEqual(alone);
    expect(alone[2]).not.toEqual(alone[0]);
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
});
