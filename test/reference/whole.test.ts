// Tests the proxies of whole networks against PyTorch in float64: the golden values of reference/pytorch/whole_golden.py.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MEASURED_PROXIES } from '../../core/proxies/catalogue.js';
import { computeWhole, deviationsOf, readWholeCases } from '../../reference/golden/whole.js';

const GOLDENS = join(import.meta.dirname, '../goldens/proxies');
const { cases, folder } = await readWholeCases(join(GOLDENS, 'cases.json'));
const signals = await readWholeCases(join(GOLDENS, 'signals-and-volumes.json'));
const several = await readWholeCases(join(GOLDENS, 'several-inputs.json'));
const integers = await readWholeCases(join(GOLDENS, 'integers-and-vectors.json'));
const branches = await readWholeCases(join(GOLDENS, 'parallel-branches.json'));
/** The number of cases of each space; ALL_GOLDENS=1 runs all. */
const EACH = process.env.ALL_GOLDENS ? Number.POSITIVE_INFINITY : 2;
const kindOf = ({ space, file }: (typeof cases)[number]) => (file ? 'onnx' : space!);
const chosen = cases.filter(
  (item, i) => cases.slice(0, i).filter((other) => kindOf(other) === kindOf(item)).length < EACH,
);

test('every case has a value of every proxy that is defined in its space', () => {
  for (const { space, values } of cases) {
    const proxies = Object.keys(MEASURED_PROXIES).filter(
      (name) => !(name === 'synflow' && space === 'autoformer'),
    );
    expect(Object.keys(values).sort()).toEqual(proxies.sort());
  }
});

test.each(
  [...chosen, ...signals.cases, ...several.cases, ...integers.cases, ...branches.cases].map(
    (item) => [`${kindOf(item)} ${item.candidate ?? item.file}`, item] as const,
  ),
)('%s', async (_, item) => {
  const found = await computeWhole({ item, folder });
  const wrong = deviationsOf(item, found).filter(({ deviation, tolerance }) => !(deviation <= tolerance));
  expect(wrong).toEqual([]);
});
