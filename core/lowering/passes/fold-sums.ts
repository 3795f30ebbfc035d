// Folds sums, and the ReLU after them, into the primitives that compute their terms, so that a sum needs no
// pass over memory of its own.
import { relu, sum } from '../../ops/primitives.js';
import type { Value } from '../../ops/tape.js';
import { canTakeAddend, withAddend } from './affine.js';
import { inputsOf, type Pass, type Rewriting, rewrite } from './rewrite.js';

/**
 * Turns a sum of terms into a chain. Terms that exist anyway are added first; then each primitive that can
 * add an addend receives the sum so far as its addend. A sum that only another sum reads is merged into that
 * one. The chain fixes the order of additions, and with it the rounding, for every memory layout.
 */
export const foldSums: Pass = (outputs) =>
  rewrite(outputs, (value, rewriting) => {
    const { at, uses } = rewriting;
    const terms = inputsOf(value, 'Sum');
    if (terms) return chain(terms, undefined, rewriting);
    const [read] = inputsOf(value, 'Relu') ?? [];
    if (!read || uses(read) > 1) return undefined;
    const made = at(read);
    const isOpen = made.primitive === 'affine' && !('activation' in made.attributes);
    return isOpen ? made.tape.apply({ ...made, attributes: { activation: 'Relu' } }) : relu(made);
  });

function chain(terms: readonly Value[], rest: Value | undefined, rewriting: Rewriting): Value {
  const { at, uses } = rewriting;
  const folds = (term: Value) => uses(term) === 1 && (term.primitive === 'Sum' || canTakeAddend(term));
  const ready = terms.filter((term) => !folds(term)).map(at);
  const first = [...(rest ? [rest] : []), ...ready];
  return terms
    .filter(folds)
    .reduce<Value | undefined>(
      (total, term) => addTerm(term, total, rewriting),
      first.length > 0 ? sum(first) : undefined,
    )!;
}

function addTerm(term: Value, rest: Value | undefined, rewriting: Rewriting): Value {
  const terms = inputsOf(term, 'Sum');
  if (terms) return chain(terms, rest, rewriting);
  const made = rewriting.at(term);
  return rest ? withAddend(made, rest) : made;
}
