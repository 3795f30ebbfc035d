// Computes the numbers of channels that may reach each stage of a custom space, and reports where groups do
// not divide them.
import { countOptions, type Option, optionAt } from './options.js';
import type { Stage } from './stage.js';
import { type Chain, stemStage } from './stem.js';

/** The most pairs of a stage's option and an input width that are examined. */
const MOST_PAIRS = 200_000;

export interface GroupIssue {
  readonly stage: number;
  /** The named option that has these groups, if the stage names its options. */
  readonly name?: string;
  readonly message: string;
}

/** Reports at most one issue for each stage. */
export function groupIssues(definition: Chain): readonly GroupIssue[] {
  const issues: GroupIssue[] = [];
  const { stages } = definition;
  let reached = new Set(stemStage(definition)?.width ?? stages[0]!.width ?? []);
  let pairs = 0;
  for (const [i, written] of stages.entries()) {
    const stage = withoutOthers(written);
    const next = new Set<number>();
    const count = countOptions(stage);
    pairs += count * reached.size;
    if (pairs > MOST_PAIRS) return issues;
    let wrong: Omit<GroupIssue, 'stage'> | undefined;
    for (let index = 0; index < count; index++) {
      const option = optionAt(stage, index);
      if (isIndependent(option) && reached.size > 0) next.add(option.width);
      else
        for (const from of reached) {
          wrong ??= groupIssue(option, from);
          next.add(widthAfter(option, from));
        }
    }
    if (wrong) issues.push({ stage: i, ...wrong });
    reached = next;
  }
  return issues;
}

/** A stage without the choices that change neither its channels nor its groups, so that it has fewer options. */
function withoutOthers(stage: Stage): Stage {
  const { block, width, expansion, ratio, growth, groups, options } = stage;
  return {
    block,
    ...(width ? { width } : {}),
    ...(expansion ? { expansion } : {}),
    ...(ratio ? { ratio } : {}),
    ...(growth ? { growth } : {}),
    ...(groups ? { groups } : {}),
    ...(options ? { options } : {}),
    ...(stage.stride && options ? { stride: stage.stride } : {}),
    ...(stage.depth && block.includes('dense') ? { depth: stage.depth } : {}),
  };
}

/** Whether the option accepts any number of channels and returns the same number for all. */
function isIndependent({ kind, width, groups }: Option): boolean {
  return groups === 1 && kind !== 'dense' && width > 0;
}

export function widthAfter({ kind, width, depth, growth }: Option, from: number): number {
  return kind === 'dense' ? from + depth * growth : width || from;
}

/** The channels of a bottleneck's inner convolution. */
export function innerWidth({ width, expansion, ratio }: Option): number {
  return (width / expansion) * ratio;
}

function groupIssue(option: Option, from: number): Omit<GroupIssue, 'stage'> | undefined {
  const { kind, width, groups, name } = option;
  if (groups === 1) return undefined;
  const read = kind === 'bottleneck' ? [innerWidth(option)] : [from, width];
  const wrong = read.find((channels) => channels % groups !== 0);
  if (wrong === undefined) return undefined;
  const place = kind === 'bottleneck' ? "the bottleneck's convolution" : `a ${kind}`;
  const message = `found ${groups}; must divide the ${wrong} channels of ${place}`;
  return name === undefined ? { message } : { name, message };
}
