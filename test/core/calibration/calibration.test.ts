// Tests that a calibration ranks better than the sum of ranks where that is possible, says so where it is not, and is read back as
// it was written.
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { calibrate, type Label } from '../../../core/calibration/calibrate.js';
import {
  calibratedScore,
  formatCalibration,
  parseCalibration,
} from '../../../core/calibration/calibration.js';
import { type Known, labelScores, ownScore, rowOf, scalesOf } from '../../../core/calibration/features.js';
import { openKernelFits } from '../../../core/calibration/fit-kernel-model.js';
import { fitWeights } from '../../../core/calibration/fit-weights.js';
import { distancesBetween, kernelRow, predict, type Row } from '../../../core/calibration/kernel-model.js';
import { SpecError } from '../../../core/errors.js';
import { kendall } from '../../../core/ranking/correlation.js';
import { mulberry32 } from '../../support/random.js';

const WEIGHTS = [2, 1];

function cohortOf(m: number): readonly Known[] {
  const random = mulberry32(m);
  return Array.from({ length: m }, () => ({
    shares: [random() || 0.5, random() || 0.5],
    graph: { depth: Math.floor(5 * random()), constant: 3 },
  }));
}

/** Accuracy is best at a middle depth, which no weight of a monotone proxy can say. */
const curved = ({ shares, graph }: Known) => 90 + 2 * shares[0]! - (graph.depth! - 2) ** 2;

function calibrated({ labels: count, accuracyOf }: { labels: number; accuracyOf: (known: Known) => number }) {
  const cohort = cohortOf(400);
  const all: readonly Label[] = cohort.map((known, unit) => ({ unit, accuracy: accuracyOf(known) }));
  const [labels, heldOut] = [all.slice(0, count), all.slice(count)];
  return { cohort, found: calibrate({ cohort, weights: WEIGHTS, labels, heldOut, seed: 1 }) };
}

const about = {
  search: 'one',
  space: { kind: 'nas-bench-201', digest: 'd' },
  dataset: 'cifar10',
  proxies: ['expressivity', 'complexity'] as ('expressivity' | 'complexity')[],
};

describe('calibrate', () => {
  it('finds what the sum of ranks misses, the same each time', () => {
    const { found } = calibrated({ labels: 60, accuracyOf: curved });
    expect(found.method).toBe('model');
    expect(found.evidence.heldOut!.model!).toBeGreaterThan(found.evidence.heldOut!.own! + 0.3);
    expect(Object.keys(found.scales.graph)).toEqual(['depth']);
    expect(calibrated({ labels: 60, accuracyOf: curved }).found).toEqual(found);
  }, 60_000);

  it('keeps the weights of the search where accuracy follows them', () => {
    const own = calibrated({ labels: 40, accuracyOf: (known) => ownScore(known, WEIGHTS) });
    expect(own.found.method).toBe('own');
    expect(own.found.evidence.crossValidated.own).toBe(1);
    // Nothing agrees better than perfectly, and a tie counts as a half.
    for (const share of Object.values(own.found.evidence.betterThanOwn))
      expect(share).toBeLessThanOrEqual(0.5);
  }, 60_000);

  it('rarely trusts labels of pure chance, however badly the weights of the search agree with them', () => {
    const cohort = cohortOf(200);
    const random = mulberry32(7);
    const methods = Array.from({ length: 20 }, (_, seed) => {
      const labels = Array.from({ length: 20 }, (_, i) => ({ unit: 9 * i + (seed % 9), accuracy: random() }));
      const { method, evidence } = calibrate({ cohort, weights: WEIGHTS, labels, heldOut: [], seed });
      for (const name of ['weights', 'model'] as const)
        if (method === name) expect(evidence.chance![name]).toBeLessThanOrEqual(0.02);
      return method;
    });
    // One in sixty is expected.
    expect(methods.filter((method) => method !== 'own').length).toBeLessThan(3);
  }, 60_000);

  it('counts a network once, however often it is labelled', () => {
    const cohort = cohortOf(400);
    const all: readonly Label[] = cohort.map((known, unit) => ({ unit, accuracy: curved(known) }));
    const [labels, heldOut] = [all.slice(0, 40), all.slice(40)];
    const request = { cohort, weights: WEIGHTS, labels, heldOut, seed: 1 };
    const twice = labels.flatMap(({ unit, accuracy }) => [
      { unit, accuracy: accuracy - 1 },
      { unit, accuracy: accuracy + 1 },
    ]);
    const { labels: count, ...once } = calibrate(request);
    const again = calibrate({ ...request, labels: twice });
    expect(count).toBe(40);
    expect(again).toEqual({ ...once, labels: 80 });
  }, 60_000);

  it('judges fitted weights by labels that they were not fitted to', () => {
    // Ten labels are in ten folds, so that each is left out alone.
    const cohort = cohortOf(62);
    const labels = cohort
      .slice(0, 10)
      .map(({ shares }, unit) => ({ unit, accuracy: 90 + 3 * shares[1]! - shares[0]! }));
    const heldOut = [{ unit: 20, accuracy: 90 }];
    const { evidence } = calibrate({ cohort, weights: WEIGHTS, labels, heldOut, seed: 1 });
    const scales = scalesOf(cohort, WEIGHTS);
    const rows = labels.map(({ unit }) => rowOf(cohort[unit]!, scales));
    const accuracies = labels.map(({ accuracy }) => accuracy);
    const targets = labelScores(accuracies);
    const agreementOf = (isUsed: (at: number, left: number) => boolean) => {
      const predicted = rows.map(({ proxies }, left) => {
        const used = <T>(values: readonly T[]) => values.filter((_, at) => isUsed(at, left));
        const weights = fitWeights({ rows: used(rows), labels: used(targets), prior: WEIGHTS });
        return proxies.reduce((sum, value, i) => sum + weights[i]! * value, 0);
      });
      return kendall(predicted, accuracies);
    };
    expect(evidence.crossValidated.weights).toBe(agreementOf((at, left) => at !== left));
    expect(evidence.crossValidated.weights).toBeLessThan(agreementOf(() => true));
    // One known accuracy that is left has no order to agree with.
    expect(evidence.heldOut).toBeNull();
  }, 60_000);

  it('finds weights where one proxy alone counts', () => {
    const { found } = calibrated({ labels: 100, accuracyOf: ({ shares }) => 80 + 10 * shares[1]! });
    expect(found.fittedWeights[1]!).toBeGreaterThan(found.fittedWeights[0]!);
    expect(found.fittedWeights[0]! + found.fittedWeights[1]!).toBeCloseTo(3, 9);
    expect(found.evidence.heldOut!.weights!).toBeGreaterThan(found.evidence.heldOut!.own!);
    // The given order of the labels is one of the sixty.
    for (const share of Object.values(found.evidence.chance!)) expect(share).toBeGreaterThanOrEqual(1 / 60);
  }, 60_000);
});

