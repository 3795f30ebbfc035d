// Simplifies a graph whose weights are drawn: scales are then 1 and shifts 0, so that multiplying by them and
// adding them can be left out.

import { sizeOf } from '../ops/tensor/shapes.js';
import { TENSOR_RULES } from '../ops/tensor/table.js';
import type { Id } from '../ops/tensor/tape.js';
import { Tape } from '../ops/tensor/tape.js';
import type { Feature } from './features.js';
import { type ResolvedGraph, streamOf } from './resolve.js';
import { initializationOf, type Role } from './weight-roles.js';

/** A graph and its features. */
export interface FeaturedGraph {
  readonly graph: ResolvedGraph;
  readonly features: readonly Feature[];
}

/**
 * Copies the graph to another tape, on which every scale and shift is a constant. Operations without effect,
 * x * 1 and x + 0, are left out. The weights keep their indices; those that became constants are never read.
 */
export function foldDrawnWeights({
  graph,
  features,
  roles,
}: FeaturedGraph & { readonly roles: readonly Role[] }): FeaturedGraph {
  const tape = new Tape(TENSOR_RULES);
  const filled = new Map<Id, number>();
  for (const [i, { id }] of graph.weights.entries()) {
    const { kind } = roles[i]!;
    const initialization = initializationOf(roles[i]!);
    if ((kind === 'scale' || kind === 'shift') && initialization?.kind === 'constant')
      filled.set(id, initialization.value);
  }
  const moved: Id[] = [];
  for (const { id, op, inputs, attributes, constant, port, shape, type } of graph.tape.values) {
    const fill = filled.get(id);
    if (fill !== undefined) moved.push(tape.constant(new Float64Array(sizeOf(shape)).fill(fill), shape));
    else if (constant) moved.push(tape.constant(constant, shape, type));
    else if (port !== undefined) moved.push(tape.port(port, shape));
    else {
      const read = inputs.map((input) => moved[input]!);
      const simpler =
        unchangedOperand({ tape, op: op!, inputs: read, shape }) ?? geluOf({ tape, op: op!, inputs: read });
      moved.push(simpler ?? tape.add(op!, read, attributes));
    }
  }
  const at = (id: Id) => moved[id]!;
  const input = at(graph.input);
  return {
    graph: {
      tape,
      input,
      output: at(graph.output),
      named: new Map([...graph.named].map(([name, id]) => [name, at(id)])),
      names: new Map([...graph.names].reverse().map(([id, name]) => [at(id), name])),
      weights: graph.weights.map((weight) => ({ ...weight, id: at(weight.id) })),
      unread: graph.unread,
      isStream: streamOf(tape, input),
      ...(graph.isOfTokens ? { isOfTokens: true } : {}),
      ...(graph.parts ? { parts: graph.parts.map(at) } : {}),
      ...(graph.embedded ? { embedded: graph.embedded.map(at) } : {}),
    },
    features: features.map((feature) => ({ ...feature, id: at(feature.id) })),
  };
}

interface UnchangedOperandArguments {
  readonly tape: Tape;
  readonly op: string;
  readonly inputs: readonly Id[];
  readonly shape: readonly number[];
}

/** The operand that equals the result, where the operation has no effect on it. */
function unchangedOperand({ tape, op, inputs, shape }: UnchangedOperandArguments): Id | undefined {
  const neutral = NEUTRAL.get(op);
  if (neutral === undefined) return undefined;
  const [a, b] = inputs as [Id, Id];
  const isNeutral = (id: Id) => tape.get(id).constant?.every((value) => value === neutral) ?? false;
  const isWhole = (id: Id) => String(tape.shape(id)) === String(shape);
  if (isNeutral(b) && isWhole(a)) return a;
  if (COMMUTATIVE.has(op) && isNeutral(a) && isWhole(b)) return b;
  return undefined;
}

/**
 * Matches the form of GELU that exporters write before operator set 20: x (1 + erf(x / sqrt 2)) / 2, with
 * factors in any order.
 */
function geluOf({
  tape,
  op,
  inputs,
}: {
  readonly tape: Tape;
  readonly op: string;
  readonly inputs: readonly Id[];
}): Id | undefined {
  if (op !== 'Mul') return undefined;
  const factors = inputs.flatMap((id) => factorsOf(tape, id));
  if (factors.length !== 3) return undefined;
  const half = factors.find((id) => isNumber(tape, id, 0.5));
  const sum = factors.find((id) => tape.get(id).op === 'Add');
  const x = factors.find((id) => id !== half && id !== sum);
  if (half === undefined || sum === undefined || x === undefined) return undefined;
  const erf = tape.get(sum).inputs.find((id) => tape.get(id).op === 'Erf');
  const one = tape.get(sum).inputs.find((id) => isNumber(tape, id, 1));
  if (erf === undefined || one === undefined) return undefined;
  const { op: scaling, inputs: scaled } = tape.get(tape.get(erf).inputs[0]!);
  const [a, b] = scaled;
  const isScaled =
    (scaling === 'Div' && a === x && isNumber(tape, b!, Math.SQRT2)) ||
    (scaling === 'Mul' && scaled.includes(x) && scaled.some((id) => isNumber(tape, id, Math.SQRT1_2)));
  return isScaled ? tape.add('Gelu', [x]) : undefined;
}

function factorsOf(tape: Tape, id: Id): readonly Id[] {
  const { op, inputs } = tape.get(id);
  return op === 'Mul' ? inputs : [id];
}

/** Whether a value is this number, to float32 precision. */
function isNumber(tape: Tape, id: Id, wanted: number): boolean {
  const { constant } = tape.get(id);
  return constant?.length === 1 && Math.abs(constant[0]! - wanted) < 1e-6;
}

/** The second operand with which an operation has no effect. */
const NEUTRAL = new Map([
  ['Add', 0],
  ['Sub', 0],
  ['Mul', 1],
  ['Div', 1],
]);
const COMMUTATIVE = new Set(['Add', 'Mul']);
