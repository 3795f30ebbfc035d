// Lists how well rankings agreed with known accuracies on published benchmarks, for the checklist of a
// comparison.

/**
 * The mean Kendall's tau on a benchmark of the two presets, of the proxies of AZ-NAS at stages, and of FLOPs
 * and parameters alone, from bench/results/ranking.json and, for the models of torchvision, imagenet.json.
 */
export interface KnownLimit {
  readonly benchmark: string;
  readonly assembled: number;
  /** `assembled` with its terms for spaces that have none of their own; absent where it was not measured. */
  readonly general?: number;
  readonly azNas: number;
  /** Absent where it was not measured. */
  readonly fourAtStages?: number;
  readonly flops: number;
  readonly parameters: number;
}

/** What identifies a space in the table: its kind and, where it has several, its size. */
export interface ComparedSpace {
  readonly kind: string;
  readonly size?: string;
}

/** A test compares this table with the results of `npm run bench:ranking` and `npm run bench:imagenet`. */
export const KNOWN_LIMITS: readonly KnownLimit[] = [
  {
    benchmark: 'nas-bench-201',
    assembled: 0.74,
    general: 0.71,
    azNas: 0.64,
    fourAtStages: 0.7,
    flops: 0.54,
    parameters: 0.54,
  },
  {
    benchmark: 'nas-bench-macro',
    assembled: 0.71,
    general: 0.71,
    azNas: 0.56,
    fourAtStages: 0.56,
    flops: 0.53,
    parameters: 0.2,
  },
  {
    benchmark: 'transnas-bench-101-micro',
    assembled: 0.54,
    general: 0.49,
    azNas: 0.45,
    fourAtStages: 0.53,
    flops: 0.41,
    parameters: 0.41,
  },
  {
    benchmark: 'darts',
    assembled: 0.5,
    general: 0.49,
    azNas: 0.38,
    fourAtStages: 0.48,
    flops: 0.36,
    parameters: 0.37,
  },
  {
    benchmark: 'nas-bench-101',
    assembled: 0.66,
    general: 0.6,
    azNas: 0.56,
    fourAtStages: 0.58,
    flops: 0.37,
    parameters: 0.37,
  },
  {
    benchmark: 'accel-nasbench',
    assembled: 0.75,
    general: 0.59,
    azNas: 0.32,
    fourAtStages: 0.37,
    flops: 0.51,
    parameters: 0.69,
  },
  {
    benchmark: 'accel-nasbench-224',
    assembled: 0.74,
    general: 0.57,
    azNas: 0.25,
    fourAtStages: 0.27,
    flops: 0.41,
    parameters: 0.64,
  },
  {
    benchmark: 'transnas-bench-101-macro',
    assembled: 0.59,
    general: 0.49,
    azNas: 0.48,
    fourAtStages: 0.5,
    flops: 0.55,
    parameters: 0.15,
  },
  {
    benchmark: 'torchvision',
    assembled: 0.6,
    azNas: 0.6,
    flops: 0.35,
    parameters: 0.32,
  },
];

/** The benchmark that resembles a space most, by the space's kind and size. */
const NEAREST: Readonly<Record<string, string>> = {
  'nas-bench-201': 'nas-bench-201',
  'nas-bench-101': 'nas-bench-101',
  darts: 'darts',
  'transnas-bench-101 micro': 'transnas-bench-101-micro',
  'transnas-bench-101 macro': 'transnas-bench-101-macro',
  'mobilenet-v2': 'accel-nasbench-224',
  onnx: 'torchvision',
};

/** Spaces in which `assembled` has its general terms, although it has others in the nearest benchmark. */
const RANKED_IN_GENERAL: ReadonlySet<string> = new Set(['mobilenet-v2']);

/** Returns undefined if no benchmark resembles the space. */
export function nearestLimit({ kind, size }: ComparedSpace): KnownLimit | undefined {
  const name = size === undefined ? kind : `${kind} ${size}`;
  const limit = KNOWN_LIMITS.find(({ benchmark }) => benchmark === NEAREST[name]);
  if (limit?.general === undefined || !RANKED_IN_GENERAL.has(kind)) return limit;
  return { ...limit, assembled: limit.general };
}

/** A ranking whose agreement the table has, where it was measured: its field, and how texts name it. */
export interface KnownRanking {
  readonly field: 'assembled' | 'azNas' | 'fourAtStages';
  readonly name: string;
}
