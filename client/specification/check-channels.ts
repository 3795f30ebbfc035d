// Compares the channels of images with those that the networks of files read.
import { SpecError } from '../../core/errors.js';
import type { Images } from '../../core/specification/images.js';

/** The input in the text of a structure (core/graph/structure.ts), whose second number is that of the channels. */
const CHANNELS = /"input":\[[^,\]]+,(\d+),/;
/** The text before it is short. */
const HEAD = 200;

/** Throws SpecError. A network that leaves its channels open is checked when it is scored. */
export function checkChannels({
  images: { shape },
  structures,
}: {
  readonly images: Images;
  readonly structures: ReadonlyMap<string, string>;
}): void {
  for (const text of structures.values()) {
    const wanted = CHANNELS.exec(text.slice(0, HEAD))?.[1];
    if (wanted !== undefined && Number(wanted) !== shape[1])
      throw SpecError.of({
        path: 'input.images',
        message: `has images ${shape.join(' x ')}; the networks read ${wanted} channels`,
      });
  }
}
