// Selects the features and blocks of a network that are measured, and those that each proxy reads.

/** `blocks`: every feature, as published. `stages`: those of the stem and of the last block of each stage. */
export type FeatureChoice = 'blocks' | 'stages';

/**
 * The features or blocks that each proxy reads. Trainability at `stages` reads the last block of each stage,
 * at `stage-edges` the first and the last. A proxy of another family reads the same as that one of these
 * three whose statistics it uses.
 */
export interface FeaturesOfProxies {
  readonly expressivity: FeatureChoice;
  readonly progressivity: FeatureChoice;
  readonly trainability: FeatureChoice | 'stage-edges';
}

/** A single word applies to all three proxies. */
export type Measured = FeatureChoice | FeaturesOfProxies;

/** Indices into what was measured: of features, where the stem's is 0, and of blocks. */
export interface Reads {
  readonly expressivity: readonly number[];
  readonly progressivity: readonly number[];
  readonly trainability: readonly number[];
  /**
   * The features that mean-expressivity averages, where they are not those of expressivity: a stage without a block
   * ends with the feature before it, which counts once more, so that the mean is over as many ends in every network.
   */
  readonly averaged?: readonly number[];
}

export interface Plan {
  /** Whether each block is measured. Of the other blocks only the output is computed. */
  readonly isMeasured: readonly boolean[];
  /** Whether a proxy reads the feature after each block; of other measured blocks, only the Jacobian is read. */
  readonly isRead: readonly boolean[];
  /** Undefined where every proxy reads everything that is measured. */
  readonly reads?: Reads;
}

/** What of a network is computed. */
export interface Needs {
  /** Features that are measured because of their blocks, and that no proxy reads. */
  readonly unread: 'measured' | 'skipped';
  readonly jacobians: 'measured' | 'skipped';
}

export const EVERYTHING: Needs = { unread: 'measured', jacobians: 'measured' };

interface Stages {
  readonly count: number;
  /**
   * Indices of the last blocks of the stages; for a stage without a block that of the stage before it, or -1 for the
   * stem. Undefined in a space without stages, where every proxy reads all blocks.
   */
  readonly ends: readonly number[] | undefined;
}

export function planMeasuring({ features, ...stages }: Stages & { readonly features: Measured }): Plan {
  const choose = (proxy: keyof FeaturesOfProxies) =>
    chosenBlocks(stages, typeof features === 'string' ? features : features[proxy]);
  const expressivity = choose('expressivity');
  const progressivity = choose('progressivity');
  const trainability = choose('trainability');
  const isMeasured = flags(stages.count, [...expressivity, ...progressivity, ...trainability]);
  const measured = isMeasured.flatMap((is, block) => (is ? [block] : []));
  const featuresOf = (blocks: readonly number[]) => blocks.map((block) => measured.indexOf(block) + 1);
  const repeated = repeatedEnds(stages, typeof features === 'string' ? features : features.expressivity);
  const averaged = repeated && [0, ...featuresOf(repeated)];
  const plan = { isMeasured, isRead: flags(stages.count, [...expressivity, ...progressivity]) };
  if (typeof features === 'string' && !averaged) return plan;
  return {
    ...plan,
    reads: {
      expressivity: [0, ...featuresOf(expressivity)],
      progressivity: [0, ...featuresOf(progressivity)],
      trainability: trainability.map((block) => measured.indexOf(block)),
      ...(averaged ? { averaged } : {}),
    },
  };
}

/** The end of every stage, if a stage without a block ends where another does and its end is chosen. */
function repeatedEnds({ ends }: Pick<Stages, 'ends'>, choice: FeatureChoice): readonly number[] | undefined {
  if (choice === 'blocks' || ends === undefined) return undefined;
  return ends.includes(-1) || new Set(ends).size < ends.length ? ends : undefined;
}

/** The indices in ascending order. */
export function chosenBlocks(
  { count, ends }: Stages,
  choice: FeaturesOfProxies['trainability'],
): readonly number[] {
  if (choice === 'blocks' || ends === undefined) return Array.from({ length: count }, (_, block) => block);
  // A stage without a block ends where the stage before it ends, or with the stem.
  const distinct = [...new Set(ends)].filter((end) => end >= 0);
  const firsts = choice === 'stages' ? [] : [0, ...distinct.slice(0, -1).map((end) => end + 1)];
  return [...new Set([...firsts, ...distinct])].sort((a, b) => a - b);
}

function flags(count: number, chosen: readonly number[]): readonly boolean[] {
  return Array.from({ length: count }, (_, block) => chosen.includes(block));
}
