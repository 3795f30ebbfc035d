// Gives the images of a value an axis of their own in front, so that statistics can be taken image by image.
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import { findNamedAxes, type ImagePlace, type NamedAxes } from '../axis-meanings.js';

export interface Images {
  readonly batch: number;
  /** Throws TapeError where a value has no axis of images. */
  readonly placeOf: (id: Id) => ImagePlace;
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
    placeOf: (id) => {
      const place = axesOf(id)?.images;
      if (place) return place;
      const shape = tape.shape(id);
      const axis = shape.findIndex((size) => size % batch === 0);
      if (axis < 0) throw new TapeError(`a value of shape [${shape}] has no axis of ${batch} images`);
      return { axis, before: 1 };
    },
    channelAxisOf: (id) => axesOf(id)?.channels,
  };
}

interface ImagesFirstArguments {
  readonly tape: Tape;
  readonly images: Images;
  readonly id: Id;
  /** The place of the images; by default that of `id`. */
  readonly place?: ImagePlace;
  readonly channelAxis?: number;
}

/**
 * A value as [batch, ...], and where its channels are then: windows [images x windows, positions, channels],
 * the tokens of all images in a row [images x tokens, channels], tokens with the images second [positions,
 * images, channels], and these in one axis [positions x images, channels], as in PyTorch's attention, become
 * [images, ..., channels].
 */
export function imagesFirst({
  tape: t,
  images: { batch, placeOf },
  id: given,
  place = placeOf(given),
  channelAxis: givenChannels = 0,
}: ImagesFirstArguments): { readonly id: Id; readonly channelAxis: number } {
  const { before } = place;
  const shape = t.shape(given);
  const isWithPositions = before > 1;
  const apart = [before, shape[place.axis]! / before];
  const id = isWithPositions
    ? t.reshape(given, [...shape.slice(0, place.axis), ...apart, ...shape.slice(place.axis + 1)])
    : given;
  const axis = isWithPositions ? place.axis + 1 : place.axis;
  const channelAxis = isWithPositions && givenChannels > place.axis ? givenChannels + 1 : givenChannels;
  const others = t.shape(id).flatMap((_, each) => (each === axis ? [] : [each]));
  const moved = axis === 0 ? id : t.transpose(id, [axis, ...others]);
  const channels = axis === 0 ? channelAxis : others.indexOf(channelAxis) + 1;
  const [first, ...rest] = t.shape(moved) as [number, ...number[]];
  if (first === batch) return { id: moved, channelAxis: channels };
  return { id: t.reshape(moved, [batch, first / batch, ...rest]), channelAxis: channels + 1 };
}
