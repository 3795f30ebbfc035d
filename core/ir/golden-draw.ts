// Draws the tensors of the golden cases (test/goldens/README.md): uniform values from a counter keyed by the tensor's name.
import { type Draw, fanIn, size } from './draw.js';

/** Uniform values in [0, 1), float64: FNV-1a of the name, murmur3's finalizer over seed + i * 0x9E3779B9. */
export function goldenUniform(name: string, length: number): Float64Array {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    let x = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    out[i] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  }
  return out;
}

/** The draw of the golden cases: uniform values with the same standard deviations as random draws. */
export const goldenDraw: Draw = {
  weight: ({ name, shape }) => drawGolden(name, shape, Math.sqrt(2 / fanIn(shape))),
  input: (shape) => drawGolden('input', shape, 1),
  signs: (block, shape) =>
    Float32Array.from(goldenUniform(`signs.${block}`, size(shape)), (u) => (u < 0.5 ? -1 : 1)),
};

/** Uniform values with mean 0 and this standard deviation. */
export function drawGolden(name: string, shape: readonly number[], std: number): Float32Array {
  const factor = Math.sqrt(12) * std;
  return Float32Array.from(goldenUniform(name, size(shape)), (u) => (u - 0.5) * factor);
}
