// Draws weights with less variance than independent draws, to measure whether they rank better
// (docs/understand/fidelity.md).
import type { Weight } from '../../core/ir/block.js';
import { type Draw, fanIn, randomDraw } from '../../core/ir/draw.js';

/**
 * `orthogonal`: rows of a weight (or its columns, if these are fewer) are orthogonal. `antithetic`: each
 * second draw is the negative of the previous one.
 */
export const DRAWINGS = ['orthogonal', 'antithetic'] as const;
export type Drawing = (typeof DRAWINGS)[number];

type DrawOf = (key: { seed: number; draw: number; owner: string }) => Draw;

export const drawingOf: Readonly<Record<Drawing, DrawOf>> = {
  orthogonal: (key) => {
    const draw = randomDraw(key);
    return { ...draw, weight: (weight) => orthogonal({ values: draw.weight(weight), shape: weight.shape }) };
  },
  antithetic: ({ draw, ...key }) => {
    const original = randomDraw({ ...key, draw: draw - (draw % 2) });
    if (draw % 2 === 0) return original;
    const negative = (values: Float32Array) => values.map((value) => -value);
    return {
      // Probes remain independent, because negating a probe changes no score.
      signs: randomDraw({ ...key, draw }).signs,
      weight: (weight: Weight) => negative(original.weight(weight)),
      input: (shape) => negative(original.input(shape)),
    };
  },
};

/**
 * Gram-Schmidt over the rows of [out, in * k * k], or over its columns if these are fewer; the mean square is
 * 2 / fan-in, as in He normal.
 */
function orthogonal({
  values,
  shape,
}: {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}): Float32Array {
  const columns = fanIn(shape);
  const rows = values.length / columns;
  const byRows = rows <= columns;
  const [count, length] = byRows ? [rows, columns] : [columns, rows];
  const at = (vector: number, i: number) => (byRows ? vector * columns + i : i * columns + vector);
  const vectors = Array.from({ length: count }, (_, v) =>
    Float64Array.from({ length }, (_, i) => values[at(v, i)]!),
  );
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  vectors.forEach((vector, v) => {
    for (const other of vectors.slice(0, v)) {
      const share = dot(vector, other);
      for (let i = 0; i < length; i++) vector[i] = vector[i]! - share * other[i]!;
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i] = vector[i]! / norm;
  });
  const scale = Math.sqrt((2 * length) / columns);
  const out = new Float32Array(values.length);
  vectors.forEach((vector, v) => {
    for (let i = 0; i < length; i++) out[at(v, i)] = scale * vector[i]!;
  });
  return out;
}
