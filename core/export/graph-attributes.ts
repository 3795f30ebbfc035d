// Tells attributes of the ONNX standard that hold a float from those that hold an integer.
import type { AttributeValue } from '../graph/graph.js';
import type { Attribute } from '../onnx/graph.js';

const FLOATS = new Set([
  'alpha',
  'beta',
  'cubic_coeff_a',
  'epsilon',
  'extrapolation_value',
  'gamma',
  'ratio',
  'scale',
  'softcap',
]);

/**
 * JavaScript does not distinguish 1 from 1.0, so the number is written with the type that the standard
 * prescribes for the attribute.
 */
export function attributeOf(name: string, value: AttributeValue): Attribute {
  return typeof value === 'number' && FLOATS.has(name) ? { float: value } : (value as Attribute);
}
