// In: the `space` of a specification. Out: the space itself.
import type { SpaceKind, SpaceSpecification } from '../specification/space.js';
import { autoformer } from './autoformer/index.js';
import { customSpace } from './custom/index.js';
import { mobileNetV2 } from './mobilenet-v2/index.js';
import { moduleSpace } from './module/index.js';
import { nasBench201 } from './nas-bench-201/index.js';
import type { Space } from './space.js';

/** Opening is cheap: it is done for every candidate that is scored. */
const OPENERS: { readonly [Kind in SpaceKind]: (space: SpaceSpecification & { kind: Kind }) => Space } = {
  'nas-bench-201': () => nasBench201,
  autoformer,
  'mobilenet-v2': () => mobileNetV2,
  custom: customSpace,
  module: moduleSpace,
};

export const SPACE_KINDS = Object.keys(OPENERS) as readonly SpaceKind[];

/** The space that a specification names, with its parameters. */
export function openSpace<Kind extends SpaceKind>(space: SpaceSpecification & { kind: Kind }): Space {
  const registered = REGISTERED.get(space.kind);
  return registered ?? OPENERS[space.kind](space);
}

const REGISTERED = new Map<string, Space>();

/** Adds a space to those of this process, under a kind that no specification as people write them can name. */
export function registerSpace(space: Space): void {
  REGISTERED.set(space.kind, space);
}
