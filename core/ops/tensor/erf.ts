// Computes the error function from a series whose terms have one sign:
//
//     erf(a) = 2 / sqrt(π) exp(-a²) Σ 2ⁿ a²ⁿ⁺¹ / (1 · 3 · ... · (2n + 1))
import { FLOAT } from '../../onnx/write-messages.js';
import type { WriteSite } from './rule.js';
import { range } from './shapes.js';

/** 1 - erf(6) is 2e-17, so that the nearest float64 to erf of anything larger is 1. */
const LARGEST = 6;
/** At 6, all terms after these are together less than 1e-17 of the sum. */
const TERMS = 100;

export function erf(a: number): number {
  const x = Math.abs(a);
  if (x > LARGEST) return Math.sign(a);
  let term = x;
  let sum = x;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(a) * (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** ONNX Runtime has a kernel for float32 alone. In float64 the series is summed by Horner's rule. */
export function writeErf({ g, inputs: [a] }: WriteSite): string {
  if (g.floatType === FLOAT) return g.add('Erf', [a!]);
  const x = g.add('Clip', [a!, g.float(-LARGEST), g.float(LARGEST)]);
  const square = g.add('Mul', [x, x]);
  const one = g.float(1);
  // 1 + 2 a² / 3 (1 + 2 a² / 5 (1 + ...))
  const sum = range(TERMS).reduce((rest, i) => {
    const step = g.add('Mul', [square, g.float(2 / (2 * (TERMS - i) + 1))]);
    return g.add('Add', [g.add('Mul', [step, rest]), one]);
  }, one);
  const factor = g.add('Mul', [g.add('Exp', [g.add('Neg', [square])]), g.float(2 / Math.sqrt(Math.PI))]);
  return g.add('Mul', [g.add('Mul', [x, factor]), sum]);
}
