// Fits weights and a model to a few labels, and decides by labels that were left out whether either ranks better than
// the weights of the search.
import { randomStream } from '../random/random-stream.js';
import { shuffle } from '../random/shuffle.js';
import { kendall } from '../ranking/correlation.js';
import { orNull } from '../ranking/or-null.js';
import type { Calibration, Method } from './calibration.js';
import { type Known, labelScores, ownScore, rowOf, scalesOf } from './features.js';
import { type KernelFits, openKernelFits } from './fit-kernel-model.js';
import { fitWeights } from './fit-weights.js';
import { type KernelModel, predict, type Row } from './kernel-model.js';

export const FEWEST_LABELS = 10;
export const MOST_LABELS = 200;
const FOLDS = 10;
const RESAMPLES = 400;
/** A fit counts as better if it is better in at least this share of the bootstrap resamples. */
const SURE = 0.7;
const PERMUTATIONS = 59;
/**
 * A fit is used only if at most this share of the permutations of the labels, the given order included, is fitted as
 * well: with 59 permutations, none of them. Random labels often agree less than by chance with the weights of the search,
 * so that a fit to them may be better than these weights and still worthless.
 */
const CHANCE = 0.02;

/** A unit with a known accuracy. A class of candidates is one unit and may have several labels. */
export interface Label {
  /** The index of the unit in `cohort`. */
  readonly unit: number;
  readonly accuracy: number;
}

export interface CalibrateRequest {
  readonly cohort: readonly Known[];
  /** The weights of the search, in the order of its proxies. */
  readonly weights: readonly number[];
  readonly labels: readonly Label[];
  /**
   * Known accuracies that are not used for the fit and measure the agreement of its result. A class has
   * several members, some of which may have a label.
   */
  readonly heldOut: readonly Label[];
  /** Determines the folds and the resamples. */
  readonly seed: number;
}

export type Calibrated = Pick<
  Calibration,
  'method' | 'evidence' | 'fittedWeights' | 'scales' | 'model' | 'labels' | 'weights'
>;

export function calibrate({ cohort, weights, heldOut, seed, ...given }: CalibrateRequest): Calibrated {
  const labels = meanOfUnits(given.labels);
  const scales = scalesOf(cohort, weights);
  const rows = labels.map(({ unit }) => rowOf(cohort[unit]!, scales));
  const accuracies = labels.map(({ accuracy }) => accuracy);
  const own = labels.map(({ unit }) => ownScore(cohort[unit]!, weights));
  const training = { rows, labels: labelScores(accuracies), weights };
  const kernels = openKernelFits(rows);
  const { model, leftOut } = kernels.fit(training.labels);
  const fitted: Fitted = { weights: fitWeights({ ...training, prior: weights }), model };
  const predicted = { own, weights: crossPredict(training, seed), model: leftOut };
  const tau = (scores: readonly number[]) => orNull(kendall(scores, accuracies));
  const better = (fitted: readonly number[]) => shareBetter({ fitted, own, accuracies, seed });
  const betterThanOwn = { weights: better(predicted.weights), model: better(predicted.model) };
  const crossValidated = {
    own: tau(own),
    weights: tau(predicted.weights),
    model: tau(predicted.model),
  };
  const chance = chanceOf({ training, kernels, predicted, seed });
  const evidence = {
    crossValidated,
    betterThanOwn,
    chance,
    heldOut: judge({ cohort, weights, heldOut, fitted, scales }),
  };
  return {
    labels: given.labels.length,
    weights: [...weights],
    method: choose(evidence),
    evidence,
    fittedWeights: [...fitted.weights],
    scales: structuredClone(scales) as Calibrated['scales'],
    model: structuredClone(fitted.model) as Calibrated['model'],
  };
}

/**
 * One label for each unit, with the mean of its accuracies. Otherwise networks that are the same function could
 * be in the fit and in the fold that judges it.
 */
function meanOfUnits(labels: readonly Label[]): readonly Label[] {
  const accuracies = new Map<number, number[]>();
  for (const { unit, accuracy } of labels) accuracies.set(unit, [...(accuracies.get(unit) ?? []), accuracy]);
  return [...accuracies].map(([unit, of]) => ({
    unit,
    accuracy: of.reduce((sum, accuracy) => sum + accuracy, 0) / of.length,
  }));
}

interface Fitted {
  readonly weights: readonly number[];
  readonly model: KernelModel;
}

interface Training {
  readonly rows: readonly Row[];
  readonly labels: readonly number[];
  readonly weights: readonly number[];
}

