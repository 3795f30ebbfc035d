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
import { type Known, labelScores, ownScore } from '../../../core/calibration/features.js';
import { openKernelFits } from '../../../core/calibration/fit-kernel-model.js';
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

  it('finds weights where one proxy alone counts', () => {
    const { found } = calibrated({ labels: 100, accuracyOf: ({ shares }) => 80 + 10 * shares[1]! });
    expect(found.fittedWeights[1]!).toBeGreaterThan(found.fittedWeights[0]!);
    expect(found.fittedWeights[0]! + found.fittedWeights[1]!).toBeCloseTo(3, 9);
    expect(found.evidence.heldOut!.weights!).toBeGreaterThan(found.evidence.heldOut!.own!);
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
    ['a proxy that does not exist', text.replaceAll('"complexity"', '"complexness"')],
  ])('is refused: %s', (_, altered) => {
    expect(() => parseCalibration({ text: altered, source: 'c.json' })).toThrow(SpecError);
  });
});
