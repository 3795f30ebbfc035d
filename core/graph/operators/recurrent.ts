// Translates recurrent layers of the ONNX standard into the operations of every step, one after the other.
import { slice } from '../../ops/tensor/movement.js';
import { range } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite, Operators } from './operator.js';

/** The most steps of a sequence: every step has operations of its own, forward and backward. */
const MOST_STEPS = 1024;
/** The most operations of a network with recurrent layers, which take minutes. */
const MOST_VALUES = 80_000;

/**
 * The last states of the recurrent layers on a tape. PyTorch stacks those of all layers, and a network that takes one of them from
 * the stack does not depend on the others (places.ts).
 */
const LAST_STATES = new WeakMap<Tape, Set<Id>>();

/** Whether a value is the last state of a recurrent layer, [directions, batch, hidden]. */
export const isLastState = (t: Tape, id: Id): boolean => LAST_STATES.get(t)?.has(id) ?? false;

function markLastState(t: Tape, id: Id): Id {
  const known = LAST_STATES.get(t) ?? new Set();
  LAST_STATES.set(t, known.add(id));
  return id;
}

interface State {
  /** The output of a step, [batch, 1, hidden]; undefined where it is 0. */
  readonly hidden: Id | undefined;
  /** The cell of LSTM; undefined where it is 0. */
  readonly cell?: Id | undefined;
}

interface Weights {
  /** [hidden, gates x hidden]. */
  readonly recurrent: Id;
  /** Of the recurrent product, [gates x hidden]; undefined where there is none. */
  readonly bias: Id | undefined;
}

interface Step extends Weights {
  readonly t: Tape;
  /** The product of the input of this step and its weights, with its bias, [batch, 1, gates x hidden]. */
  readonly x: Id;
  readonly before: State;
}

interface Kind {
  readonly gates: number;
  /** The number of first gates that read the sum of both biases, so that the two can be added in advance. */
  readonly mergedGates: number;
  readonly step: (step: Step) => State;
}

/** Gate number i of [batch, 1, gates x hidden]. */
function gate(t: Tape, x: Id, { i, of }: { readonly i: number; readonly of: number }): Id {
  const size = t.shape(x).at(-1)! / of;
  return slice(t, x, { axis: 2, start: i * size, end: (i + 1) * size, step: 1 });
}

const sum = (t: Tape, a: Id, b: Id | undefined): Id => (b === undefined ? a : t.plus(a, b));
const product = ({ t, recurrent, before }: Step): Id | undefined =>
  before.hidden === undefined ? undefined : t.add('MatMul', [before.hidden, recurrent]);

/** h = f(W x + R h). */
const plain = (activation: string): Kind => ({
  gates: 1,
  mergedGates: 1,
  step: (at) => ({ hidden: at.t.add(activation, [sum(at.t, at.x, product(at))]) }),
});

/** Gates i, o, f and g: c = f c + i g, h = o tanh(c). */
const lstm: Kind = {
  gates: 4,
  mergedGates: 4,
  step: (at) => {
    const { t, x, before } = at;
    const all = sum(t, x, product(at));
    const [i, o, f] = [0, 1, 2].map((k) => t.add('Sigmoid', [gate(t, all, { i: k, of: 4 })])) as [Id, Id, Id];
    const added = t.times(i, t.add('Tanh', [gate(t, all, { i: 3, of: 4 })]));
    const cell = before.cell === undefined ? added : t.plus(t.times(f, before.cell), added);
    return { hidden: t.times(o, t.add('Tanh', [cell])), cell };
  },
};

