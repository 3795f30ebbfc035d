// Defines one-node networks of discrete Fourier transforms.
import type { CaseInput, OperatorCase } from './operator-case.js';

const number = (value: number): CaseInput => ({ ints: [value], dims: [] });

/** Real numbers, and complex ones as pairs of a real and an imaginary part, along the first or a later axis. */
export const FOURIER_CASES: readonly OperatorCase[] = [
  ...[17, 20].flatMap((opset): OperatorCase[] => [
    { op: 'DFT', x: [2, 7, 1], opset },
    { op: 'DFT', x: [2, 6, 2], opset },
    { op: 'DFT', x: [2, 6, 1], attributes: { onesided: 1 }, opset },
    { op: 'DFT', x: [2, 6, 2], attributes: { inverse: 1 }, opset },
    { op: 'DFT', x: [2, 5, 1], inputs: [number(8)], opset },
    { op: 'DFT', x: [2, 5, 2], inputs: [number(3)], attributes: { inverse: 1 }, opset },
  ]),
  { op: 'DFT', x: [2, 3, 5, 2], attributes: { axis: -2 }, opset: 17 },
  { op: 'DFT', x: [2, 3, 5, 1], inputs: [number(4), number(1)], attributes: { onesided: 1 }, opset: 20 },
  // A real signal from half of its spectrum, of an even and of an odd length.
  {
    op: 'DFT',
    x: [2, 3, 5, 2],
    inputs: [number(8), number(2)],
    attributes: { inverse: 1, onesided: 1 },
    opset: 20,
  },
  { op: 'DFT', x: [2, 5, 2], inputs: [number(9)], attributes: { inverse: 1, onesided: 1 }, opset: 20 },
  { op: 'DFT', x: [2, 5, 2], attributes: { inverse: 1, onesided: 1 }, opset: 20 },
  // Windows of a signal. The last one may leave samples out.
  { op: 'STFT', x: [2, 20, 1], inputs: [number(3), { shape: [8] }], opset: 17 },
  {
    op: 'STFT',
    x: [2, 11, 1],
    inputs: [number(4), { shape: [5] }, number(5)],
    attributes: { onesided: 0 },
    opset: 17,
  },
];
