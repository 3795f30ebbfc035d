// Reads the images of a draw from a file of float32 values.
import { closeSync, openSync, readSync } from 'node:fs';

/** A file on this machine that exists as long as the request that names it. */
export interface ImagesFile {
  readonly file: string;
  readonly digest: string;
  /** Images x the shape of each. */
  readonly shape: readonly number[];
}

/**
 * Draw d uses the `batch` images from image d x batch on, in the order of the file. `shape` is [batch,
 * channels, height, width].
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
  const handle = openSync(file, 'r');
  try {
    const read = readSync(handle, values, 0, values.byteLength, draw * values.byteLength);
    if (read !== values.byteLength) throw new Error(`images ${file}: ends before draw ${draw}`);
  } finally {
    closeSync(handle);
  }
  return values;
}
