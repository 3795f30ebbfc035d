// Gives the images of a value an axis of their own in front, so that statistics can be taken image by image.
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { findNamedAxes, type NamedAxes } from '../axis-meanings.js';

export interface Images {
  readonly batch: number;
  /** The axis of a value whose slowest part are the images. Throws TapeError where there is none. */
  readonly axisOf: (id: Id) => number;
  /** The axis of a value's channels; undefined where the meaning of the axes could not be followed. */
  readonly channelAxisOf: (id: Id) => number | undefined;
}

/** The axes are found when the first one is asked for, because networks that are only counted need none. */
export function findImages(network: {
  readonly tape: Tape;
  /** Images, [batch, channels, height, width]. */
  readonly input: Id;
  readonly isStream: readonly boolean[];
}): Images {
  const { tape, input } = network;
  const [batch] = tape.shape(input) as [number];
  let found: readonly NamedAxes[] | undefined;
  const axesOf = (id: Id) => {
    found ??= findNamedAxes(network);
    return found[id];
  };
  return {
    batch,
    axisOf: (id) => {
      const shape = tape.shape(id);
      const axis = axesOf(id)?.images ?? shape.findIndex((size) => size % batch === 0);
      if (axis < 0) throw new TapeError(`a value of shape [${shape}] has no axis of ${batch} images`);
      return axis;
    },
    channelAxisOf: (id) => axesOf(id)?.channels,
  };
}

interface ImagesFirstArguments {
  readonly tape: Tape;
  readonly images: Images;
  readonly id: Id;
  /** The axis of the images; by default that of `id`. */
  readonly axis?: number;
  readonly channelAxis?: number;
}

/**
 * A value as [batch, ...], and where its channels are then: windows [images x windows, positions, channels],
 * the tokens of all images in a row [images x tokens, channels], and tokens with the images second
 * [positions, images, channels] become [images, ..., channels].
 */
export function imagesFirst({
  tape: t,
  images: { batch, axisOf },
  id,
  axis = axisOf(id),
  channelAxis = 0,
}: ImagesFirstArguments): { readonly id: Id; readonly channelAxis: number } {
  const others = t.shape(id).flatMap((_, each) => (each === axis ? [] : [each]));
  const moved = axis === 0 ? id : t.transpose(id, [axis, ...others]);
  const channels = axis === 0 ? channelAxis : others.indexOf(channelAxis) + 1;
  const [first, ...rest] = t.shape(moved) as [number, ...number[]];
  if (first === batch) return { id: moved, channelAxis: channels };
  return { id: t.reshape(moved, [batch, first / batch, ...rest]), channelAxis: channels + 1 };
}