/** Predicts each label with weights that are fitted to the other folds. */
function crossPredict({ rows, labels, weights }: Training, seed: number): readonly number[] {
  const places = [...shuffle({ key: { seed, draw: 0, name: 'folds' }, size: rows.length })];
  const predicted = new Array<number>(rows.length).fill(0);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const rest = <T>(values: readonly T[]) => values.filter((_, at) => places[at]! % FOLDS !== fold);
    const fitted = fitWeights({ rows: rest(rows), labels: rest(labels), prior: weights });
    rows.forEach(({ proxies }, at) => {
      if (places[at]! % FOLDS === fold)
        predicted[at] = proxies.reduce((sum, value, i) => sum + fitted[i]! * value, 0);
    });
  }
  return predicted;
}

interface ShareBetterArguments {
  readonly fitted: readonly number[];
  readonly own: readonly number[];
  readonly accuracies: readonly number[];
  readonly seed: number;
}

/**
 * The share of bootstrap resamples of the labels in which `fitted` has a higher Kendall's tau than `own`. A tie counts
 * as a half.
 */
function shareBetter({ fitted, own, accuracies, seed }: ShareBetterArguments): number {
  const n = accuracies.length;
  const stream = randomStream({ seed, draw: 0, name: 'resamples' });
  let better = 0;
  for (let i = 0; i < RESAMPLES; i += 1) {
    const sample = Array.from({ length: n }, () => stream.below(n));
    const pick = (values: readonly number[]) => sample.map((at) => values[at]!);
    const truth = pick(accuracies);
    const [a, b] = [kendall(pick(fitted), truth), kendall(pick(own), truth)];
    if (Number.isNaN(a) || Number.isNaN(b) || a === b) better += 0.5;
    else if (a > b) better += 1;
  }
  return better / RESAMPLES;
}

interface ChanceOfArguments {
  readonly training: Training;
  readonly kernels: KernelFits;
  /** The predictions of left-out labels. */
  readonly predicted: { readonly weights: readonly number[]; readonly model: readonly number[] };
  readonly seed: number;
}

/**
 * How likely chance alone is to agree as well: the share of permutations of the labels, the given order included, whose
 * fit has at least this Kendall's tau with the permuted labels that were left out.
 */
function chanceOf({ training, kernels, predicted, seed }: ChanceOfArguments) {
  const { labels } = training;
  const agreement = { weights: kendall(predicted.weights, labels), model: kendall(predicted.model, labels) };
  const reached = { weights: 1, model: 1 };
  for (let i = 0; i < PERMUTATIONS; i += 1) {
    const places = [...shuffle({ key: { seed, draw: i, name: 'permutations' }, size: labels.length })];
    const permuted = places.map((at) => labels[at]!);
    const weights = crossPredict({ ...training, labels: permuted }, seed);
    // A constant prediction agrees with nothing.
    if (!(kendall(weights, permuted) < agreement.weights)) reached.weights += 1;
    if (!(kendall(kernels.fit(permuted).leftOut, permuted) < agreement.model)) reached.model += 1;
  }
  return { weights: reached.weights / (PERMUTATIONS + 1), model: reached.model / (PERMUTATIONS + 1) };
}

type Evidence = Pick<Calibrated['evidence'], 'crossValidated' | 'betterThanOwn'> & {
  readonly chance: ReturnType<typeof chanceOf>;
};

function choose({ crossValidated, betterThanOwn, chance }: Evidence): Method {
  const sure = (['model', 'weights'] as const).filter(
    (name) => betterThanOwn[name] >= SURE && chance[name] <= CHANCE,
  );
  const tau = (name: Method) => crossValidated[name] ?? -1;
  return sure.reduce<Method>((best, name) => (tau(name) > tau(best) ? name : best), 'own');
}

function judge({
  cohort,
  weights,
  heldOut,
  fitted,
  scales,
}: Pick<CalibrateRequest, 'cohort' | 'weights' | 'heldOut'> & {
  readonly fitted: Fitted;
  readonly scales: ReturnType<typeof scalesOf>;
}): Calibrated['evidence']['heldOut'] {
  if (heldOut.length < 2) return null;
  const units = [...new Set(heldOut.map(({ unit }) => unit))];
  const truth = heldOut.map(({ accuracy }) => accuracy);
  const tau = (score: (known: Known) => number) => {
    const scores = new Map(units.map((unit) => [unit, score(cohort[unit]!)]));
    return orNull(
      kendall(
        heldOut.map(({ unit }) => scores.get(unit)!),
        truth,
      ),
    );
  };
  return {
    candidates: heldOut.length,
    own: tau((known) => ownScore(known, weights)),
    weights: tau((known) => ownScore(known, fitted.weights)),
    model: tau((known) => predict(fitted.model, rowOf(known, scales))),
  };
}
