// Counts the costs of candidates of a custom space, and their exact ranges.
import { channelsOf, type Shape } from '../../ir/shape.js';
import { type Counted, countClassifier } from '../count-blocks.js';
import type { Costs, CostRanges as SomeRanges } from '../space.js';
import type { Candidate } from './candidate.js';
import { chainParts, graphParts } from './count-parts.js';
import { usesGraph } from './graph-choices.js';
import { activatesFirst, endsNormalized } from './network.js';
import { countOptions, type Option, optionAt } from './options.js';
import type { Definition } from './schema.js';
import { splitCandidate, stemOptions } from './stem.js';

type CostRanges = Required<SomeRanges>;

/** The most pairs of option and shape for which ranges are computed, about a second of work. */
const MOST_STEPS = 50_000;

export interface Counter {
  costs(args: { candidate: Candidate; resolution: number }): Required<Costs>;
  /** Undefined where there are too many options. */
  ranges(args: { resolution: number }): CostRanges | undefined;
}

/**
 * Costs counted as in `countBlocks`, including the classifier; `layers` is the number of repetitions in all
 * stages. A stage is counted once for each input shape.
 */
export function createCounter(definition: Definition): Counter {
  const parts = createPartCounter(definition);
  return {
    costs: ({ candidate, resolution }) => costsOf({ parts, definition, candidate, resolution }),
    ranges: ({ resolution }) => rangesOf({ parts, definition, resolution }),
  };
}

/** Counts the parts of a network of one definition, each once. */
interface PartCounter {
  stem(stem: Option, first: Option, resolution: number): Counted;
  stage(stage: number, option: Option, shape: Shape): Counted;
  head(last: Option, shape: Shape): Pick<Counted, 'flops' | 'parameters'>;
}

function createPartCounter(definition: Definition): PartCounter {
  const count = usesGraph(definition) ? graphParts(definition) : chainParts(definition);
  const known = new Map<string, Counted>();
  const once = (key: string, count: () => Counted): Counted => {
    const counted = known.get(key) ?? count();
    known.set(key, counted);
    return counted;
  };
  return {
    stem: (stem, first, resolution) =>
      once(`stem ${Object.values(stem)} ${first.width} ${activatesFirst(first)} ${resolution}`, () =>
        count.stem({ stem, first, resolution }),
      ),
    stage: (stage, option, shape) =>
      once(`${stage} ${Object.values(option)} ${shape}`, () => count.stage({ stage, option, shape })),
    head: (last, shape) =>
      countClassifier({
        channels: channelsOf(shape),
        classes: definition.classes,
        normalized: endsNormalized(last),
      }),
  };
}

interface Counting {
  readonly parts: PartCounter;
  readonly definition: Definition;
  readonly resolution: number;
}

function costsOf({
  parts,
  definition,
  candidate,
  resolution,
}: Counting & { readonly candidate: Candidate }): Required<Costs> {
  const chosen = splitCandidate(definition, candidate);
  const stem = parts.stem(chosen.stem, chosen.stages[0]!, resolution);
  let { output, flops, parameters } = stem;
  let layers = 0;
  chosen.stages.forEach((option, stage) => {
    const counted = parts.stage(stage, option, output);
    flops += counted.flops;
    parameters += counted.parameters;
    layers += option.depth;
    output = counted.output;
  });
  const head = parts.head(chosen.stages.at(-1)!, output);
  return { flops: flops + head.flops, parameters: parameters + head.parameters, layers };
}

/** The input of a stage: a shape, or, before the first stage, a stem. */
interface Reached {
  readonly shape?: Shape;
  readonly stem?: Option;
  readonly ranges: CostRanges;
}

/**
 * The least and the most of each cost, by the shape that reaches a stage, which is all that matters of the
 * stages before.
 */
function rangesOf({ parts, definition, resolution }: Counting): CostRanges | undefined {
  let reached: readonly Reached[] = stemOptions(definition).map((stem) => ({ stem, ranges: NOTHING }));
  let steps = 0;
  for (const [stage, one] of definition.stages.entries()) {
    const options = countOptions(one);
    steps += options * reached.length;
    if (steps > MOST_STEPS) return undefined;
    const next = new Map<string, Reached>();
    for (const before of reached)
      for (let index = 0; index < options; index++) {
        const after = passStage(
          { parts, definition, resolution },
          { before, stage, option: optionAt(one, index) },
        );
        const key = after.shape.join();
        const other = next.get(key);
        next.set(key, other ? { ...after, ranges: joinRanges(other.ranges, after.ranges) } : after);
      }
    reached = [...next.values()];
  }
  return reached.map(({ ranges }) => ranges).reduce(joinRanges);
}

/** The output of a stage with one of its options; after the last stage with the classifier. */
function passStage(
  { parts, definition, resolution }: Counting,
  { before, stage, option }: { readonly before: Reached; readonly stage: number; readonly option: Option },
): Reached & { readonly shape: Shape } {
  const stem = before.stem && parts.stem(before.stem, option, resolution);
  const counted = parts.stage(stage, option, before.shape ?? stem!.output);
  const isLast = stage === definition.stages.length - 1;
  const head = isLast ? parts.head(option, counted.output) : undefined;
  const ranges = shiftRanges(before.ranges, {
    flops: counted.flops + (stem?.flops ?? 0) + (head?.flops ?? 0),
    parameters: counted.parameters + (stem?.parameters ?? 0) + (head?.parameters ?? 0),
    layers: option.depth,
  });
  return { shape: counted.output, ranges };
}

const COSTS = ['flops', 'parameters', 'layers'] as const;
const NOTHING: CostRanges = {
  flops: { min: 0, max: 0 },
  parameters: { min: 0, max: 0 },
  layers: { min: 0, max: 0 },
};

function shiftRanges(ranges: CostRanges, by: Required<Costs>): CostRanges {
  return perCost((cost) => ({ min: ranges[cost].min + by[cost], max: ranges[cost].max + by[cost] }));
}

function joinRanges(a: CostRanges, b: CostRanges): CostRanges {
  return perCost((cost) => ({
    min: Math.min(a[cost].min, b[cost].min),
    max: Math.max(a[cost].max, b[cost].max),
  }));
}

function perCost(range: (cost: (typeof COSTS)[number]) => { min: number; max: number }): CostRanges {
  return { flops: range('flops'), parameters: range('parameters'), layers: range('layers') };
}
