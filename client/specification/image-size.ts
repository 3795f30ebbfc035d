// Finds the one size of images on which a search scores all its files.
import { SpecError } from '../../core/errors.js';
import { fillSides, type Sides } from '../../core/graph/image-shape.js';
import { FIELD } from './find-network-files.js';

/** A file, and the sides of images that it fixes; undefined for those that it leaves open. */
interface FileSides {
  readonly name: string;
  readonly fixed: Sides;
}

interface CommonSidesArguments {
  readonly files: readonly FileSides[];
  /** The size of open sides. */
  readonly stated: number | undefined;
}

/** Throws SpecError where files were exported for different sizes, or for another than the stated one. */
export function commonSides({ files, stated }: CommonSidesArguments): readonly number[] {
  const [first, ...others] = files as [FileSides, ...FileSides[]];
  let common = first;
  for (const file of others) {
    if (!fits(common.fixed, file.fixed))
      throw SpecError.of({
        path: FIELD,
        message: `${common.name} was exported for images of ${spell(common.fixed)} and ${file.name} for ${spell(file.fixed)}; a search scores all networks at one size: export them for one, or for any`,
      });
    const isFixedFirst = common.fixed.every((side, i) => side !== undefined || file.fixed[i] === undefined);
    const fixed = common.fixed.map((side, i) => side ?? file.fixed[i]);
    common = { name: isFixedFirst ? common.name : file.name, fixed };
  }
  const { name, fixed } = common;
  if (stated !== undefined && fixed.every((side) => side !== undefined && side !== stated))
    throw SpecError.of({
      path: 'space.resolution',
      message: `found ${stated}; must be left out, because ${name} was exported for images of ${spell(fixed)}`,
    });
  return fillSides(fixed, stated);
}

function fits(a: Sides, b: Sides): boolean {
  return (
    a.length === b.length && a.every((side, i) => side === undefined || b[i] === undefined || side === b[i])
  );
}

function spell(sides: Sides): string {
  return sides.map((side) => side ?? 'any').join(' x ');
}

/**
 * What a space says of its images. Sides that are not those of a square image are fixed, and `resolution` is then the
 * side of a square image of as many positions.
 */
export function sizeOfSpace(sides: readonly number[]): {
  readonly resolution: number;
  readonly sides?: readonly number[];
} {
  if (isSquare(sides)) return { resolution: sides[0]! };
  const positions = sides.reduce((product, n) => product * n, 1);
  return { resolution: Math.min(4096, Math.max(4, Math.round(Math.sqrt(positions)))), sides };
}

export function isSquare(sides: readonly number[]): boolean {
  return sides.length === 2 && sides[0] === sides[1];
}
