// Translates operators on sequences of tensors, as lists in scripted Python code are exported. What a sequence holds is
// known before the network runs.
import { slice } from '../../ops/tensor/movement.js';
import { axisOf, range } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite, Operators } from './operator.js';

/** A list that grows step by step is copied in each step, so that its length is bounded. */
const LONGEST = 8192;

/** The elements of sequences, by the values that represent them: constants that no operation reads. */
const SEQUENCES = new WeakMap<Tape, Map<Id, readonly Id[]>>();

function sequence({ t }: NodeSite, elements: readonly Id[]): Id {
  if (elements.length > LONGEST)
    throw new TapeError(`its sequence has ${elements.length} elements; at most ${LONGEST} are supported`);
  const known = SEQUENCES.get(t) ?? new Map<Id, readonly Id[]>();
  SEQUENCES.set(t, known);
  const id = t.constant([-1 - known.size, elements[0] ?? -1], [2], 'int');
  known.set(id, elements);
  return id;
}

/** The elements of the sequence that is a node's first input. */
function elementsOf(site: NodeSite): readonly Id[] {
  const elements = SEQUENCES.get(site.t)?.get(site.x(0));
  if (!elements) throw new TapeError('its input 0 is a tensor; must be a sequence of tensors');
  return elements;
}

/** The index of an element in an input, counted from the front. */
function indexOf(site: NodeSite, input: number): number {
  const { length } = elementsOf(site);
  const index = site.known(input)[0]!;
  if (index < -length || index >= length)
    throw new TapeError(`its index ${index} is outside a sequence of ${length}`);
  return index < 0 ? index + length : index;
}

function splitToSequence(site: NodeSite): Id {
  const { t } = site;
  const shape = site.shape(0);
  const axis = site.axis('axis', 0, shape.length);
  const size = shape[axis]!;
  const given = site.has(1) ? site.known(1) : [1];
  const each = given[0]!;
  const isList = site.has(1) && site.shape(1).length > 0;
  const sizes = isList ? given : range(Math.ceil(size / each)).map((i) => Math.min(each, size - i * each));
  // The standard ignores `keepdims` where sizes are given; PyTorch's older exporter writes a size of 1 with it where
  // torch.unbind removes the axis, and ONNX Runtime does so.
  const isSqueezed = !isList && each === 1 && !site.number('keepdims', 1);
  let start = 0;
  const parts = sizes.map((n) => {
    start += n;
    const part = slice(t, site.x(0), { axis, start: start - n, end: start, step: 1 });
    return isSqueezed
      ? t.reshape(
          part,
          shape.filter((_, i) => i !== axis),
        )
      : part;
  });
  return sequence(site, parts);
}

function insert(site: NodeSite): Id {
  const elements = elementsOf(site);
  const last = elements.length;
  const at = site.has(2) ? site.known(2)[0]! : last;
  if (at < -last || at > last) throw new TapeError(`its place ${at} is outside a sequence of ${last}`);
  return sequence(site, elements.toSpliced(at, 0, site.x(1)));
}

function erase(site: NodeSite): Id {
  const elements = elementsOf(site);
  return sequence(site, elements.toSpliced(site.has(1) ? indexOf(site, 1) : -1, 1));
}

/** Concatenates the elements along an axis that they have, or stacks them along a new one. */
function concatenate(site: NodeSite): Id {
  const { t } = site;
  const elements = elementsOf(site);
  const [first] = elements;
  if (first === undefined) throw new TapeError('its sequence has no elements');
  const isNew = site.number('new_axis', 0) === 1;
  const axis = axisOf(site.number('axis'), t.shape(first).length + (isNew ? 1 : 0));
  const parts = elements.map((id) => {
    const shape = t.shape(id);
    return isNew ? t.reshape(id, [...shape.slice(0, axis), 1, ...shape.slice(axis)]) : id;
  });
  return parts.length === 1 ? parts[0]! : t.add('Concat', parts, { axis });
}

export const sequences: Operators = {
  SplitToSequence: (site) => [splitToSequence(site)],
  SequenceEmpty: (site) => [sequence(site, [])],
  SequenceConstruct: (site) => [sequence(site, site.all())],
  SequenceInsert: (site) => [insert(site)],
  SequenceErase: (site) => [erase(site)],
  SequenceAt: (site) => [elementsOf(site)[indexOf(site, 1)]],
  SequenceLength: (site) => [site.t.constant([elementsOf(site).length], [], 'int')],
  ConcatFromSequence: (site) => [concatenate(site)],
};
