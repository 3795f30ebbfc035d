// Tests that the rows that are measured have the Fisher information as their product, with few classes and with many,
// of which samples are drawn.
import { expect, it } from 'vitest';
import { FISHER } from '../../../core/graph/whole/fisher-program.js';
import { measureFisher } from '../../../engine/graph/measure-fisher.js';
import type { Measuring } from '../../../engine/graph/measuring.js';
import type { Tensor } from '../../../engine/onnx-runtime.js';

/** The derivative of the score of a class with respect to the weight of a layer, on an image. */
const derivative = (image: number, of: number, layer: number) => Math.sin(1 + 5 * image + 3 * of + 7 * layer);
const LAYERS = 2;

/** The rows for class probabilities, by images; classes are sampled with the uniform numbers, by passes and images. */
async function rowsOf(probabilities: readonly (readonly number[])[], uniform: readonly number[] = []) {
  const [batch, classes] = [probabilities.length, probabilities[0]!.length];
  const run = async (tensors: Readonly<Record<string, Tensor>>) => {
    const { data } = tensors[FISHER.cotangents]!;
    const product = (image: number, layer: number) =>
      probabilities[image]!.reduce(
        (sum, _, of) => sum + Number(data[image * classes + of]) * derivative(image, of, layer),
        0,
      );
    const products = Array.from({ length: LAYERS }, (_, layer) => [
      `${FISHER.derivative}${layer}`,
      Float32Array.from(probabilities, (_, image) => product(image, layer)),
    ]);
    return {
      [FISHER.probabilities]: Float32Array.from(probabilities.flat()),
      ...Object.fromEntries(products),
    };
  };
  const draw = {
    uniform: (_: string, count: number) => Float32Array.from({ length: count }, (_, i) => uniform[i]!),
  };
  const measuring = {
    programs: { fisher: { run }, fisherLayers: LAYERS },
    draw,
    tensors: {},
    batch,
    classes,
  };
  return (await measureFisher(measuring as unknown as Measuring)).fisherRows!;
}

/** The mean over images of the covariance of the derivatives of two layers under the probabilities of classes. */
function informationOf(probabilities: readonly (readonly number[])[], a: number, b: number): number {
  const ofImage = probabilities.map((p, image) => {
    const mean = (f: (of: number) => number) => p.reduce((sum, share, of) => sum + share * f(of), 0);
    const [x, y] = [a, b].map((layer) => (of: number) => derivative(image, of, layer)) as [Of, Of];
    return mean((of) => x(of) * y(of)) - mean(x) * mean(y);
  });
  return ofImage.reduce((sum, each) => sum + each, 0) / probabilities.length;
}
type Of = (of: number) => number;

function expectInformation(
  rows: readonly Float64Array[],
  probabilities: readonly (readonly number[])[],
): void {
  for (const [a, b] of [
    [0, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const product = rows.reduce((sum, row) => sum + row[a]! * row[b]!, 0);
    expect(product).toBeCloseTo(informationOf(probabilities, a, b), 5);
  }
}

it('of 16 classes, each has a row for each image', async () => {
  const probabilities = [0, 1, 2].map((image) => {
    const weights = Array.from({ length: 16 }, (_, of) => 1 + ((of * 7 + image) % 5));
    return weights.map((weight) => weight / weights.reduce((sum, each) => sum + each));
  });
  const rows = await rowsOf(probabilities, new Array(48).fill(0));
  expect(rows).toHaveLength(16 * 3);
  expectInformation(rows, probabilities);
});

it('of more classes, 16 are sampled for each image', async () => {
  // The numbers are spread so evenly that each class is sampled as often as its probability says.
  const [coarse, fine] = [8, 16].map((count) =>
    Array.from({ length: 20 }, (_, of) => (of >= 2 && of < 2 + count ? 1 / count : 0)),
  ) as [number[], number[]];
  const uniform = Array.from({ length: 16 }, (_, k) => [
    (Math.floor(k / 2) + 0.5) / 8,
    (k + 0.5) / 16,
  ]).flat();
  const rows = await rowsOf([coarse, fine], uniform);
  expect(rows).toHaveLength(16 * 2);
  expectInformation(rows, [coarse, fine]);
});

it('a number above the sum of rounded probabilities samples the last class', async () => {
  const probabilities = Array.from({ length: 17 }, () => 1 / 17 - 1e-3);
  const [row] = await rowsOf([probabilities], new Array(16).fill(0.999));
  const expected =
    derivative(0, 16, 0) - probabilities.reduce((sum, share, of) => sum + share * derivative(0, of, 0), 0);
  expect(row![0]).toBeCloseTo(expected / 4, 5);
});