/** Gates z, r and n: h = (1 - z) n + z h. `isAfter`: the reset gate multiplies the recurrent product, as in PyTorch. */
const gru = (isAfter: boolean): Kind => ({
  gates: 3,
  mergedGates: isAfter ? 2 : 3,
  step: ({ t, x, recurrent, bias, before: { hidden } }) => {
    const size = t.shape(x)[2]! / 3;
    const columns = (id: Id, axis: number, [from, to]: readonly [number, number]) =>
      slice(t, id, { axis, start: from * size, end: to * size, step: 1 });
    const part = (id: Id, i: number) => columns(id, 2, [i, i + 1]);
    const product = (state: Id, gates: readonly [number, number]) =>
      t.add('MatMul', [state, columns(recurrent, 1, gates)]);
    const own = hidden === undefined ? undefined : product(hidden, [0, isAfter ? 3 : 2]);
    const gated = (i: number) => t.add('Sigmoid', [sum(t, part(x, i), own && part(own, i))]);
    const [z, r] = [gated(0), gated(1)];
    /** The product of the third gate, with its bias, times the reset gate. */
    const after = () => {
      const added = bias && columns(bias, 0, [2, 3]);
      const inner = own === undefined ? added : sum(t, part(own, 2), added);
      return inner === undefined ? undefined : t.times(r, inner);
    };
    const before = () => (hidden === undefined ? undefined : product(t.times(r, hidden), [2, 3]));
    const n = t.add('Tanh', [sum(t, part(x, 2), isAfter ? after() : before())]);
    const kept = t.times(t.add('Sub', [t.scalar(1), z]), n);
    return { hidden: hidden === undefined ? kept : t.plus(kept, t.times(z, hidden)) };
  },
});

/** Inputs: sequences [steps, batch, channels], weights W and R, biases, lengths, first states; outputs: all and the last. */
function unroll(site: NodeSite, kind: Kind): readonly (Id | undefined)[] {
  const { t } = site;
  const isReversed = directionsOf(site);
  const [steps, batch] = checkedShape(site);
  checkWeights(site, kind, isReversed.length);
  const x = t.transpose(site.x(0), [1, 0, 2]);
  const runs = isReversed.map((reversed, d) => {
    const weights = weightsOf(site, kind, d);
    const all = t.add('MatMul', [x, weights.input]);
    const inputs = weights.added === undefined ? all : t.plus(all, weights.added);
    let state: State = { hidden: firstState(site, 5, d), cell: firstState(site, 6, d) };
    const outputs: Id[] = [];
    for (const k of range(steps)) {
      const at = reversed ? steps - 1 - k : k;
      const one = slice(t, inputs, { axis: 1, start: at, end: at + 1, step: 1 });
      state = kind.step({ t, x: one, before: state, recurrent: weights.recurrent, bias: weights.bias });
      outputs[at] = state.hidden!;
    }
    return { outputs: joined(t, outputs, 1), last: state };
  });
  if (t.values.length > MOST_VALUES)
    throw new TapeError(
      `with its ${steps} steps the network has ${t.values.length} operations; at most ${MOST_VALUES} are computed where layers are recurrent, so shorten the sequences`,
      'too-large',
    );
  const count = runs.length;
  const side = joined(
    t,
    runs.map(({ outputs }) => outputs),
    2,
  );
  const hidden = t.shape(side)[2]! / count;
  const apart = t.reshape(side, [batch, steps, count, hidden]);
  const ends = (ids: readonly Id[]) =>
    markLastState(
      t,
      joined(
        t,
        ids.map((id) => t.transpose(id, [1, 0, 2])),
        0,
      ),
    );
  const cells = runs.flatMap(({ last }) => last.cell ?? []);
  return [
    t.transpose(apart, [1, 2, 0, 3]),
    ends(runs.map(({ last }) => last.hidden!)),
    cells.length === count ? ends(cells) : undefined,
  ];
}

const joined = (t: Tape, parts: readonly Id[], axis: number): Id =>
  parts.length === 1 ? parts[0]! : t.add('Concat', parts, { axis });

/** Whether each direction reads the sequence from its end. */
function directionsOf(site: NodeSite): readonly boolean[] {
  const direction = site.text('direction', 'forward');
  if (site.number('layout', 0) !== 0) throw new TapeError('its attribute layout must be 0');
  if (site.attribute('clip') !== undefined) throw new TapeError('its attribute clip is not supported');
  if (site.number('input_forget', 0) !== 0)
    throw new TapeError('its attribute input_forget is not supported');
  if (site.has(7)) throw new TapeError('its peepholes are not supported');
  if (direction === 'bidirectional') return [false, true];
  if (direction !== 'forward' && direction !== 'reverse')
    throw new TapeError(`its direction is ${direction}; must be forward, reverse or bidirectional`);
  return [direction === 'reverse'];
}

/** Steps and batch. */
function checkedShape(site: NodeSite): readonly [number, number] {
  const shape = site.shape(0);
  if (shape.length !== 3) throw new TapeError(`its input has ${shape.length} axes; must have 3`);
  const [steps, batch] = shape as [number, number];
  if (steps < 1) throw new TapeError('its sequences have no steps');
  if (steps > MOST_STEPS)
    throw new TapeError(`it has ${steps} steps; at most ${MOST_STEPS} are computed`, 'too-large');
  if (site.has(4) && site.known(4).some((length) => length !== steps))
    throw new TapeError(`its sequences have different lengths; all must have ${steps} steps`);
  return [steps, batch];
}

