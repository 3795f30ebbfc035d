// Translates Einsum into transposes, sums and matrix products of two operands each.
import { range, sizeOf } from '../../ops/tensor/shapes.js';
import type { Id, Tape } from '../../ops/tensor/tape.js';
import { TapeError } from '../../ops/tensor/tape-error.js';
import type { NodeSite } from './operator.js';

interface Term {
  readonly id: Id;
  readonly labels: readonly string[];
}

/** A letter that occurs twice in an operand stands for its diagonal; an ellipsis, for the axes without a letter. */
export function einsum(site: NodeSite): Id {
  const { t } = site;
  const equation = site.text('equation', '');
  const [left, right] = spelledOut(site).split('->') as [string, string | undefined];
  const names = left.split(',');
  const letters = [...left.replaceAll(',', '')];
  const out = [
    ...(right ??
      letters
        .filter((c) => letters.indexOf(c) === letters.lastIndexOf(c))
        .sort()
        .join('')),
  ];
  const terms = names.map((labels, i): Term => ({ id: site.x(i), labels: [...labels] }));
  for (const { id, labels } of terms)
    if (labels.length !== t.shape(id).length || labels.includes('.'))
      throw new TapeError(`its equation "${equation}" is not supported`);
  if (site.count !== terms.length)
    throw new TapeError(
      `its equation "${equation}" has ${terms.length} operands, and the node ${site.count}`,
    );
  const operands = broadcast(
    t,
    terms.map((term) => diagonal(t, term)),
  );
  const [first, ...rest] = operands as [Term, ...Term[]];
  const contracted = rest.reduce((product, term, i) => {
    const later = [...out, ...rest.slice(i + 1).flatMap(({ labels }) => labels)];
    return contract(t, [product, term], later);
  }, first);
  const kept = sumLabels(t, contracted, (label) => out.includes(label));
  return orderLabels(t, kept, out);
}

/** The product of two operands, summed over the letters that neither later operands nor the result have. */
function contract(t: Tape, [a, b]: readonly [Term, Term], later: readonly string[]): Term {
  const left = sumLabels(t, a, (label) => later.includes(label) || b.labels.includes(label));
  const right = sumLabels(t, b, (label) => later.includes(label) || a.labels.includes(label));
  return product(t, [left, right], later);
}

/** The equation without spaces, in which digits name the axes of an ellipsis, the last axis first. */
function spelledOut(site: NodeSite): string {
  const equation = site.text('equation', '').replaceAll(' ', '');
  if (!equation.includes('...')) return equation;
  const [left, right] = equation.split('->') as [string, string | undefined];
  const digits = (count: number) =>
    range(count)
      .map((i) => count - 1 - i)
      .join('');
  const counts = left.split(',').map((labels, i) => {
    const count = labels.includes('...') ? site.shape(i).length - labels.length + '...'.length : 0;
    if (count < 0 || count > 10) throw new TapeError(`its equation "${equation}" does not fit its operands`);
    return count;
  });
  const inputs = left.split(',').map((labels, i) => labels.replace('...', digits(counts[i]!)));
  const most = digits(Math.max(...counts));
  if (right !== undefined) return `${inputs.join(',')}->${right.replace('...', most)}`;
  const letters = [...left.replaceAll('...', '').replaceAll(',', '')];
  const single = letters.filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).sort();
  return `${inputs.join(',')}->${most}${single.join('')}`;
}

/** Replaces axes with the same letter by their diagonal: the sum of the product with an identity matrix. */
function diagonal(t: Tape, term: Term): Term {
  const { id, labels } = term;
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second < 0) return term;
  const first = labels.indexOf(labels[second]!);
  const shape = t.shape(id);
  const n = shape[first]!;
  if (shape[second] !== n)
    throw new TapeError(`its operand of shape [${shape}] has two sizes for the letter ${labels[second]}`);
  t.checkRoom(n * n);
  const identity = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
  const places = shape.map((_, axis) => (axis === first || axis === second ? n : 1));
  const masked = t.times(id, t.constant(identity, places));
  const without = <T>(list: readonly T[]) => list.filter((_, axis) => axis !== second);
  const summed = t.reshape(t.reduce('ReduceSum', masked, [second]), without(shape));
  return diagonal(t, { id: summed, labels: without(labels) });
}

/** Leaves out axes of size 1 that another operand has with another size: the product repeats them. */
function broadcast(t: Tape, terms: readonly Term[]): readonly Term[] {
  const sizeIn = ({ id, labels }: Term, label: string) => t.shape(id)[labels.indexOf(label)] ?? 1;
  return terms.map(({ id, labels }) => {
    const isRepeated = (label: string, axis: number) =>
      t.shape(id)[axis] === 1 && terms.some((term) => sizeIn(term, label) !== 1);
    const kept = labels.filter((label, axis) => !isRepeated(label, axis));
    const shape = t.shape(id).filter((_, axis) => !isRepeated(labels[axis]!, axis));
    return { id: t.reshape(id, shape), labels: kept };
  });
}

/** Sums over the letters that occur nowhere else. */
function sumLabels(t: Tape, { id, labels }: Term, keeps: (label: string) => boolean): Term {
  const axes = labels.flatMap((label, axis) => (keeps(label) ? [] : [axis]));
  const kept = labels.filter(keeps);
  const shape = t.shape(id).filter((_, axis) => !axes.includes(axis));
  return { id: t.reshape(t.reduce('ReduceSum', id, axes), shape), labels: kept };
}

function orderLabels(t: Tape, { id, labels }: Term, out: readonly string[]): Id {
  return t.transpose(
    id,
    out.map((label) => labels.indexOf(label)),
  );
}

/**
 * Letters of both operands and of the result are batch axes; letters of both operands alone are summed over;
 * letters of one operand are rows or columns.
 */
function product(t: Tape, [a, b]: readonly [Term, Term], out: readonly string[]): Term {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => out.includes(label));
  const inner = shared.filter((label) => !out.includes(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const sizes = (term: Term, labels: readonly string[]) =>
    labels.map((label) => t.shape(term.id)[term.labels.indexOf(label)]!);
  if (inner.length === 0) return outerProduct(t, [a, b], [...batch, ...rows, ...columns]);
  const matrix = (term: Term, groups: readonly (readonly string[])[]) =>
    t.reshape(
      t.transpose(
        term.id,
        groups.flat().map((label) => term.labels.indexOf(label)),
      ),
      groups.map((labels) => sizeOf(sizes(term, labels))),
    );
  const made = t.add('MatMul', [matrix(a, [batch, rows, inner]), matrix(b, [batch, inner, columns])]);
  const shape = [...sizes(a, batch), ...sizes(a, rows), ...sizes(b, columns)];
  return { id: t.reshape(made, shape), labels: [...batch, ...rows, ...columns] };
}

/** Where nothing is summed over, every element is one product, which is not counted as a matrix product, as in PyTorch. */
function outerProduct(t: Tape, terms: readonly [Term, Term], labels: readonly string[]): Term {
  const [a, b] = terms.map(({ id, labels: own }) => {
    const kept = labels.filter((label) => own.includes(label));
    const ordered = orderLabels(t, { id, labels: own }, kept);
    const sizeOfLabel = (label: string) => t.shape(id)[own.indexOf(label)] ?? 1;
    return t.reshape(ordered, labels.map(sizeOfLabel));
  }) as [Id, Id];
  return { id: t.times(a, b), labels };
}
