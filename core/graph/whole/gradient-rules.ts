// Defines vector-Jacobian products of whole networks, which replace those of the table.
import { inputGradient, weightGradient } from '../../ops/tensor/linear.js';
import type { Rule, Site } from '../../ops/tensor/rule.js';
import { standardizeGradient } from '../../ops/tensor/standardization.js';
import type { Id } from '../../ops/tensor/tape.js';
import { weightProduct } from '../../ops/tensor/weight-gradient.js';

/**
 * Forms that are quicker than those of the table and have gradients of their own, as a product with the
 * Hessian requires.
 */
export const WHOLE_GRADIENTS: Readonly<Record<string, NonNullable<Rule['vjp']>>> = {
  Standardize: standardizeGradient,
  Conv: (site) => [
    site.wanted[0] ? inputGradient(site) : undefined,
    site.wanted[1] ? ofWeight(site) : undefined,
  ],
  /** The gradient of the weight is that of the convolution that it transposes, with x and g exchanged. */
  ConvTranspose: (site) => {
    const { t, x, g, attributes, wanted } = site;
    const [input, weight] = x as [Id, Id];
    const { output: _, ...window } = attributes;
    return [
      wanted[0] ? t.add('Conv', [g, weight], window) : undefined,
      wanted[1] ? ofWeight({ ...site, x: [g, weight], g: input, attributes: window }) : undefined,
    ];
  },
};

function ofWeight(convolution: Site): Id {
  return weightProduct(convolution) ?? weightGradient(convolution);
}
