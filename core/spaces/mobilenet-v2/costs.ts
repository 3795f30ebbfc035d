// Counts the costs of a structure as the published search does; these differ from the true costs.
import type { Costs } from '../space.js';
import { convolutionsOf, type Structure, type Unit, unitsOf } from './structure.js';

const CLASSES = 1000;

/**
 * Multiply-accumulates (plus one for each normalized value), parameters, and layers (repetitions) at a
 * resolution. The budgets of the published search refer to these counts. Sides are rounded down. A strided
 * projection counts a quarter of its multiply-accumulates, because the published counter divides by the
 * stride twice.
 */
export function structureCosts({
  structure,
  resolution,
}: {
  readonly structure: Structure;
  readonly resolution: number;
}): Required<Costs> {
  let flops = 0;
  let parameters = 0;
  let layers = 0;
  let side = resolution;
  for (const block of structure) {
    layers += block.sub;
    if (block.kind === 'conv')
      for (const { in: x, out: y, kernel, stride } of convolutionsOf(block)) {
        const after = Math.floor(side / stride);
        flops += Math.floor((x * y * kernel ** 2 * side ** 2) / stride ** 2) + y * after ** 2;
        parameters += x * y * kernel ** 2 + y;
        side = after;
      }
    else
      for (const unit of unitsOf(block)) {
        const costs = unitCosts(unit, side);
        flops += costs.flops;
        parameters += costs.parameters;
        side = Math.floor(side / unit.stride);
      }
  }
  const last = structure.at(-1)!.out;
  return { flops: flops + last * CLASSES, parameters: parameters + last * CLASSES + 1, layers };
}

function unitCosts({ in: x, width: m, out: y, kernel, stride, projection }: Unit, side: number): Costs {
  const after = Math.floor(side / stride);
  const expand = x * m * side ** 2 + m * side ** 2;
  const depthwise = Math.floor((m * kernel ** 2 * side ** 2) / stride ** 2) + m * after ** 2;
  const reduce = m * y * after ** 2 + y * after ** 2;
  const shortcut = projection ? (x * y + y) * (after / stride) ** 2 : 0;
  const weights = x * m + m + m * kernel ** 2 + m + m * y + y;
  return {
    flops: expand + depthwise + reduce + shortcut,
    parameters: weights + (projection ? x * y + y : 0),
  };
}
