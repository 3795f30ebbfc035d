// Warns where a fidelity gives fewer samples of a feature than the feature has channels, and says which batch
// or resolution would be enough.
import type { Issue } from '../errors.js';
import { type FeatureSize, type MeasuredAt, measuredFeatures } from '../spaces/measured-features.js';
import type { Space } from '../spaces/space.js';
import type { Specification } from './specification.js';
import { stagesOf } from './stages.js';

/** The proxies that read the spectral entropy of every feature, however few its samples are. */
const AFFECTED: ReadonlySet<string> = new Set(['expressivity', 'progressivity', 'mean-expressivity']);
/** The number of random candidates whose features are examined. */
const EXAMINED = 4;
/** The largest batch and resolution that a fidelity may have. */
const MOST_IMAGES = 1024;
const MOST_PIXELS = 512;

/**
 * The samples of a feature are batch x positions. The spectral entropy of fewer samples than channels is
 * at most log(samples - 1): it describes the sample and not the feature, so that the proxies that read every
 * feature cannot tell networks apart there.
 */
export function isStarved({ channels, positions }: FeatureSize, batch: number): boolean {
  return batch * positions < channels;
}

/** The smallest batch with which no feature is starved. */
export function enoughImages(features: readonly FeatureSize[]): number {
  return Math.max(1, ...features.map(({ channels, positions }) => Math.ceil(channels / positions)));
}

export interface SampledCandidate {
  readonly candidate: string;
  /** See `MeasuredAt`. */
  readonly structure?: string | undefined;
}

/** The same random candidates for every caller. */
export function candidatesToExamine(space: Space): readonly string[] {
  const at = (draw: number) => space.random({ seed: 1, draw, name: 'samples' });
  return [...new Set(Array.from({ length: EXAMINED }, (_, draw) => at(draw)))];
}

/**
 * An issue for each stage whose fidelity starves a feature of one of the candidates, by default of some random
 * ones of the space. Networks that were read from files need their structures; without them nothing is known.
 */
export function sampleWarnings({
  specification,
  space,
  candidates = space.structureOf ? [] : candidatesToExamine(space).map((candidate) => ({ candidate })),
}: {
  readonly specification: Specification;
  readonly space: Space;
  readonly candidates?: readonly SampledCandidate[];
}): readonly Issue[] {
  const reading = specification.proxies.filter((proxy) => AFFECTED.has(proxy));
  if (reading.length === 0) return [];
  return stagesOf(specification).flatMap(({ specification: { fidelity } }, round) => {
    const path =
      specification.strategy.kind === 'screening' ? `strategy.rounds.${round}.fidelity` : 'fidelity';
    if (fidelity.resolution % space.resolutionStep() !== 0) return [];
    const message = starvedAt({ space, candidates, reading, ...fidelity });
    return message === undefined ? [] : [{ path, message }];
  });
}

interface Examined extends Omit<MeasuredAt, 'candidate' | 'structure'> {
  readonly candidates: readonly SampledCandidate[];
  readonly batch: number;
  /** The proxies of the search that read every feature. */
  readonly reading: readonly string[];
}

function starvedAt({ candidates, batch, reading, ...at }: Examined): string | undefined {
  const featuresAt = (resolution: number) =>
    candidates
      .filter(({ candidate }) => resolution % at.space.resolutionStep(candidate) === 0)
      .flatMap((each) => measuredFeatures({ ...at, ...each, resolution }));
  const features = featuresAt(at.resolution);
  const starved = features.filter((feature) => isStarved(feature, batch));
  if (starved.length === 0) return undefined;
  const worst = starved.reduce((a, b) => (a.positions / a.channels <= b.positions / b.channels ? a : b));
  const { channels, positions } = worst;
  const images = enoughImages(features);
  const resolution = at.space.structureOf
    ? undefined
    : enoughPixels({ ...at, candidates, batch, featuresAt });
  const ways = [
    ...(images <= MOST_IMAGES ? [`batch: ${images}`] : []),
    ...(resolution === undefined ? [] : [`resolution: ${resolution}`]),
  ];
  const enough = ways.length > 0 ? `; enough: ${ways.join(', or ')}` : '';
  const { image } = at.space;
  const where = image ? `for images of ${image.join(' x ')}` : `at resolution ${at.resolution}`;
  return `batch x positions must be at least the channels of every feature; ${where} one has ${batch} x ${positions} = ${batch * positions} samples for ${channels} channels, so that ${reading.join(' and ')} there reflect${reading.length === 1 ? 's' : ''} the sample more than the network${enough}`;
}

/** The smallest resolution with which no feature is starved; undefined if the largest one is not enough. */
function enoughPixels({
  space,
  candidates,
  resolution,
  batch,
  featuresAt,
}: Pick<Examined, 'space' | 'candidates' | 'resolution' | 'batch'> & {
  readonly featuresAt: (resolution: number) => readonly FeatureSize[];
}): number | undefined {
  const step = candidates
    .map(({ candidate }) => space.resolutionStep(candidate))
    .reduce(leastCommonMultiple, 1);
  const isEnough = (steps: number) => featuresAt(steps * step).every((feature) => !isStarved(feature, batch));
  let [low, high] = [Math.floor(resolution / step), Math.floor(MOST_PIXELS / step)];
  if (high <= low || !isEnough(high)) return undefined;
  // The positions of a feature do not decrease with the resolution.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high * step;
}

function leastCommonMultiple(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a / divisor(a, b)) * b;
}
