// Writes a program for each block of a graph: forward pass to the next feature, its covariance, and the
// vector-Jacobian product with a Rademacher probe.
import type { Id, Tape } from '../ops/tensor/tape.js';
import { CPU_GRADIENTS } from './block-gradients.js';
import type { Feature } from './features.js';
import { dependents, pullback } from './pullback.js';
import type { ResolvedGraph } from './resolve.js';
import { featureStatistic, type JacobianForm, jacobianForm, samplesOf, shrinkage } from './statistics.js';
import { sumGradients } from './sum-gradients.js';
import { type ProgramOutput, type WrittenProgram, writeProgram } from './write-program.js';

/** Names of a program's outputs. A tensor that later programs read is named by `tensorName`. */
export const OUTPUT = {
  statistic: 'statistic',
  jacobian: 'jacobian',
  /** See `JacobianForm`. */
  otherJacobian: 'otherJacobian',
  scale: 'scale',
  shift: 'shift',
  trace: 'trace',
} as const;
/** The input for the Rademacher probe, which has the shape of the feature that the program ends with. */
export const SIGNS = 'signs';

export function tensorName(id: Id): string {
  return `tensor_${id}`;
}

export interface BlockProgram extends WrittenProgram {
  readonly feature: Feature;
  readonly samples: number;
  /** Undefined for a feature that is not measured. */
  readonly statistic?: { readonly kind: 'covariance' | 'gram'; readonly size: number };
  /** The tensors that later programs read. */
  readonly carried: readonly Id[];
  /**
   * Undefined for the first program, for blocks whose Jacobian is not measured, and where positions of the
   * two features do not correspond.
   */
  readonly jacobian?: {
    readonly kind: JacobianForm['kind'];
    /** The number of rows of the output `jacobian`. */
    readonly rows: number;
    readonly columns: number;
    readonly mayBeIdentity: boolean;
  };
}

interface BlockProgramsArguments {
  readonly graph: ResolvedGraph;
  readonly features: readonly Feature[];
  /** For each feature, whether it is measured; by default all are. */
  readonly withStatistic?: readonly boolean[];
  /** For each feature, whether the Jacobian of the block before it is measured; by default all are. */
  readonly withJacobian?: readonly boolean[] | undefined;
  /** See `WriteSite`. */
  readonly channelBlock: number;
}

/**
 * Program i computes feature i from the outputs of earlier programs. Inputs: images or carried tensors,
 * weights, the Rademacher probe `signs`. Outputs: `statistic`; `jacobian`; the carried tensors; and where the
 * block could be the identity, `shift` (the largest difference between gradient and probe) and `trace` (the
 * sum of their products, which is the trace of the signal Jacobian times its number of samples).
 */
export function blockPrograms({
  graph,
  features,
  withStatistic,
  withJacobian,
  channelBlock,
}: BlockProgramsArguments): readonly BlockProgram[] {
  const { tape, input, isStream } = graph;
  const stream = (id: Id) => Boolean(isStream[id]);
  const regions = regionsOf({ tape, features, stream });
  const carried = carriedValues({ tape, regions, features, input });
  return features.map((feature, i) => {
    const fed = new Map<Id, string>();
    for (const earlier of carried.slice(0, i)) for (const id of earlier) fed.set(id, tensorName(id));
    const before = withJacobian?.[i] === false ? undefined : features[i - 1];
    const block = { feature, isMeasured: withStatistic?.[i] !== false, before };
    return blockProgram({ tape, block, fed, carried: carried[i]!, channelBlock });
  });
}

/**
 * The values that each program computes: those on which its feature depends and that no earlier program has
 * computed.
 */
function regionsOf({
  tape,
  features,
  stream,
}: {
  readonly tape: Tape;
  readonly features: readonly Feature[];
  readonly stream: (id: Id) => boolean;
}): readonly ReadonlySet<Id>[] {
  const done = new Set<Id>();
  return features.map(({ id: end }) => {
    const region = new Set<Id>();
    const open = [end];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (done.has(id) || region.has(id) || !stream(id)) continue;
      region.add(id);
      open.push(...tape.get(id).inputs);
    }
    for (const id of region) done.add(id);
    return region;
  });
}

interface CarriedValuesArguments {
  readonly tape: Tape;
  readonly regions: readonly ReadonlySet<Id>[];
  readonly features: readonly Feature[];
  readonly input: Id;
}

