// Says which features and blocks of a network are measured, and which of them each proxy reads.

/** Every feature, as published, or the stem's and those that end a stage. */
export type FeatureChoice = 'blocks' | 'stages';

/**
 * What each proxy reads. Trainability at `stages` reads the last block of each stage, at `stage-edges` the first and the last.
 * The proxies of other families read what the one of these three reads that is measured like them.
 */
export interface FeaturesOfProxies {
  readonly expressivity: FeatureChoice;
  readonly progressivity: FeatureChoice;
  readonly trainability: FeatureChoice | 'stage-edges';
}

/** One word stands for all three. */
export type Measured = FeatureChoice | FeaturesOfProxies;

/** Positions among what was measured: of features, the stem's being 0, and of blocks. */
export interface Reads {
  readonly expressivity: readonly number[];
  readonly progressivity: readonly number[];
  readonly trainability: readonly number[];
}

export interface Plan {
  /** Whether each block is measured. Of other blocks only the output is computed. */
  readonly isMeasured: readonly boolean[];
  /** Undefined where every proxy reads all that is measured. */
  readonly reads?: Reads;
}

interface Stages {
  readonly count: number;
  /** Positions of the blocks that end a stage; undefined in a space without stages, where all blocks are read. */
  readonly ends: readonly number[] | undefined;
}

export function planMeasuring({ features, ...stages }: Stages & { readonly features: Measured }): Plan {
  const choose = (choice: FeaturesOfProxies['trainability']) => chosenBlocks(stages, choice);
  if (typeof features === 'string') return { isMeasured: flags(stages.count, choose(features)) };
  const expressivity = choose(features.expressivity);
  const progressivity = choose(features.progressivity);
  const trainability = choose(features.trainability);
  const isMeasured = flags(stages.count, [...expressivity, ...progressivity, ...trainability]);
  const measured = isMeasured.flatMap((is, block) => (is ? [block] : []));
  const featuresOf = (blocks: readonly number[]) => [
    0,
    ...blocks.map((block) => measured.indexOf(block) + 1),
  ];
  return {
    isMeasured,
    reads: {
      expressivity: featuresOf(expressivity),
      progressivity: featuresOf(progressivity),
      trainability: trainability.map((block) => measured.indexOf(block)),
    },
  };
}

/** In ascending order. */
export function chosenBlocks(
  { count, ends }: Stages,
  choice: FeaturesOfProxies['trainability'],
): readonly number[] {
  if (choice === 'blocks' || ends === undefined) return Array.from({ length: count }, (_, block) => block);
  const firsts = choice === 'stages' ? [] : [0, ...ends.slice(0, -1).map((end) => end + 1)];
  return [...new Set([...firsts, ...ends])].sort((a, b) => a - b);
}

function flags(count: number, chosen: readonly number[]): readonly boolean[] {
  return Array.from({ length: count }, (_, block) => chosen.includes(block));
}
