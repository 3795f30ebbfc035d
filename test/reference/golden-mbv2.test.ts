// Tests the verdict on MobileNetV2's golden files, as they are and altered.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGoldenFile } from '../../reference/golden/cases.js';
import type { Check } from '../../reference/golden/kind.js';
import { built } from '../support/engine.js';
import { GOLDENS_MBV2 } from '../support/goldens.js';
import { folder } from './golden-cases.js';

const MUTATIONS = join(GOLDENS_MBV2, 'mutations.json');

const CASES = join(GOLDENS_MBV2, 'cases.json');

function golden(path: string) {
  return spawnSync(process.execPath, [built('reference/golden.js'), path], { encoding: 'utf8' });
}

/** The checks that fail. */
async function failing(path: string): Promise<readonly Check[]> {
  const file = await readGoldenFile(path);
  if (!('checks' in file)) throw new Error(`${path} holds cases`);
  expect(file).toMatchObject({ kind: 'mbv2-mutations' });
  expect(file.checks).toHaveLength(49);
  return file.checks.filter(({ differences }) => differences.length);
}

describe('mutations of MobileNetV2', () => {
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

describe('cases of MobileNetV2', () => {
  it('npm run golden: all public cases pass, exit code 0', { timeout: 300_000 }, () => {
    const { status, stdout } = golden(CASES);
    expect(stdout).toMatch(/^ok {3}features: .* of 149, at most 0\.0005$/m);
    expect(stdout).toMatch(/^ok {3}blocks: .* of 133, at most 0\.001 to 2\.4e-2 by case$/m);
    expect(stdout).toMatch(/^PASS 16 cases of mbv2/m);
    expect(status).toBe(0);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a quarter of a FLOP', { flops: 110208.25 }, /DIFFER: FLOPs 110208, expected 110208\.25/],
    ['layers', { numLayers: 3 }, /DIFFER: layers 2, expected 3/],
    ['a block', { trainabilityPerBlock: [-0.447] }, /FAIL blocks: largest deviation 1\.5e-3 of 1/],
    [
      'a resolution that the stride does not divide',
      { resolution: 31 },
      /resolution: found 31; must be a multiple of 2/,
    ],
    ['too many values', { trainabilityPerBlock: [1, 2] }, /trainabilityPerBlock: found 2 values; must be 1/],
  ])('altered: %s', (_, change, message) => {
    const [first] = JSON.parse(readFileSync(CASES, 'utf8'));
    const path = join(folder, 'mbv2.json');
    writeFileSync(path, JSON.stringify([{ ...first, ...change }]));
    const { status, stdout, stderr } = golden(path);
    expect(stdout + stderr).toMatch(message);
    expect(status).toBeGreaterThan(0);
  });
});
