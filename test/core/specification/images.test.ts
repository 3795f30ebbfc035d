// Tests that headers of .npy files are read, or refused with a message that says how to correct them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_BYTES, readNpyHeader } from '../../../core/specification/images.js';
import { npy } from '../../support/npy.js';

const read = (bytes: Uint8Array, size = bytes.length) => readNpyHeader({ bytes, size, file: 'a.npy' });

describe('a header', () => {
  it('of every version and spelling is read', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 64 }));
    fc.assert(
      fc.property(shape, fc.constantFrom(1, 2, 3), fc.constantFrom("'", '"'), ([n, c], version, quote) => {
        const bytes = npy({ shape: [n, c, 8, 8], version, quote });
        expect(read(bytes)).toEqual({ offset: bytes.length - 4 * n * c * 64, shape: [n, c, 8, 8] });
      }),
    );
  });

  it.each<[string, Uint8Array, RegExp, number?]>([
    [
      'text',
      new TextEncoder().encode('1,2,3\n4,5,6\n7,8,9'),
      /^a.npy: is no .npy file; must be written by numpy.save/,
    ],
    ['nothing', new Uint8Array(0), /is no .npy file/],
    [
      'doubles',
      npy({ descr: '<f8' }),
      /^a.npy: holds "<f8"; must be float32, little endian: x.astype\("<f4"\)/,
    ],
    ['big endian', npy({ descr: '>f4' }), /holds ">f4"; must be float32, little endian/],
    ['Fortran order', npy({ fortran: 'True' }), /is in Fortran order; must be in C order/],
    [
      'three dimensions',
      npy({ shape: [3, 8, 8] }),
      /has shape \(3, 8, 8\); must be images x channels x height x width/,
    ],
    ['no images', npy({ shape: [0, 3, 8, 8] }), /has shape \(0, 3, 8, 8\); must hold images/],
    ['oblong ones', npy({ shape: [2, 3, 8, 16] }), /has images of 8 x 16 pixels; must be square/],
    ['small ones', npy({ shape: [2, 3, 4, 4] }), /has images of 4 x 4 pixels; must be 8 to 512 a side/],
    ['a cut file', npy({}).subarray(0, 500), /has 500 bytes; shape \(2, 3, 8, 8\) needs 1664/],
    ['a future version', npy({ version: 4 }), /has format 4 of .npy; must be 1, 2 or 3/],
    ['too much', npy({}), /must be at most 268435456 \(256 MiB\)/, MOST_BYTES + 1],
  ])('%s is refused', (_, bytes, message, size) => {
    expect(() => read(bytes, size)).toThrow(message);
  });

  it('any bytes are read or refused', () => {
    const damaged = fc.tuple(fc.nat(127), fc.nat(255)).map(([at, value]) => npy({}).with(at, value));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200, size: 'max' }), damaged), (bytes) => {
        try {
          expect(read(bytes).shape).toHaveLength(4);
        } catch (error) {
          expect((error as Error).name).toBe('SpecError');
          expect((error as Error).message.length).toBeLessThan(300);
        }
      }),
    );
  });
});
