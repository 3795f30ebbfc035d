// Calibrates the ranking of a finished search to a few known accuracies.
import { calibrate, FEWEST_LABELS, type Label, MOST_LABELS } from '../../core/calibration/calibrate.js';
import { type Calibration, formatCalibration, parseCalibration } from '../../core/calibration/calibration.js';
import { SpecError } from '../../core/errors.js';
import { sample } from '../../core/random/shuffle.js';
import type { Truth } from '../../core/report/truth.js';
import type { Space } from '../../core/spaces/space.js';
import { nearest } from '../../core/text/nearest.js';
import type { Store } from '../../store/store.js';
import { type FinishedSearch, readCohort } from '../comparison/read-cohort.js';
import { digestSpace } from '../specification/read-calibration.js';
import { collectCohortFeatures } from './cohort-features.js';

/** The most units over which features are standardized; more would hardly change the scales. */
const REFERENCE = 2_000;
/** The most known accuracies with which the result is compared. */
const MOST_HELD_OUT = 20_000;

export interface CalibrateOptions {
  /**
   * The number of known accuracies that are used, drawn at random; all by default. The others measure the agreement of
   * the result.
   */
  readonly labels?: number | undefined;
  /** The column of the table; required if the table has several. */
  readonly dataset?: string | undefined;
  readonly seed: number;
}

export interface CalibratedSearch {
  readonly calibration: Calibration;
  /** The contents of the calibration file. */
  readonly text: string;
}

interface CalibrateSearchArguments {
  readonly store: Store;
  readonly search: FinishedSearch;
  readonly space: Space;
  readonly truth: Truth;
  readonly options: CalibrateOptions;
}

/** Throws a SpecError for too few, too many or equal labels, or for a data set that the table lacks. */
export async function calibrateSearch({
  store,
  search,
  space,
  truth,
  options,
}: CalibrateSearchArguments): Promise<CalibratedSearch> {
  // The labels of the chosen data set are counted below; the other data sets may have any number.
  const compared = await readCohort({ store, search, space, truth, fewest: 0 });
  const dataset = chooseDataset(truth, options.dataset);
  const { units: texts } = compared.cohort;
  const keyOf = (unit: number) => space.canonicalKey(texts[unit]!);
  const { seed } = options;
  const known = compared.known.get(dataset)!;
  const { labels, heldOut } = divide({ known, count: options.labels, seed, keyOf });
  const features = collectCohortFeatures({ search, compared, space });
  const m = compared.cohort.units.length;
  const reference = sample({
    key: { seed, draw: 0, name: 'reference' },
    count: Math.min(m, REFERENCE),
    size: m,
  });
  const units = [...new Set([...reference, ...[...labels, ...heldOut].map(({ unit }) => unit)])];
  const place = new Map(units.map((unit, at) => [unit, at]));
  const at = (all: readonly Label[]) =>
    all.map(({ unit, accuracy }) => ({ unit: place.get(unit)!, accuracy }));
  const found = calibrate({
    cohort: units.map(features.of),
    weights: features.weights,
    labels: at(labels),
    heldOut: at(heldOut),
    seed,
  });
  const { space: defined, ownProxies } = search.memo.specification;
  const own = ownProxies?.map(({ name, digest }) => [name, digest] as const) ?? [];
  const text = formatCalibration({
    search: search.id,
    space: { kind: defined.kind, digest: digestSpace(defined) },
    dataset,
    labelled: [...new Set(labels.map(({ unit }) => keyOf(unit)))].sort(),
    proxies: [...features.proxies],
    ...(own.length > 0 ? { ownProxies: Object.fromEntries(own) } : {}),
    features: features.measured,
    ...found,
  });
  return { calibration: parseCalibration({ text, source: 'calibration' }), text };
}

/**
 * Labels of candidates that are the same function get the unit of the first of them. With `cohort: written` these are
 * several units, with the same proxies.
 */
function onePerFunction(known: readonly Label[], keyOf: (unit: number) => string): readonly Label[] {
  const first = new Map<string, number>();
  return known.map(({ unit, accuracy }) => {
    const key = keyOf(unit);
    if (!first.has(key)) first.set(key, unit);
    return { unit: first.get(key)!, accuracy };
  });
}

function chooseDataset({ datasets }: Truth, asked: string | undefined): string {
  if (asked === undefined && datasets.length === 1) return datasets[0]!;
  if (asked !== undefined && datasets.includes(asked)) return asked;
  const close = asked === undefined ? undefined : nearest({ word: asked, known: datasets });
  const message =
    asked === undefined
      ? `missing; the table has ${datasets.join(', ')}, of which one must be named`
      : `unknown "${asked}"${close ? `; did you mean "${close}"?` : `; must be one of ${datasets.join(', ')}`}`;
  throw SpecError.of({ path: 'dataset', message });
}

interface DivideArguments {
  readonly known: readonly Label[];
  readonly count: number | undefined;
  readonly seed: number;
  /** A text that units of one function share. */
  readonly keyOf: (unit: number) => string;
}

/**
 * Draws the labels at random with the seed, and returns the known accuracies of networks without a label as held
 * out.
 */
function divide({ known, count = known.length, seed, keyOf }: DivideArguments): {
  readonly labels: readonly Label[];
  readonly heldOut: readonly Label[];
} {
  const fail = (message: string): never => {
    throw SpecError.of({ path: 'labels', message });
  };
  if (known.length < FEWEST_LABELS)
    fail(`the truth knows ${known.length} ranked candidates; must know ${FEWEST_LABELS} at least`);
  if (count > known.length) fail(`found ${count}; the truth knows ${known.length} ranked candidates`);
  if (count > MOST_LABELS)
    fail(
      `the truth knows ${count} ranked candidates; say how many are labels, ${FEWEST_LABELS} to ${MOST_LABELS}`,
    );
  const order = sample({ key: { seed, draw: 0, name: 'labels' }, count: known.length, size: known.length });
  const used = order.slice(0, count + MOST_HELD_OUT).map((at) => known[at]!);
  const all = onePerFunction(used, keyOf);
  const labels = all.slice(0, count);
  const labelled = new Set(labels.map(({ unit }) => unit));
  if (labelled.size < FEWEST_LABELS)
    fail(`found labels of ${labelled.size} different networks; must be of ${FEWEST_LABELS} at least`);
  const [first] = labels;
  if (labels.every(({ accuracy }) => accuracy === first!.accuracy))
    fail(
      `found ${labels.length} labels that are all ${first!.accuracy}; must differ, as nothing can be fitted to equal accuracies`,
    );
  return { labels, heldOut: all.slice(count).filter(({ unit }) => !labelled.has(unit)) };
}
