// Tests that the proxies of whole networks in float64 are the golden values to nearly all their digits, so that no error of a
// formula hides in the tolerances of float32.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { computeWhole, deviationsOf, readWholeCases } from '../../reference/golden/whole.js';

const { cases, folder } = await readWholeCases(join(import.meta.dirname, '../goldens/proxies/cases.json'));

const first = (space: string) => cases.find((item) => item.space === space)!;
const ofFile = (file: string) => cases.find((item) => item.file === file)!;

test.each([
  ['cells of NAS-Bench-201', first('nas-bench-201')],
  ['blocks of MobileNetV2', first('mobilenet-v2')],
  ['a transformer of AutoFormer', first('autoformer')],
  ['a ResNet from an ONNX file', ofFile('timm-test_resnet.onnx')],
  ['a ShuffleNet from an ONNX file', ofFile('shufflenet_v2_x0_5.onnx')],
])('proxies of %s', async (_, item) => {
  const found = await computeWhole({ item, folder, precision: 'float64' });
  const deviations = deviationsOf(item, found);
  expect(deviations.length).toBeGreaterThan(15);
  // `zen` adds noise to images in float32.
  for (const { name, deviation } of deviations) expect(deviation, name).toBeLessThan(1e-6);
});
