// Tests which proxies a specification must name beside a calibration.
import { describe, expect, it } from 'vitest';
import { withCalibration } from '../../../client/specification/read-calibration.js';
import { calibrate } from '../../../core/calibration/calibrate.js';
import { formatCalibration } from '../../../core/calibration/calibration.js';
import { mulberry32 } from '../../support/random.js';

type Proxy = Parameters<typeof formatCalibration>[0]['proxies'][number];

const random = mulberry32(1);
const cohort = Array.from({ length: 10 }, () => ({ shares: [random() || 0.5, random() || 0.5], graph: {} }));
const labels = cohort.map((_, unit) => ({ unit, accuracy: random() }));
const found = calibrate({ cohort, weights: [1, 1], labels, heldOut: [], seed: 1 });

/** That of the code of `own-size` in the calibrated search. */
const DIGEST = 'a'.repeat(64);

/** What becomes of `proxies` beside a calibration that reads `complexity` and another one. */
function read(other: Proxy, proxies?: readonly string[], ownProxies?: readonly object[]) {
  const ofOwn = other === 'own-size' ? { ownProxies: { [other]: DIGEST } } : {};
  const about = { search: 'one', space: { kind: 'nas-bench-201', digest: 'd' }, dataset: 'd', ...ofOwn };
  const text = formatCalibration({ ...about, proxies: ['complexity', other], ...found });
  const aggregation = { kind: 'calibrated', file: 'c.json' };
  const value = { space: 'nas-bench-201', aggregation, ...(proxies && { proxies }), ownProxies };
  return withCalibration({ value, resolve: async () => new TextEncoder().encode(text) });
}

describe('proxies beside a calibration', () => {
  it('may be left out, but not where one comes from a file', async () => {
    expect((await read('synflow')).value).toMatchObject({ proxies: ['complexity', 'synflow'] });
    await expect(read('own-size')).rejects.toThrow(
      'proxies: missing; the calibration c.json reads a proxy that comes from a file; must be [complexity, the file of own-size]',
    );
  });

  it('name all that it reads', async () => {
    const missing = (other: Proxy) => read(other, ['complexity']);
    await expect(missing('synflow')).rejects.toThrow(
      'proxies: the calibration c.json reads synflow, which proxies does not name; add it, or remove proxies',
    );
    await expect(missing('own-size')).rejects.toThrow(/own-size, which proxies does not name; add it$/);
    // Files of own proxies were replaced by their names before.
    const named = ['complexity', 'own-size', 'depth'];
    expect((await read('own-size', named)).value).toMatchObject({ proxies: named });
  });

  it('of other code than in the calibrated search are warned of', async () => {
    const code = async (digest: string) =>
      (await read('own-size', ['complexity', 'own-size'], [{ name: 'own-size', digest }])).warnings;
    expect(await code(DIGEST)).toEqual([]);
    expect(await code('b'.repeat(64))).toMatchObject([
      {
        path: 'aggregation.file',
        message: expect.stringContaining('the code of own-size is not that of the calibrated search'),
      },
    ]);
  });
});
