// Defines the WebAssembly routine that multiplies a float32 matrix by a float64 vector.
import { f64, f64x2, i32, locals, type Routine, repeat, v128 } from '../../wasm/assembler.js';
import { promoteHigh } from './precision.js';

/** The columns that are multiplied together. */
const COLUMNS = 4;

/**
 * out = A x for a row-major matrix A of float32, without padding, and a vector x of float64. `whole` is the
 * number of bytes of the columns of a row that fill groups of four, `rest` that of the others; `end` is the
 * address after the last element of `out`. A row has four partial sums, one for every fourth column, so that an
 * addition need not wait for the previous one.
 */
export const multiply: Routine<'matrix whole rest x out end'> = {
  name: 'multiply',
  parameters: 'matrix whole rest x out end',
  body: ({ matrix, whole, rest, x, out, end }, local) => {
    const { at, to } = locals(local, 'i32', 'at to');
    const { entries, low, high } = locals(local, 'v128', 'entries low high');
    const { first } = locals(local, 'f64', 'first');
    return repeat({
      from: out,
      to: end.get,
      step: i32.of(Float64Array.BYTES_PER_ELEMENT),
      body: [
        low.set(v128.zero),
        high.set(v128.zero),
        at.set(x.get),
        to.set(i32.add(matrix.get, whole.get)),
        repeat({
          from: matrix,
          to: to.get,
          step: i32.of(COLUMNS * Float32Array.BYTES_PER_ELEMENT),
          body: [
            entries.set(v128.load(matrix.get)),
            low.set(f64x2.add(low.get, f64x2.mul(f64x2.promote(entries.get), v128.load(at.get)))),
            high.set(f64x2.add(high.get, f64x2.mul(promoteHigh(entries.get), v128.load(at.get, 16)))),
            at.set(i32.add(at.get, i32.of(COLUMNS * Float64Array.BYTES_PER_ELEMENT))),
          ],
        }),
        first.set(f64x2.lane(low.get, 0)),
        to.set(i32.add(matrix.get, rest.get)),
        repeat({
          from: matrix,
          to: to.get,
          step: i32.of(Float32Array.BYTES_PER_ELEMENT),
          body: [
            first.set(f64.add(first.get, f64.mul(f64.loadSingle(matrix.get), f64.load(at.get)))),
            at.set(i32.add(at.get, i32.of(Float64Array.BYTES_PER_ELEMENT))),
          ],
        }),
        f64.store(
          out.get,
          f64.add(
            f64.add(first.get, f64x2.lane(low.get, 1)),
            f64.add(f64x2.lane(high.get, 0), f64x2.lane(high.get, 1)),
          ),
        ),
      ],
    });
  },
};
