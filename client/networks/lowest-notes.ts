// Writes notes on proxies that come last whatever the other networks are, and says why they do.
import type { ProxyName } from '../../core/specification/families.js';

type Proxies = Readonly<Partial<Record<ProxyName, number | null>>>;

/** Proxies that are minus infinity where a feature has no entropy. */
const OF_FEATURES: readonly ProxyName[] = ['expressivity', 'mean-expressivity'];
/** Below this mean over the blocks, one of up to a hundred has a largest singular value σ of nearly 0 (of 0: -999,998), or a very large one (2 - σ). */
const LOWEST_TRAINABILITY = -9999;

/**
 * Notes on a feature without an entropy, and on a Jacobian that is 0, very large, not finite or the identity. `isMeasured`: whether the
 * network has a block whose Jacobian can be measured.
 */
export function notesOnLowest(draws: readonly Proxies[], isMeasured: boolean): readonly string[] {
  const lowest = (names: readonly ProxyName[]) =>
    names.filter((name) => draws.some((each) => each[name] === Number.NEGATIVE_INFINITY));
  const named = (names: readonly ProxyName[]) =>
    `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} minus infinity, and it comes last`;
  const [features, blocks] = [lowest(OF_FEATURES), lowest(['trainability'])];
  const isFar = draws.some(({ trainability: mean }) => Number.isFinite(mean) && mean! < LOWEST_TRAINABILITY);
  return [
    ...(features.length > 0
      ? [`has a feature that is constant, or not finite in float32: ${named(features)}`]
      : []),
    ...(blocks.length > 0 && features.length === 0
      ? [
          isMeasured
            ? `has a block whose Jacobian is not finite in float32, as that of a square root is at 0, or is the identity, as where a block only adds a bias: ${named(blocks)}`
            : `has no two neighbouring features whose positions correspond, so that no block has a Jacobian: ${named(blocks)}; name other features`,
        ]
      : []),
    ...(isFar
      ? [
          'has a block whose Jacobian is 0, as where values are rounded or replaced by their signs (a straight-through gradient is not in a file), or very large: trainability is far below that of other networks',
        ]
      : []),
  ];
}
