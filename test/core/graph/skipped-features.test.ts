// Tests that programs without the features and Jacobians that nobody reads still have an output each.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { graphNetwork, graphPrograms } from '../../../core/graph/network.js';
import { readOnnx } from '../../../core/graph/read-onnx.js';
import { EVERYTHING } from '../../../core/ir/measured.js';

test('only the features that are read, and something where nothing is', () => {
  const file = join(import.meta.dirname, '../../goldens/onnx/shufflenet_v2_x0_5.onnx');
  const graph = readOnnx({ bytes: readFileSync(file), file });
  const found = graphNetwork({ graph, batch: 2, image: [3, 64, 64], wanted: 'stages', file });
  const network = { ...found, reads: { expressivity: [0, 1], progressivity: [0, 1], trainability: [] } };
  const programs = (needs: typeof EVERYTHING) =>
    graphPrograms({ network, weights: 'drawn', channelBlock: 16, needs }).programs;
  const last = found.features.length - 1;
  const measured = programs({ unread: 'skipped', jacobians: 'skipped' }).flatMap(({ statistic }, i) =>
    statistic ? [i] : [],
  );
  expect(last).toBeGreaterThan(2);
  // Nothing reads the last feature, and a program must have an output.
  expect(measured).toEqual([0, 1, last]);
  expect(programs(EVERYTHING).every(({ statistic }) => statistic)).toBe(true);
  const jacobians = programs({ unread: 'skipped', jacobians: 'measured' });
  expect(jacobians.map(({ statistic }) => statistic !== undefined).slice(0, 3)).toEqual([true, true, false]);
  expect(jacobians.slice(1).every(({ jacobian }) => jacobian)).toBe(true);
});
