// In: the golden files of MobileNetV2, as they are and altered. Out: exit codes and what is said to differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGoldenFile } from '../../bench/golden/cases.js';
import type { Check } from '../../bench/golden/kind.js';
import { GOLDENS_MBV2, isMissing } from '../support/shared.js';
import { folder } from './golden-cases.js';

const MUTATIONS = join(GOLDENS_MBV2, 'mutations.json');

/** The checks that fail. */
async function failing(path: string): Promise<readonly Check[]> {
  const file = await readGoldenFile(path);
  if (!('checks' in file)) throw new Error(`${path} holds cases`);
  expect(file).toMatchObject({ kind: 'mbv2-mutations' });
  expect(file.checks).toHaveLength(49);
  return file.checks.filter(({ differences }) => differences.length);
}

describe.skipIf(isMissing(MUTATIONS))('mutations of MobileNetV2', () => {
  it('candidates, mutations, splits, costs, rounding and ranking are ours', async () => {
    expect(await failing(MUTATIONS)).toEqual([]);
  });

  it.each<[string, (string | number)[], (value: number) => unknown, RegExp]>([
    ['a parameter', ['mutations', 0, 'params'], (n) => n + 1, /^parameters \d+, expected \d+$/],
    ['a quarter of a FLOP', ['costs', 2, 'flops', '100'], (n) => n + 0.25, /^FLOPs /],
    ['a split', ['splits', 1, 'once'], () => 'x', /^once "Super.*, expected "x"$/],
    ['a weight', ['candidates', 1, 'multiplicityByType', 'SuperResIDWE1K3'], (n) => n - 1, /^multiplicity/],
    ['a score', ['ranking', 'score', 2], (n) => n + 1e-6, /^score /],
    ['a rounding', ['rounding', 'channelChoices', '16', 0], (n) => n + 8, /^channels /],
  ])('altered: %s', async (_, at, change, message) => {
    const file = JSON.parse(readFileSync(MUTATIONS, 'utf8'));
    const place = at.slice(0, -1).reduce((value, key) => value[key], file);
    place[at.at(-1)!] = change(place[at.at(-1)!]);
    const path = join(folder, 'mutations.json');
    writeFileSync(path, JSON.stringify(file));
    const [check, ...rest] = await failing(path);
    expect(rest).toEqual([]);
    expect(check!.differences).toEqual([expect.stringMatching(message)]);
  });
});
