// Tests which images a network reads, given the axes that its file fixes or leaves open.
import { expect, test } from 'vitest';
import { fillAxes, imageShape, isUnknown, withImage } from '../../../core/graph/image-shape.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { resolveGraph } from '../../../core/graph/resolve.js';
import { smallNetwork } from '../../support/small-networks.js';

const OPEN = undefined;
const input = (...axes: readonly (number | undefined)[]) => ({ name: 'x', shape: [OPEN, ...axes] });

test.each([
  ['an image of any size', input(3, OPEN, OPEN), [3, 96, 96]],
  // The size of a file is compared with what is asked for elsewhere, so that a difference is an error.
  ['a square image', input(1, 224, 224), [1, 96, 96]],
  ['an image that is not square', input(1, 64, 101), [1, 64, 101]],
  ['an image of any width', input(1, 64, OPEN), [1, 64, 96]],
  ['open channels', input(OPEN, OPEN, OPEN), [3, 96, 96]],
  ['a signal', input(12, 1000), [12, 1000]],
  ['a signal of any length', input(12, OPEN), [12, 96]],
  ['samples', input(16000), [16000]],
  ['a video', input(3, 16, OPEN, OPEN), [3, 16, 96, 96]],
])('%s', (_, given, image) => {
  expect(imageShape(given, 96)).toEqual(image);
});

test('an open side has the requested size, else that of the other side, else 224 pixels', () => {
  expect(fillAxes([OPEN, OPEN, OPEN])).toEqual([3, 224, 224]);
  expect(fillAxes([1, 64, OPEN])).toEqual([1, 64, 64]);
  expect(fillAxes([1, 64, OPEN], 101)).toEqual([1, 64, 101]);
  expect(fillAxes([3, 16, OPEN, OPEN], 112)).toEqual([3, 16, 112, 112]);
  // Time series may have their channels last.
  expect(fillAxes([OPEN, 9], 128)).toEqual([128, 9]);
});

test('the size of signals and volumes must be known, that of images has a default', () => {
  expect(isUnknown([12, OPEN], OPEN)).toBe(true);
  expect(isUnknown([3, OPEN, OPEN, OPEN], OPEN)).toBe(true);
  expect(isUnknown([12, OPEN], 1000)).toBe(false);
  expect(isUnknown([12, 1000], OPEN)).toBe(false);
  expect(isUnknown([3, OPEN, OPEN], OPEN)).toBe(false);
});

test('a network for a shape that was chosen fixes it and nothing else', () => {
  const bytes = smallNetwork({ widths: [8, 8], kernel: 3, image: [3, 'height', 'width'] });
  const graph = readOnnx({ bytes, file: 'net.onnx' });
  const fixed = withImage(graph, [3, 24, 40]);
  expect(fixed.inputs[0]!.shape).toEqual([OPEN, 3, 24, 40]);
  expect({ ...fixed, inputs: [] }).toEqual({ ...graph, inputs: [] });
});

test('images of another rank than the file reads are refused', () => {
  const bytes = smallNetwork({ widths: [8, 8], kernel: 3, image: [2, 'length'] });
  const graph = readOnnx({ bytes, file: 'net.onnx' });
  const at = (image: readonly number[]) => () => resolveGraph({ graph, batch: 2, image, file: 'net.onnx' });
  expect(at([2, 64])).not.toThrow();
  expect(at([2, 64, 64])).toThrow(/exported for images of \[2,any\], not \[2,64,64\]/);
  expect(at([64])).toThrow(/not \[64\]/);
});
