// Reads a .npy file of images: checks every value, and provides the bytes again on request.
import { createHash } from 'node:crypto';
import { SpecError } from '../../core/errors.js';
import {
  type ExpectedImages,
  HEADER_BYTES,
  type Images,
  readNpyHeader,
} from '../../core/specification/images.js';
import { type FileInput, openFile } from '../files/open-file.js';
import { createReadError } from './read-text.js';

export interface ReadImages {
  readonly images: Images;
  /** The indices of images in which each channel is constant. */
  readonly constant: readonly number[];
  /** The float32 values, from the beginning at each call. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** The number of bytes read at a time. */
const CHUNK = 1024 * 1024;

/** Reads images and checks them. Errors call the file by `name`, as the specification does. */
export async function readImages({
  path,
  name,
  expected,
}: {
  readonly path: FileInput;
  readonly name: string;
  readonly expected: ExpectedImages;
}): Promise<ReadImages> {
  const file = await openFile(path).catch((error) => {
    throw createReadError({ error, name });
  });
  try {
    const { size } = file;
    const head = new Uint8Array(Math.min(HEADER_BYTES, size));
    await file.read(head, 0);
    const { offset, shape } = readNpyHeader({ bytes: head, size, file: name, expected });
    const hash = createHash('sha256');
    const chunk = new Uint8Array(CHUNK);
    const numbers = shape.slice(1).reduce((product, n) => product * n, 1);
    const channels = shape.length > 2 ? shape[1]! : 1;
    const constant = findConstant({ channels, pixels: numbers / channels });
    for (let at = offset; at < size; ) {
      const bytesRead = await file.read(chunk, at);
      // The size was checked before, so the file has shrunk in the meantime, or a number is truncated.
      if (bytesRead === 0 || bytesRead % 4)
        throw SpecError.inFile({ file: name, message: 'changed while it was read' });
      const values = new Float32Array(chunk.buffer, 0, bytesRead / 4);
      const wrong = values.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) {
        const number = Math.floor((at - offset + 4 * wrong) / (4 * numbers));
        throw SpecError.inFile({
          file: name,
          message: `image ${number} holds ${values[wrong]}; must be finite numbers`,
        });
      }
      constant.look(values);
      hash.update(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
    return {
      images: { digest: hash.digest('hex'), shape },
      constant: constant.found(),
      read: () => bytesFrom({ path, offset }),
    };
  } finally {
    await file.close();
  }
}

/** The file is opened again, because a search uploads its images later than it checks them, or not at all. */
async function* bytesFrom({
  path,
  offset,
}: {
  readonly path: FileInput;
  readonly offset: number;
}): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  // The stream closes the file at its end.
  yield* file.stream(offset);
}

/** Checks the values of images as they arrive, piece by piece. */
function findConstant({ channels, pixels }: { readonly channels: number; readonly pixels: number }) {
  const constant: number[] = [];
  let at = 0;
  let first = 0;
  let isConstant = true;
  return {
    look(values: Float32Array): void {
      for (const value of values) {
        const within = at % (channels * pixels);
        if (within === 0) isConstant = true;
        if (within % pixels === 0) first = value;
        else if (value !== first) isConstant = false;
        if (isConstant && within === channels * pixels - 1)
          constant.push((at - within) / (channels * pixels));
        at += 1;
      }
    },
    found: (): readonly number[] => constant,
  };
}