describe('the kernel model', () => {
  const random = mulberry32(3);
  const rows: readonly Row[] = Array.from({ length: 25 }, () => ({
    proxies: [random(), random()],
    graph: [random()],
    own: random(),
  }));
  const labels = rows.map(({ proxies, own }) => own + Math.sin(4 * proxies[0]!));
  const { model, leftOut } = openKernelFits(rows).fit(labels);

  it('has the kernel 1 + own own + amplitude (1 + r) exp(-r), r² = 3 (d_proxies / scale² + d_graph / scale²)', () => {
    const a = { proxies: [1, 2], graph: [3], own: 2 };
    const b = { proxies: [2, 4], graph: [1], own: 5 };
    const setting = { proxyScale: 2, graphScale: 4, amplitude: 0.3 };
    const r = Math.sqrt(3 * ((1 + 4) / 2 / 4 + 4 / 16));
    const [value] = kernelRow(setting, distancesBetween([a], [b]), 0);
    expect(value).toBeCloseTo(1 + 2 * 5 + 0.3 * (1 + r) * Math.exp(-r), 12);
  });

  it('predicts the mean of its members', () => {
    const alone = model.members.map((member) => predict({ ...model, members: [member] }, rows[3]!));
    const mean = alone.reduce((sum, value) => sum + value, 0) / alone.length;
    expect(predict(model, rows[3]!)).toBeCloseTo(mean, 9);
  });

  it('solves (K + ridge I) alpha = labels', () => {
    for (const member of model.members) {
      const distances = distancesBetween(rows, rows);
      const k = new Matrix(rows.map((_, i) => kernelRow(member, distances, i)));
      const system = Matrix.add(k, Matrix.eye(rows.length).mul(member.ridge));
      const expected = solve(system, Matrix.columnVector([...labels])).to1DArray();
      member.alpha.forEach((alpha, i) => {
        expect(alpha).toBeCloseTo(expected[i]!, 5);
      });
    }
  });

  it('predicts each label that was left out as a fit without it does', () => {
    const [first] = model.members;
    const one = { ...model, members: [first!] };
    const without = rows.slice(1);
    const distances = distancesBetween(without, without);
    const k = new Matrix(without.map((_, i) => kernelRow(first!, distances, i)));
    const system = Matrix.add(k, Matrix.eye(without.length).mul(first!.ridge));
    const alpha = solve(system, Matrix.columnVector(labels.slice(1))).to1DArray();
    const expected = predict({ centers: without, members: [{ ...first!, alpha }] }, rows[0]!);
    const inverse = solve(
      Matrix.add(
        new Matrix(rows.map((_, i) => kernelRow(first!, distancesBetween(rows, rows), i))),
        Matrix.eye(rows.length).mul(first!.ridge),
      ),
      Matrix.eye(rows.length),
    );
    expect(labels[0]! - first!.alpha[0]! / inverse.get(0, 0)).toBeCloseTo(expected, 6);
    expect(leftOut).toHaveLength(rows.length);
    expect(kendall(leftOut as number[], labels)).toBeGreaterThan(0.5);
    expect(predict(one, rows[0]!)).not.toBeNaN();
  });
});

