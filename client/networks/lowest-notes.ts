// Writes notes on proxies that come last whatever the other networks are, and says why they do.
import type { ProxyName } from '../../core/specification/families.js';

type Proxies = Readonly<Partial<Record<ProxyName, number | null>>>;

/** Proxies that are minus infinity where a feature has no entropy. */
const OF_FEATURES: readonly ProxyName[] = ['expressivity', 'mean-expressivity'];
/** Below this mean over the blocks, the largest singular value of one of up to a hundred blocks is nearly 0: a block of 0 has -999,998. */
const LOWEST_TRAINABILITY = -9999;

/** Notes on a feature without an entropy, and on a Jacobian that is 0 or not finite. */
export function notesOnLowest(draws: readonly Proxies[]): readonly string[] {
  const lowest = (names: readonly ProxyName[]) =>
    names.filter((name) => draws.some((each) => each[name] === Number.NEGATIVE_INFINITY));
  const named = (names: readonly ProxyName[]) =>
    `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} minus infinity, and it comes last`;
  const [features, blocks] = [lowest(OF_FEATURES), lowest(['trainability'])];
  const isFlat = draws.some(({ trainability: mean }) => Number.isFinite(mean) && mean! < LOWEST_TRAINABILITY);
  return [
    ...(features.length > 0
      ? [`has a feature that is constant, or not finite in float32: ${named(features)}`]
      : []),
    ...(blocks.length > 0 && features.length === 0
      ? [
          `has a block whose Jacobian is not finite in float32, as that of a square root is at 0: ${named(blocks)}`,
        ]
      : []),
    ...(isFlat
      ? [
          'has a block whose Jacobian is 0 or nearly 0, as where values are rounded or replaced by their signs (a straight-through gradient is not in a file): its trainability is far below that of any other network',
        ]
      : []),
  ];
}