/** W [directions, gates x hidden, channels], R [directions, gates x hidden, hidden] and B [directions, 2 x gates x hidden]. */
function checkWeights(site: NodeSite, { gates }: Kind, directions: number): void {
  const [input, recurrent] = [site.shape(1), site.shape(2)];
  const hidden = recurrent[2]!;
  const wanted = [
    [directions, gates * hidden, site.shape(0)[2]!],
    [directions, gates * hidden, hidden],
    [directions, 2 * gates * hidden],
  ];
  [input, recurrent, ...(site.has(3) ? [site.shape(3)] : [])].forEach((shape, i) => {
    if (String(shape) !== String(wanted[i]))
      throw new TapeError(`its input ${i + 1} has the shape [${shape}]; must be [${wanted[i]}]`);
  });
  if (site.number('hidden_size', hidden) !== hidden)
    throw new TapeError(`its hidden_size is ${site.number('hidden_size')}, but its weights have ${hidden}`);
}

/** The weights of one direction. Biases that are added to the same gates are added once. */
function weightsOf(site: NodeSite, { gates, mergedGates }: Kind, d: number) {
  const { t } = site;
  const ofDirection = (i: number) => {
    const one = slice(t, site.x(i), { axis: 0, start: d, end: d + 1, step: 1 });
    return t.reshape(one, site.shape(i).slice(1));
  };
  const [input, recurrent] = [1, 2].map((i) => t.transpose(ofDirection(i), [1, 0])) as [Id, Id];
  if (!site.has(3)) return { input, recurrent, added: undefined, bias: undefined };
  const both = ofDirection(3);
  const size = t.shape(both)[0]! / 2;
  const part = (start: number, end: number) => slice(t, both, { axis: 0, start, end, step: 1 });
  const [own, bias] = [part(0, size), part(size, 2 * size)];
  if (mergedGates === gates) return { input, recurrent, added: t.plus(own, bias), bias: undefined };
  const shared = (size / gates) * mergedGates;
  const rest = t.constant(new Float64Array(size - shared), [size - shared]);
  return {
    input,
    recurrent,
    added: t.plus(own, t.add('Concat', [part(size, size + shared), rest], { axis: 0 })),
    bias,
  };
}

/** The state before the first step, [batch, 1, hidden]; undefined where it is 0. */
function firstState(site: NodeSite, input: number, d: number): Id | undefined {
  const { t } = site;
  if (!site.has(input)) return undefined;
  if (t.get(site.x(input)).constant?.every((value) => value === 0)) return undefined;
  const one = slice(t, site.x(input), { axis: 0, start: d, end: d + 1, step: 1 });
  return t.transpose(one, [1, 0, 2]);
}

/** Empty where the usual ones are meant. */
function activationsOf(site: NodeSite): readonly string[] {
  const found = site.attribute('activations') ?? [];
  if (!Array.isArray(found) || found.some((name) => typeof name !== 'string'))
    throw new TapeError('its attribute activations must be a list of names');
  return found as readonly string[];
}

/** The activations of every direction must be the usual ones. */
function checkActivations(site: NodeSite, usual: readonly string[]): void {
  const names = activationsOf(site);
  if (names.some((name, i) => name !== usual[i % usual.length]))
    throw new TapeError(`its activations are ${names.join(', ')}; must be ${usual.join(', ')}`);
}

export const recurrent: Operators = {
  LSTM: (site) => {
    checkActivations(site, ['Sigmoid', 'Tanh', 'Tanh']);
    return unroll(site, lstm);
  },
  GRU: (site) => {
    checkActivations(site, ['Sigmoid', 'Tanh']);
    return unroll(site, gru(site.number('linear_before_reset', 0) !== 0));
  },
  RNN: (site) => {
    const [activation = 'Tanh'] = activationsOf(site);
    if (activation !== 'Tanh' && activation !== 'Relu')
      throw new TapeError(`its activation is ${activation}; must be Tanh or Relu`);
    checkActivations(site, [activation]);
    return unroll(site, plain(activation));
  },
};