/**
 * For each region, the values that later regions read: usually its feature alone, further tensors where a
 * feature is no cut point.
 */
function carriedValues({
  tape,
  regions,
  features,
  input,
}: CarriedValuesArguments): readonly (readonly Id[])[] {
  return regions.map((region, i) => {
    const read = new Set<Id>();
    for (const later of regions.slice(i + 1))
      for (const id of later)
        for (const each of tape.get(id).inputs) if (region.has(each) && each !== input) read.add(each);
    // The gradient is taken with respect to the previous feature. A block without operations ends with the
    // value that it began with, which an earlier program has output.
    if (i + 1 < regions.length && region.has(features[i]!.id)) read.add(features[i]!.id);
    return [...read].sort((a, b) => a - b);
  });
}

interface BlockProgramArguments {
  readonly tape: Tape;
  readonly block: {
    readonly feature: Feature;
    readonly isMeasured: boolean;
    /** The feature before, if the Jacobian is measured. */
    readonly before: Feature | undefined;
  };
  readonly fed: ReadonlyMap<Id, string>;
  readonly carried: readonly Id[];
  readonly channelBlock: number;
}

function blockProgram({
  tape: t,
  block: { feature, isMeasured, before },
  fed,
  carried,
  channelBlock,
}: BlockProgramArguments): BlockProgram {
  const measured = isMeasured ? featureStatistic(t, feature) : undefined;
  const gradient = before && gradientOutputs({ t, feature, before, channelBlock });
  // A program has at least one output.
  const isEmpty = !measured && !gradient && carried.length === 0;
  const statistic = isEmpty ? featureStatistic(t, feature) : measured;
  const outputs: ProgramOutput[] = [
    ...(statistic ? [{ name: OUTPUT.statistic, id: statistic.id }] : []),
    ...carried.map((id) => ({ name: tensorName(id), id })),
  ];
  if (gradient) outputs.push(...gradient.outputs);
  const written = writeProgram({
    tape: t,
    outputs,
    fed,
    channelBlock,
    fusion: channelBlock > 1 ? 'transposes' : 'none',
  });
  return {
    ...written,
    feature,
    samples: samplesOf(feature),
    ...(statistic ? { statistic: { kind: statistic.kind, size: t.shape(statistic.id)[0]! } } : {}),
    carried,
    ...(gradient ? { jacobian: gradient.jacobian } : {}),
  };
}

interface GradientOutputsArguments {
  readonly t: Tape;
  readonly feature: Feature;
  readonly before: Feature;
  readonly channelBlock: number;
}

function gradientOutputs({ t, feature, before, channelBlock }: GradientOutputsArguments) {
  const factors = shrinkage(before, feature);
  if (!factors) return undefined;
  const v = t.port(SIGNS, feature.shape);
  const quick = channelBlock > 1 ? { rules: CPU_GRADIENTS, sum: sumGradients } : {};
  const [found] = pullback({ tape: t, output: feature.id, v, to: [before.id], ...quick });
  if (found === undefined && !dependents(t, feature.id, [before.id])[feature.id]) return undefined;
  // No gradient comes through values that are rounded or replaced by their signs.
  const g = found ?? t.expand(t.scalar(0), before.shape);
  const form = jacobianForm({ t, g, v, from: before, to: feature, factors });
  const [rows, columns] = t.shape(form.matrix) as [number, number];
  const isSquare = String(before.shape) === String(feature.shape);
  const outputs: ProgramOutput[] = [{ name: OUTPUT.jacobian, id: form.matrix }];
  if (form.kind !== 'matrix') outputs.push({ name: OUTPUT.scale, id: form.scale });
  if (form.kind === 'pair') outputs.push({ name: OUTPUT.otherJacobian, id: form.other });
  if (isSquare) {
    const axes = feature.shape.map((_, axis) => axis);
    outputs.push({ name: OUTPUT.shift, id: t.reduce('ReduceMax', t.add('Abs', [t.minus(g, v)]), axes) });
    outputs.push({ name: OUTPUT.trace, id: t.reduce('ReduceSum', t.times(g, v), axes) });
  }
  return { outputs, jacobian: { kind: form.kind, rows, columns, mayBeIdentity: isSquare } };
}
