// Says which images the networks of a specification read.
import { z } from 'zod';
import { SpecError } from '../../core/errors.js';
import type { ExpectedImages, Images } from '../../core/specification/images.js';
import { RESOLUTIONS, resolutionsFor } from '../../core/specification/resolutions.js';
import type { Specification } from '../../core/specification/specification.js';
import { stagesOf } from '../../core/specification/stages.js';

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

/** The sides in the same place; a structure holds for any where the file leaves them open. */
const SIDES = /"input":\[[^,\]]+,[^,\]]+,(\d+),\1\]/;

/** Throws SpecError where a search scores square images of another size than a network was exported for. */
export function checkSides({
  specification,
  structures,
}: {
  readonly specification: Specification;
  readonly structures: ReadonlyMap<string, string>;
}): void {
  const { strategy, input } = specification;
  for (const text of structures.values()) {
    const side = SIDES.exec(text.slice(0, HEAD))?.[1];
    const stages = side === undefined ? [] : stagesOf(specification);
    const at = stages.findIndex(({ specification: { fidelity } }) => fidelity.resolution !== Number(side));
    if (at < 0) continue;
    const why = `because the networks were exported for images of ${side} x ${side}`;
    if (input)
      throw SpecError.of({
        path: 'input.images',
        message: `has images ${input.images.shape.join(' x ')}; must be ${side} x ${side} pixels, ${why}`,
      });
    throw SpecError.of({
      path: `${strategy.kind === 'screening' ? `strategy.rounds.${at}.` : ''}fidelity.resolution`,
      message: `found ${stages[at]!.specification.fidelity.resolution}; must be left out, ${why}`,
    });
  }
}
