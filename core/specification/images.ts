// Defines a specification's own images, and checks the header of the NumPy file that contains them.
import { z } from 'zod';
import { SpecError } from '../errors.js';
import { mapping, text, wholeNumber } from '../schema/fields.js';
import { describeFound, quote } from '../text/show.js';
import { RESOLUTIONS } from './resolutions.js';

/**
 * The largest file of images, in bytes. Each worker keeps a copy on disk, from which its scorers read what
 * they need.
 */
export const MOST_BYTES = 256 * 1024 * 1024;
/** The number of bytes that are searched for a header. */
export const HEADER_BYTES = 4096;

/**
 * The properties of the file in a specification that is sent to workers: images x their shape, and the
 * SHA-256 of their float32 values.
 */
const Images = mapping(
  {
    digest: text({ test: (value) => /^[0-9a-f]{64}$/.test(value), right: 'the SHA-256 of the images' }),
    shape: z
      .array(wholeNumber({ min: 1, max: 1e9 }))
      .min(2)
      .max(5)
      .readonly(),
  },
  { right: 'the path of a .npy file' },
);

/** The most labels, which are part of the specification that every shard carries. */
export const MOST_LABELS = 4096;
/** The largest class that a label may name. */
const LARGEST_CLASS = 999_999;

const Labels = z
  .array(wholeNumber({ min: 0, max: LARGEST_CLASS }), {
    error: ({ input }) => `${describeFound(input)}; must be a list of classes, or the path of a text file`,
  })
  .min(1, 'found []; must have a class for each image')
  .max(MOST_LABELS, `has more than ${MOST_LABELS} classes; keep batch x draws images`);

export const Input = mapping(
  { images: Images, labels: Labels.optional() },
  { right: 'a mapping with images, the path of a .npy file, and possibly labels' },
);
export type Images = z.output<typeof Images>;

export interface NpyHeader {
  /** The offset of the values, in bytes. */
  readonly offset: number;
  readonly shape: Images['shape'];
}

interface SizeRange {
  readonly min: number;
  readonly max: number;
}

/** The shape of images, signals or volumes that are no square images, or how long the sides of square ones may be. */
export type ExpectedImages = { readonly image: readonly number[] } | { readonly sides: SizeRange };

export interface NpyFile {
  /** The beginning of the file. */
  readonly bytes: Uint8Array;
  /** Its length in bytes. */
  readonly size: number;
  readonly file: string;
  /** By default square images of the size that built-in spaces can have. */
  readonly expected?: ExpectedImages;
}

/**
 * Reads the header of a file of numpy.save (format 1 to 3) that holds images N x C x H x W as float32, little
 * endian, in C order. A SpecError of `file` says what is wrong and how to correct it.
 */
export function readNpyHeader({
  bytes,
  size,
  file,
  expected = { sides: RESOLUTIONS.built.scored },
}: NpyFile): NpyHeader {
  const fail = (message: string): never => {
    throw SpecError.inFile({ file, message });
  };
  if (size > MOST_BYTES)
    fail(`has ${size} bytes; must be at most ${MOST_BYTES} (256 MiB): keep batch x draws images`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (magic !== '\x93NUMPY' || bytes.length < 12) fail('is no .npy file; must be written by numpy.save');
  const version = bytes[6]!;
  if (version < 1 || version > 3) fail(`has format ${version} of .npy; must be 1, 2 or 3`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const offset = start + length;
  if (offset > bytes.length)
    fail(`has a header of ${length} bytes; must be an array of numbers without names`);
  const header = String.fromCharCode(...bytes.subarray(start, offset));
  const value = (key: string, form: RegExp): string => {
    const match = new RegExp(`['"]${key}['"]\\s*:\\s*(${form.source})`).exec(header);
    return match?.[1] ?? fail(`has no ${key} in its header ${quote(header.trim())}`);
  };
  const type = value('descr', /'[^']*'|"[^"]*"|\[.*\]/).slice(1, -1);
  if (type !== '<f4') fail(`holds ${quote(type)}; must be float32, little endian: x.astype("<f4")`);
  if (value('fortran_order', /True|False/) === 'True')
    fail('is in Fortran order; must be in C order: np.ascontiguousarray(x)');
  const dims = (value('shape', /\([^)]*\)/).match(/\d+/g) ?? []).map(Number);
  const spelled = `(${dims.join(', ')})`;
  const wrong = 'image' in expected ? wrongShape(dims, expected.image) : wrongSquares(dims, expected.sides);
  if (wrong) fail(wrong.replace('SHAPE', spelled));
  const wanted = dims.reduce((product, n) => product * n, 4) + offset;
  if (size !== wanted) fail(`has ${size} bytes; shape ${spelled} needs ${wanted}`);
  return { offset, shape: dims };
}

/** What is wrong with a shape that must be [images, channels, height, width]; undefined if nothing is. */
function wrongSquares(dims: readonly number[], { min, max }: SizeRange): string | undefined {
  const [n = 0, c = 0, h = 0, w = 0] = dims;
  if (dims.length !== 4) return 'has shape SHAPE; must be images x channels x height x width';
  if (n < 1 || c < 1 || c > 64) return 'has shape SHAPE; must hold images of 1 to 64 channels';
  if (h !== w) return `has images of ${h} x ${w} pixels; must be square`;
  if (h < min || h > max) return `has images of ${h} x ${w} pixels; must be ${min} to ${max} a side`;
  return undefined;
}

/** The same for images of a shape that all networks read. */
function wrongShape([n = 0, ...dims]: readonly number[], image: readonly number[]): string | undefined {
  if (n > 0 && `${dims}` === `${image}`) return undefined;
  return `has shape SHAPE; must be images x ${image.join(' x ')}, which the networks read`;
}
