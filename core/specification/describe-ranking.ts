// Says by what a search ranks: the preset, if it is one, or the kind of aggregation, and the weight of each proxy.
import { type AssemblyName, termsIn } from './assemblies.js';
import { presetOf } from './preset-of.js';
import type { Specification } from './specification.js';

/** By what candidates are ranked. */
export interface RankedBy {
  /** Absent where proxies, weights or features are those of no preset. */
  readonly preset?: AssemblyName;
  readonly kind: 'log-rank' | 'linear-rank';
  /** In the order in which the preset is documented. */
  readonly weights: Readonly<Record<string, number>>;
}

/** Undefined for a calibrated ranking, whose score is no weighted sum of ranks. */
export function rankedBy(specification: Specification): RankedBy | undefined {
  const { kind, weights, calibration } = specification.aggregation;
  if (calibration) return undefined;
  const preset = presetOf(specification);
  if (!preset) return { kind, weights: { ...weights } };
  const names = Object.keys(termsIn(preset, specification.space).weights) as (keyof typeof weights)[];
  return { preset, kind, weights: Object.fromEntries(names.map((proxy) => [proxy, weights[proxy]!])) };
}

/** `assembled: 2 mean-expressivity + 1/2 sampled-progressivity + complexity`. */
export function describeRanking(specification: Specification): string {
  const { proxies, aggregation } = specification;
  const by = rankedBy(specification);
  if (!by) {
    const { labels, dataset } = aggregation.calibration!;
    return `a calibration to ${labels} labels of ${dataset}: ${proxies.join(', ')}`;
  }
  return `${by.preset ?? by.kind}: ${formatTerms(by.weights)}`;
}

/** `2 mean-expressivity + complexity (FLOPs)`. FLOPs are shown under their own name elsewhere. */
export function formatTerms(weights: Readonly<Record<string, number>>): string {
  const terms = Object.entries(weights).map(
    ([proxy, weight]) => `${formatWeight(weight)}${proxy === 'complexity' ? 'complexity (FLOPs)' : proxy}`,
  );
  return terms.join(' + ');
}

function formatWeight(weight: number): string {
  if (weight === 1) return '';
  const inverse = 1 / weight;
  if (weight < 1 && Number.isInteger(inverse)) return `1/${inverse} `;
  return weight === 0.75 ? '3/4 ' : `${Number(weight.toPrecision(3))} `;
}
