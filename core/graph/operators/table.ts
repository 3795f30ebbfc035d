// Lists the operators of the ONNX standard that a network may contain.
import { activations } from './activations.js';
import { normalizations } from './normalizations.js';
import type { Operators } from './operator.js';
import { places } from './places.js';
import { products } from './products.js';
import { recurrent } from './recurrent.js';
import { samplings } from './samplings.js';
import { selections } from './selections.js';
import { sequences } from './sequences.js';
import { shapes } from './shapes.js';

export const OPERATORS: Operators = {
  ...activations,
  ...normalizations,
  ...shapes,
  ...places,
  ...sequences,
  ...selections,
  ...samplings,
  ...products,
  ...recurrent,
};
