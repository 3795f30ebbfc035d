// Tests that labels of a specification are read and checked, and belong to the addresses of those families
// alone that read them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpecification } from '../../../client/specification/read-specification.js';
import { familyScope, scoreScope } from '../../../core/address.js';
import { FAMILY_NAMES, readsLabels } from '../../../core/specification/families.js';
import { npy } from '../../support/npy.js';

let folder: string;
let number = 0;
const read = (input: object, changes: object = {}) => {
  const path = join(folder, `${number++}.json`);
  const whole = {
    name: 'a',
    space: 'nas-bench-201',
    input: { images: 'a.npy', ...input },
    fidelity: { draws: 2, batch: 2 },
    proxies: ['naswot', 'snip'],
  };
  writeFileSync(path, JSON.stringify({ ...whole, ...changes }));
  return readSpecification(path);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zeroscout-labels-'));
  const values = Float32Array.from({ length: 4 * 3 * 64 }, (_, i) => i % 7);
  writeFileSync(join(folder, 'a.npy'), npy({ shape: [4, 3, 8, 8], values }));
  writeFileSync(join(folder, 'labels.txt'), '3\n0, 9\n\n3\n');
  writeFileSync(join(folder, 'words.txt'), '3\ncat\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('labels', () => {
  it('are a list, or a text file of whole numbers', async () => {
    const [listed, file] = await Promise.all([
      read({ labels: [3, 0, 9, 3] }),
      read({ labels: 'labels.txt' }),
    ]);
    expect(listed.specification.input!.labels).toEqual([3, 0, 9, 3]);
    expect(file.specification).toEqual(listed.specification);
    expect(file.digest).toBe(listed.digest);
    expect(file.warnings!.filter(({ path }) => path === 'input.labels')).toEqual([]);
  });

  it.each<[object, RegExp]>([
    [{ labels: [3, 0, 9] }, /^input.labels: has 3 labels; must have 4, one for each image/],
    [{ labels: [3, 0, 10, 3] }, /^input.labels.2: found 10; must be below 10, the number of classes/],
    [{ labels: [3, 0.5, 9, 3] }, /^input.labels.1: found 0.5; must be a whole number from 0/],
    [{ labels: [3, -1, 9, 3] }, /^input.labels.1: found -1; must be a whole number from 0/],
    [{ labels: [] }, /^input.labels: found \[\]; must have a class for each image/],
    [{ labels: true }, /^input.labels: found true; must be a list of classes, or the path of a text file/],
    [{ labels: 'none.txt' }, /^input.labels: none.txt: no such file/],
    [{ labels: 'words.txt' }, /^input.labels: words.txt: line 2 holds .*cat.*; must be a class/],
    [{ images: undefined, labels: [1] }, /^input.images: missing/],
  ])('%j is refused', async (input, message) => {
    await expect(read(input)).rejects.toThrow(message);
  });

  it('are warned of where no proxy reads them', async () => {
    const { warnings } = await read({ labels: 'labels.txt' }, { proxies: ['naswot'] });
    expect(warnings!.map(({ path }) => path)).toContain('input.labels');
  });

  it('change the addresses of the families that read them, and of no other', async () => {
    const [without, one, other] = await Promise.all(
      [{}, { labels: [3, 0, 9, 3] }, { labels: [3, 0, 9, 4] }].map(
        async (input) => (await read(input)).specification,
      ),
    );
    expect(scoreScope(one!)).toBe(scoreScope(without!));
    const changed = FAMILY_NAMES.filter((family) => {
      const scopes = [without!, one!, other!].map((specification) => familyScope({ specification, family }));
      const different = new Set(scopes).size;
      expect([1, 3]).toContain(different);
      return different === 3;
    });
    expect(changed).toEqual(FAMILY_NAMES.filter(readsLabels));
    expect(changed).toEqual(['snip', 'grasp', 'grad-norm', 'fisher', 'plain', 'epe-nas', 'zico', 'own']);
  });
});
