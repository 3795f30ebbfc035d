// Reads the images of a draw from a file of float32 values.
import { closeSync, openSync, readSync } from 'node:fs';

/** A file on this machine that exists as long as the request that names it. */
export interface ImagesFile {
  readonly file: string;
  readonly digest: string;
  /** Images x the shape of each. */
  readonly shape: readonly number[];
}

/** A file of images that cannot be read, which no candidate can help. */
export class ImagesError extends Error {
  override readonly name = 'ImagesError';
}

/**
 * Draw d uses the `batch` images from image d x batch on, in the order of the file. `shape` is [batch,
 * channels, height, width]. Throws ImagesError if the file is absent or ends before them.
 */
export function imagesOfDraw({
  images: { file, shape: all },
  draw,
  shape,
}: {
  readonly images: ImagesFile;
  readonly draw: number;
  readonly shape: readonly number[];
}): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  const [batch] = shape as [number];
  if (`${shape.slice(1)}` !== `${all.slice(1)}` || (draw + 1) * batch > all[0]!)
    throw new Error(`images ${all.join(' x ')}: draw ${draw} needs ${shape.join(' x ')}`);
  const values = new Float32Array(size);
  const read = readInto({ file, values, at: draw * values.byteLength });
  if (read !== values.byteLength) throw new ImagesError(`images ${file}: ends before draw ${draw}`);
  return values;
}

/** Reads bytes from position `at` on, and returns how many there were. */
function readInto({
  file,
  values,
  at,
}: {
  readonly file: string;
  readonly values: Float32Array;
  readonly at: number;
}): number {
  try {
    const handle = openSync(file, 'r');
    try {
      return readSync(handle, values, 0, values.byteLength, at);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new ImagesError(`images ${file}: ${(error as Error).message}`, { cause: error });
  }
}
