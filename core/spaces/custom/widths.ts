// Computes the numbers of channels that may reach each stage of a custom space, and reports where groups do
// not divide them.
import { countOptions, type Option, optionAt } from './options.js';
import { type Chain, stemStage } from './stem.js';

/** The most pairs of a stage's option and an input width that are examined. */
const MOST_PAIRS = 200_000;

export interface GroupIssue {
  readonly stage: number;
  readonly message: string;
}

/** Reports at most one issue for each stage. */
export function groupIssues(definition: Chain): readonly GroupIssue[] {
  const issues: GroupIssue[] = [];
  const { stages } = definition;
  let reached = new Set(stemStage(definition)?.width ?? stages[0]!.width ?? []);
  let pairs = 0;
  for (const [i, { cell: _, ...stage }] of stages.entries()) {
    const next = new Set<number>();
    const count = countOptions(stage);
    pairs += count * reached.size;
    if (pairs > MOST_PAIRS) return issues;
    let wrong: string | undefined;
    for (let index = 0; index < count; index++) {
      const option = optionAt(stage, index);
      if (isIndependent(option) && reached.size > 0) next.add(option.width);
      else
        for (const from of reached) {
          wrong ??= groupIssue(option, from);
          next.add(widthAfter(option, from));
        }
    }
    if (wrong) issues.push({ stage: i, message: wrong });
    reached = next;
  }
  return issues;
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

function groupIssue(option: Option, from: number): string | undefined {
  const { kind, width, groups } = option;
  if (groups === 1) return undefined;
  const read = kind === 'bottleneck' ? [innerWidth(option)] : [from, width];
  const wrong = read.find((channels) => channels % groups !== 0);
  if (wrong === undefined) return undefined;
  return `found ${groups}; must divide the ${wrong} channels of ${kind === 'bottleneck' ? "the bottleneck's convolution" : `a ${kind}`}`;
}
