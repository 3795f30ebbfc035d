// Tests that the programs of gradients, run in float64, give the golden values to nearly all their digits, so that no error of a
// formula hides in the tolerance of float32; needs `npm run setup:optional`.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { computeInFloat64 } from '../../reference/golden/float64.js';
import { deviationOf, readWholeCases } from '../../reference/golden/whole.js';
import { pythonWith } from '../support/optional-python.js';

const isInstalled = pythonWith('torch') !== undefined && pythonWith('onnx') !== undefined;
const { cases, folder } = await readWholeCases(join(import.meta.dirname, '../goldens/proxies/cases.json'));
const PROXIES = ['snip', 'grasp', 'grad-norm', 'plain', 'jacov', 'epe-nas', 'zico'] as const;

const inverted = cases.find((item) => item.space === 'mobilenet-v2')!;
const residual = cases.find((item) => item.file === 'timm-test_resnet.onnx')!;

test.skipIf(!isInstalled).each([
  ['blocks of MobileNetV2', inverted],
  ['a ResNet from an ONNX file', residual],
])('proxies of gradients of %s', async (_, item) => {
  const found = await computeInFloat64({ item, folder, proxies: PROXIES });
  // The constants of a program, such as epsilons and 1/9, have the digits of float32.
  for (const name of PROXIES)
    expect(deviationOf(item.values[name]!, found!.values[name]!).deviation, name).toBeLessThan(1e-6);
  // ONNX Runtime's gradients are off by the rounding of float32.
  expect(found!.gradients).toBeGreaterThan(1e-8);
  expect(found!.gradients).toBeLessThan(0.1);
});

test.skipIf(!isInstalled)('proxies that need more than gradients are not computed', async () => {
  expect(await computeInFloat64({ item: inverted, folder, proxies: ['naswot'] })).toBeUndefined();
});
