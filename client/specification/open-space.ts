// Opens the space of a specification, whose code may be a module.
import { SpecError } from '../../core/errors.js';
import { definitionOf, openSpace } from '../../core/spaces/index.js';
import { permitModule } from '../../core/spaces/module/definition.js';
import type { Space } from '../../core/spaces/space.js';
import type { SpaceSpecification } from '../../core/specification/space.js';
import { loadModule } from '../../engine/load-module.js';
import { type ModulePermission, REFUSED } from './module-permission.js';

/**
 * Opens the space of a specification. The code of a space of kind module is run only if `modules` permits it,
 * and the permission covers this space alone; otherwise throws a SpecError.
 */
export function openSpaceWith({
  space,
  modules,
}: {
  readonly space: SpaceSpecification;
  readonly modules: ModulePermission;
}): Space {
  if (definitionOf(space).code === 'specification' && 'digest' in space) {
    if (modules === 'refused') throw SpecError.of({ path: 'space', ...REFUSED });
    permitModule({ digest: space.digest, load: loadModule });
  }
  return openSpace(space);
}
