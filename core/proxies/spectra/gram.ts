// Defines the WebAssembly routine that multiplies a transposed matrix by the matrix.
import { type Code, i32, locals, type Routine, repeat, v128 } from '../../wasm/assembler.js';
import { GROUP, type Precision, VECTORS } from './precision.js';

/** The rows of `out` that are computed together. */
const ROWS = [0, 1, 2, 3] as const;

/**
 * out = BᵀB for a matrix B [rows, size]: the lower triangle, with whole groups at the diagonal. `stride` is
 * the number of bytes of a row.
 */
export function gram(precision: Precision): Routine<'source end stride size out'> {
  const { bytes, vector } = precision;
  return {
    name: `gram${precision.name}`,
    parameters: 'source end stride size out',
    body: ({ source, end, stride, size, out }, local) => {
      const { i, j, at, left, right, to } = locals(local, 'i32', 'i j at left right to');
      const sums = ROWS.map(() => VECTORS.map(() => local('v128')));
      const loaded = VECTORS.map(() => local('v128'));
      const factor = local('v128');
      const tile: Code = [
        sums.flat().map((sum) => sum.set(v128.zero)),
        left.set(i32.add(source.get, i.get)),
        right.set(i32.add(source.get, j.get)),
        to.set(i32.add(end.get, i.get)),
        repeat({
          from: left,
          to: to.get,
          step: stride.get,
          body: [
            VECTORS.map((part, v) => loaded[v]!.set(v128.load(right.get, part))),
            ROWS.map((row) => [
              factor.set(vector.loadAll(left.get, row * bytes)),
              sums[row]!.map((sum, v) =>
                sum.set(vector.add(sum.get, vector.mul(factor.get, loaded[v]!.get))),
              ),
            ]),
            right.set(i32.add(right.get, stride.get)),
          ],
        }),
        at.set(i32.add(out.get, j.get)),
        ROWS.map((row) => [
          VECTORS.map((part, v) => v128.store(at.get, sums[row]![v]!.get, part)),
          at.set(i32.add(at.get, stride.get)),
        ]),
      ];
      return [
        i.set(i32.of(0)),
        repeat({
          from: i,
          to: size.get,
          step: i32.of(ROWS.length * bytes),
          body: [
            j.set(i32.of(0)),
            repeat({ from: j, to: i32.add(i.get, i32.of(1)), step: i32.of(GROUP), body: tile }),
            out.set(i32.add(out.get, i32.mul(stride.get, i32.of(ROWS.length)))),
          ],
        }),
      ];
    },
  };
}
