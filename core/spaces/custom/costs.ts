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
  const { stages, classes } = definition;
  const count = usesGraph(definition) ? graphParts(definition) : chainParts(definition);
  const known = new Map<string, Counted>();
  const once = (key: string, count: () => Counted): Counted => {
    const counted = known.get(key) ?? count();
    known.set(key, counted);
    return counted;
  };
  const countStem = (stem: Option, first: Option, resolution: number) =>
    once(`stem ${Object.values(stem)} ${first.width} ${activatesFirst(first)} ${resolution}`, () =>
      count.stem({ stem, first, resolution }),
    );
  const countStage = (stage: number, option: Option, shape: Shape) =>
    once(`${stage} ${Object.values(option)} ${shape}`, () => count.stage({ stage, option, shape }));
  const countHead = (last: Option, shape: Shape) =>
    countClassifier({ channels: channelsOf(shape), classes, normalized: endsNormalized(last) });
  return {
    costs: ({ candidate, resolution }) => {
      const parts = splitCandidate(definition, candidate);
      const stem = countStem(parts.stem, parts.stages[0]!, resolution);
      let { output, flops, parameters } = stem;
      let layers = 0;
      parts.stages.forEach((option, stage) => {
        const counted = countStage(stage, option, output);
        flops += counted.flops;
        parameters += counted.parameters;
        layers += option.depth;
        output = counted.output;
      });
      const head = countHead(parts.stages.at(-1)!, output);
      return { flops: flops + head.flops, parameters: parameters + head.parameters, layers };
    },
    ranges: ({ resolution }) => {
      // Candidates are grouped by the shape that reaches a stage, on which alone its costs depend.
      let reached = new Map<string, Reached>(
        stemOptions(definition).map((stem, i) => [`stem ${i}`, { stem, ranges: NOTHING }]),
      );
      let steps = 0;
      for (const [stage, one] of stages.entries()) {
        const next: typeof reached = new Map();
        const count = countOptions(one);
        steps += count * reached.size;
        if (steps > MOST_STEPS) return undefined;
        for (const before of reached.values())
          for (let index = 0; index < count; index++) {
            const option = optionAt(one, index);
            const stem = before.stem && countStem(before.stem, option, resolution);
            const counted = countStage(stage, option, before.shape ?? stem!.output);
            const head = stage === stages.length - 1 ? countHead(option, counted.output) : undefined;
            const ranges = shifted(before.ranges, {
              flops: counted.flops + (stem?.flops ?? 0) + (head?.flops ?? 0),
              parameters: counted.parameters + (stem?.parameters ?? 0) + (head?.parameters ?? 0),
              layers: option.depth,
            });
            const key = counted.output.join();
            const other = next.get(key);
            next.set(key, { shape: counted.output, ranges: other ? joined(other.ranges, ranges) : ranges });
          }
        reached = next;
      }
      return [...reached.values()].map(({ ranges }) => ranges).reduce(joined);
    },
  };
}

/** What reaches a stage: a shape, or, before the first stage, a stem. */
interface Reached {
  readonly shape?: Shape;
  readonly stem?: Option;
  readonly ranges: CostRanges;
}

const COSTS = ['flops', 'parameters', 'layers'] as const;
const NOTHING: CostRanges = {
  flops: { min: 0, max: 0 },
  parameters: { min: 0, max: 0 },
  layers: { min: 0, max: 0 },
};

function shifted(ranges: CostRanges, by: Required<Costs>): CostRanges {
  return perCost((cost) => ({ min: ranges[cost].min + by[cost], max: ranges[cost].max + by[cost] }));
}

function joined(a: CostRanges, b: CostRanges): CostRanges {
  return perCost((cost) => ({
    min: Math.min(a[cost].min, b[cost].min),
    max: Math.max(a[cost].max, b[cost].max),
  }));
}

function perCost(range: (cost: (typeof COSTS)[number]) => { min: number; max: number }): CostRanges {
  return { flops: range('flops'), parameters: range('parameters'), layers: range('layers') };
}
