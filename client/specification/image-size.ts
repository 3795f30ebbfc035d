// Finds the one shape of images on which a search scores all its files.
import { SpecError } from '../../core/errors.js';
import {
  type Axes,
  describeUnknown,
  fillAxes,
  formatAxes,
  isImage,
  isSquare,
  isUnknown,
} from '../../core/graph/image-shape.js';
import { FIELD } from './find-network-files.js';

/** A file, and the axes of its images; undefined for those that it leaves open. */
interface FileAxes {
  readonly name: string;
  readonly axes: Axes;
  /** Whether the axes are those of embeddings, [length, channels]. */
  readonly isText?: boolean;
}

interface CommonImageArguments {
  readonly files: readonly FileAxes[];
  /** The size of open axes. */
  readonly stated: number | undefined;
}

/**
 * The shape of the images; their channels are open where they are square, and those of the embeddings of texts, of which
 * files may have different ones. Throws SpecError where files were exported for different sizes, or for another than the stated one.
 */
export function commonImage({ files, stated }: CommonImageArguments): Axes {
  const [first, ...others] = files as [FileAxes, ...FileAxes[]];
  const areTexts = files.every(({ isText }) => isText);
  const size = ({ name, axes }: FileAxes) => ({
    name,
    axes: areTexts ? axes.slice(0, 1) : withoutChannels(axes),
  });
  const common = others.map(size).reduce(unify, size(first));
  if (stated !== undefined && !isStatable(common.axes, stated))
    throw SpecError.of({
      path: 'space.resolution',
      message: `found ${stated}; must be left out, because ${common.name} was exported for images of ${spell(common.axes)}`,
    });
  if (isUnknown(common.axes, stated))
    throw SpecError.of({ path: FIELD, message: `${common.name} ${describeUnknown(common.axes)}` });
  const image = fillAxes(common.axes, stated);
  if (areTexts) return [...image, undefined];
  if (isSquare(image)) return [undefined, ...image.slice(1)];
  const whole = [first, ...others].reduce(unify);
  return fillAxes(whole.axes, stated);
}

/** Square images may have different channels. */
function withoutChannels(axes: Axes): Axes {
  return isImage(axes) ? [undefined, ...axes.slice(1)] : axes;
}

/** Something is open, or the stated size is that of both sides. */
function isStatable(axes: Axes, stated: number): boolean {
  const sizes = isImage(axes) ? axes.slice(1) : axes;
  return sizes.includes(undefined) || (isSquare(axes) && axes[1] === stated);
}

function unify(common: FileAxes, file: FileAxes): FileAxes {
  const [a, b] = [common.axes, file.axes];
  const isSame =
    a.length === b.length && a.every((n, i) => n === undefined || b[i] === undefined || n === b[i]);
  if (!isSame)
    throw SpecError.of({
      path: FIELD,
      message: `${common.name} was exported for images of ${spell(a)} and ${file.name} for ${spell(b)}; a search scores all networks at one size: export them for one, or for any`,
    });
  const adds = a.some((n, i) => n === undefined && b[i] !== undefined);
  return { name: adds ? file.name : common.name, axes: a.map((n, i) => n ?? b[i]) };
}

/** Without the channels where they are not compared. */
function spell(axes: Axes): string {
  return formatAxes(isImage(axes) && axes[0] === undefined ? axes.slice(1) : axes);
}

/**
 * What a space says of its images. Those that are not square have a shape, which all structures fix, and `resolution` is
 * then the side of a square image of as many positions.
 */
export function sizeOfSpace(image: Axes): {
  readonly resolution: number;
  readonly image?: readonly number[];
} {
  if (isSquare(image)) return { resolution: image[1]! };
  const shape = image as readonly number[];
  const sides = shape.length > 1 ? shape.slice(1) : shape;
  const positions = sides.reduce((product, n) => product * n, 1);
  return { resolution: Math.min(4096, Math.max(4, Math.round(Math.sqrt(positions)))), image: shape };
}
