// Tests that the known limits in a comparison's checklist are measured ones, of the benchmark that resembles the space.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KNOWN_LIMITS, nearestLimit } from '../../../core/comparison/known-limits.js';

it('the known limits are the results of the benchmark', () => {
  const { spaces } = JSON.parse(readFileSync('bench/results/ranking.json', 'utf8'));
  const round = (value: number) => Math.round(value * 100) / 100;
  const expected = spaces.map(
    ({ name, rankers }: { name: string; rankers: { name: string; kendall: number }[] }) => {
      const tau = (ranker: string) => round(rankers.find((each) => each.name === ranker)!.kendall);
      return {
        benchmark: name,
        assembled: tau('assembled'),
        azNas: tau('the four, blocks'),
        flops: tau('FLOPs'),
        parameters: tau('parameters'),
      };
    },
  );
  const [{ correlations }] = JSON.parse(readFileSync('bench/results/imagenet.json', 'utf8')).studies;
  const tau = (ranker: string) =>
    round(correlations.find(({ name }: { name: string }) => name === ranker).kendall);
  const imported = {
    benchmark: 'torchvision',
    assembled: tau('assembled'),
    azNas: tau('az-nas'),
    flops: tau('complexity (FLOPs)'),
    parameters: tau('parameters'),
  };
  expect(KNOWN_LIMITS).toEqual([...expected, imported]);
  expect(nearestLimit({ kind: 'onnx' })).toEqual(imported);
});

it('each size of a space has the limits of its own benchmark', () => {
  const nearest = (size: string) => nearestLimit({ kind: 'transnas-bench-101', size })?.benchmark;
  expect(['micro', 'macro'].map(nearest)).toEqual(['transnas-bench-101-micro', 'transnas-bench-101-macro']);
  expect(nearestLimit({ kind: 'custom' })).toBeUndefined();
});