describe('labelScores', () => {
  it('keep the order of the labels, ties included', () => {
    const scores = labelScores([10, 93, 93, 94, 92, 70, 50, 91, 90, 10]);
    expect(scores[1]).toBe(scores[2]);
    expect(scores[0]).toBe(scores[9]);
    const sorted = [0, 6, 5, 8, 7, 4, 1, 3].map((at) => scores[at]!);
    expect(sorted.toSorted((a, b) => a - b)).toEqual(sorted);
    expect(new Set(sorted).size).toBe(sorted.length);
  });

  it('are the mean of normal scores and standardized labels', () => {
    // Ranks 1 to 3 of 3 are the quantiles 1/6, 1/2 and 5/6 of the normal distribution, -0.967422, 0 and 0.967422.
    const standardized = Math.sqrt(3 / 2);
    const expected = [-1, 0, 1].map((sign) => (sign * (0.967422 + standardized)) / 2);
    labelScores([70, 80, 90]).forEach((score, i) => {
      expect(score).toBeCloseTo(expected[i]!, 3);
    });
  });

  it('count a label far below the others as one that is as far below their tenth as the best above it', () => {
    const others = [90, 91, 92, 93, 94, 95, 96, 97, 98, 99];
    expect(labelScores([0, ...others])).toEqual(labelScores([90 - (99 - 90), ...others]));
    expect(labelScores([82, ...others])).not.toEqual(labelScores([81, ...others]));
  });
});

describe('fitWeights', () => {
  const random = mulberry32(5);
  const rows: readonly Row[] = Array.from({ length: 200 }, () => ({
    proxies: [random() - 0.5, random() - 0.5],
    graph: [],
    own: 0,
  }));
  const weightsFor = (of: (x: readonly number[]) => number) =>
    fitWeights({ rows, labels: rows.map(({ proxies }) => of(proxies)), prior: WEIGHTS });

  it('solves (XᵀX + 100 I) w = Xᵀy + 100 s prior, and has the sum of the prior', () => {
    const of = ([a, b]: readonly number[]) => 5 * a! + 8 * b!;
    const x = new Matrix(rows.map(({ proxies }) => [...proxies]));
    const y = Matrix.columnVector(rows.map(({ proxies }) => of(proxies)));
    const prior = Matrix.columnVector(WEIGHTS);
    const own = x.mmul(prior);
    const right = Matrix.add(x.transpose().mmul(y), prior.clone().mul((100 * own.dot(y)) / own.dot(own)));
    const left = Matrix.add(x.transpose().mmul(x), Matrix.eye(2).mul(100));
    const [a, b] = solve(left, right).to1DArray() as [number, number];
    const found = weightsFor(of);
    expect(found[0]).toBeCloseTo((3 * a) / (a + b), 9);
    expect(found[1]).toBeCloseTo((3 * b) / (a + b), 9);
  });

  it('has no weight below 0', () => {
    expect(weightsFor(([a, b]) => 50 * b! - 20 * a!)).toEqual([0, 3]);
  });
});

describe('the file', () => {
  const { cohort, found } = calibrated({ labels: 30, accuracyOf: curved });
  const text = formatCalibration({ ...about, ...found });

  it('is read back as it was written, and scores as the method says', () => {
    const calibration = parseCalibration({ text, source: 'c.json' });
    expect(calibration).toMatchObject({ ...about, ...found });
    const known = cohort[5]!;
    expect(calibratedScore({ ...calibration, method: 'own' }, known)).toBe(ownScore(known, WEIGHTS));
    const model = cohort.map((each) => calibratedScore({ ...calibration, method: 'model' }, each));
    expect(kendall(model, cohort.map(curved))).toBeGreaterThan(0.5);
  });

  it('may begin with a byte order mark', () => {
    expect(parseCalibration({ text: `\uFEFF${text}`, source: 'c.json' })).toMatchObject(about);
  });

  it.each([
    ['no JSON', '{'],
    ['another format', JSON.stringify({ ...JSON.parse(text), format: 'zeroscout-calibration/9' })],
    ['a list that is cut', JSON.stringify({ ...JSON.parse(text), weights: [1] })],
    ['weights of which none counts', JSON.stringify({ ...JSON.parse(text), fittedWeights: [0, 0] })],
    ['a proxy that does not exist', text.replaceAll('"complexity"', '"complexness"')],
  ])('is refused: %s', (_, altered) => {
    expect(() => parseCalibration({ text: altered, source: 'c.json' })).toThrow(SpecError);
  });
});
