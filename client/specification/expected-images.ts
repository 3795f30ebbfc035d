// Says which images the networks of a specification read.
import { z } from 'zod';
import { SpecError } from '../../core/errors.js';
import type { ExpectedImages, Images } from '../../core/specification/images.js';
import { RESOLUTIONS, resolutionsFor } from '../../core/specification/resolutions.js';

const Shaped = z.object({ space: z.object({ image: z.array(z.int().min(1)).min(1) }) });

/** The images that the networks of a specification read, which may be malformed elsewhere. */
export function expectedImages(value: unknown): ExpectedImages {
  const kind = resolutionsFor(value);
  const shaped = kind === 'files' ? Shaped.safeParse(value).data : undefined;
  return shaped ? { image: shaped.space.image } : { sides: RESOLUTIONS[kind].scored };
}

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
