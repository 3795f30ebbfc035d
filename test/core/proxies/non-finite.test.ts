// Tests that a network whose measurements are not finite has no score, in place of one that looks like any other.
import { describe, expect, it } from 'vitest';
import { epeNas } from '../../../core/proxies/epe-nas.js';
import { jacov } from '../../../core/proxies/jacov.js';
import type { Measurement } from '../../../core/proxies/measurement.js';
import { near } from '../../../core/proxies/near.js';
import { vkdnw } from '../../../core/proxies/vkdnw.js';
import { zico } from '../../../core/proxies/zico.js';

const empty: Measurement = {
  batch: 2,
  classes: 2,
  labels: Int32Array.of(0, 0),
  layers: [],
  activations: [],
  depth: 0,
  spatialDepth: 0,
  outputs: 0,
  costs: { flops: 0, parameters: 0 },
};
const layer = { shape: [2], weights: Float32Array.of(1, 1) };

/** What each proxy reads, with one number among the others. */
const SCORES: Readonly<Record<string, (one: number) => number>> = {
  zico: (one) =>
    zico({
      ...empty,
      layers: [
        { ...layer, gradients: Float32Array.of(1, one), secondGradients: Float32Array.of(2, 3) },
        { ...layer, gradients: Float32Array.of(1, 2), secondGradients: Float32Array.of(2, 3) },
      ],
    }),
  'zico, in both batches': (one) =>
    zico({
      ...empty,
      layers: [{ ...layer, gradients: Float32Array.of(1, one), secondGradients: Float32Array.of(2, one) }],
    }),
  near: (one) => {
    const gram = Float32Array.of(2, one, one, 1);
    return near({ ...empty, activations: [{ before: gram, after: gram }] });
  },
  vkdnw: (one) =>
    vkdnw({
      ...empty,
      layers: [layer, layer],
      fisherRows: [Float64Array.of(1, one), Float64Array.of(0.5, 2)],
    }),
  jacov: (one) => jacov({ ...empty, jacobian: Float32Array.of(1, 2, 4, one, 2, 3) }),
  'epe-nas': (one) => epeNas({ ...empty, jacobian: Float32Array.of(1, 2, 4, one, 2, 3) }),
};

describe.each(Object.entries(SCORES))('%s', (_, scoreOf) => {
  it('is a number where all are numbers', () => {
    expect(scoreOf(0.5)).toSatisfy(Number.isFinite);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is none with %d', (one) => {
    expect(scoreOf(one)).toBeNaN();
  });
});
