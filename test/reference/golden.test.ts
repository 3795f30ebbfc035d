// Tests the verdict on golden cases, original and modified, and the exit code of `npm run golden`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GoldenCases, readGoldenFile } from '../../reference/golden/cases.js';
import { type Computed, compareCase, judge } from '../../reference/golden/compare.js';
import { createGoldenEngine } from '../../reference/golden/compute.js';
import type { GoldenCase } from '../../reference/golden/kind.js';
import { built } from '../support/engine.js';
import { GOLDENS_NB201 } from '../support/goldens.js';
import { file, folder, type Json, set, setAt, some } from './golden-cases.js';

async function readCases(cases: readonly Json[]): Promise<GoldenCases> {
  return (await readGoldenFile(file(cases))) as GoldenCases;
}

/** Runs the command itself. */
function golden(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [built('reference/golden.js'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('golden cases of NAS-Bench-201', () => {
  describe('computed', () => {
    let computed: Computed[];
    let last: GoldenCase;
    beforeAll(async () => {
      const engine = await createGoldenEngine({ threads: 1 });
      const { cases } = await readCases(some());
      computed = [];
      for (const item of cases) computed.push(await engine.compute(item));
      last = cases[2]!;
      await engine.close();
    });
    /** Returns the verdict on the three cases, of which the last is changed. */
    const verdict = async (change: (last: Json) => unknown, at = 2) => {
      const cases = some();
      change(cases[at]!);
      const read = await readCases(cases);
      const comparisons = read.cases.map((item, i) => compareCase(item, computed[i]!));
      const { passed, lines } = judge(comparisons, read.close);
      return {
        passed,
        text: [...lines, ...comparisons.flatMap(({ differences }) => differences)].join('\n'),
      };
    };
    const scaled = (values: readonly number[], factor: number) => values.map((value) => value * factor);
    const shifted =
      (shift: number, until = 17) =>
      (item: Json) =>
        set(
          'trainabilityPerBlock',
          last.trainabilityPerBlock.map((t, i) => (i < until ? t! + shift : t)),
        )(item);

    it('pass as they are, and altered within tolerance', async () => {
      expect(await verdict(() => {})).toMatchObject({ passed: true });
      const near = scaled(last.expressivityPerFeature, 1.00005);
      expect(await verdict(set('expressivityPerFeature', near))).toMatchObject({ passed: true });
      expect(await verdict(shifted(0.003, 1))).toMatchObject({ passed: true });
    });

    it.each<[string, (item: Json) => unknown, RegExp, number?]>([
      [
        'features',
        (c) => set('expressivityPerFeature', scaled(last.expressivityPerFeature, 1.0003))(c),
        /FAIL features.*3\.0e-4/,
      ],
      ['a dead feature that lives', setAt('expressivityPerFeature', 3, 0), /FAIL features: .*Infinity/, 0],
      [
        'a living feature that is dead',
        setAt('expressivityPerFeature', 3, '-inf'),
        /FAIL features: .*Infinity/,
      ],
      ['one block beyond 5e-3', (c) => shifted(0.01, 1)(c), /ok {3}blocks.*\nFAIL blocks: largest/],
      [
        'an identity that is none',
        setAt('trainabilityPerBlock', 2, -1),
        /FAIL blocks: largest deviation Infinity/,
        1,
      ],
      ['a third of the blocks', (c) => shifted(0.001)(c), /FAIL blocks: 3\d of 51 within 0\.0002.*\nok/],
      [
        'expressivity',
        (c) => set('expressivity', last.expressivity * 1.001)(c),
        /^expressivity .*, expected/m,
      ],
      [
        'progressivity',
        (c) => set('progressivity', last.progressivity! - 0.01)(c),
        /^progressivity .*, expected/m,
      ],
      ['trainability', set('trainability', '-inf'), /^trainability .*expected -Infinity/m],
      [
        'MFLOPs by one',
        (c) => set('megaflops', last.costs[0]!.expected + 1e-6)(c),
        /^MFLOPs 31\.37601, expected/m,
      ],
      [
        'parameters by one',
        (c) => set('megaparams', last.costs[1]!.expected - 1e-6)(c),
        /^Mparams 0\.241306, expected/m,
      ],
    ])('fail when altered beyond tolerance: %s', async (_, change, message, at) => {
      const { passed, text } = await verdict(change, at);
      expect(text).toMatch(message);
      expect(passed).toBe(false);
    });
  });

  it('npm run golden: all public cases pass, exit code 0', { timeout: 300_000 }, () => {
    const { status, stdout } = golden(GOLDENS_NB201);
    expect(stdout).toMatch(/^PASS 25 cases of nb201/m);
    expect(stdout.match(/features \S+ \(at \d+\) {2}blocks \S+ \(at \d+\)/g)).toHaveLength(25);
    expect(status).toBe(0);
  });

  it('npm run golden: a number altered, exit code 1; another size is computed', () => {
    const cases = some(set('megaparams', 1)).slice(2);
    const { status, stdout } = golden(file([...cases, { ...cases[0]!, batch: 3, resolution: 12 }]));
    expect(stdout).toMatch(/DIFFER: Mparams 0\.241306, expected 1/);
    expect(stdout).toMatch(/batch 3, resolution 12\n {2}features [^0]/);
    expect(stdout).toMatch(/^FAIL 2 cases/m);
    expect(status).toBe(1);
  });
});

describe('npm run golden', () => {
  it('wrong use: exit code 2, and nothing on stdout', () => {
    for (const [args, message] of [
      [[], /missing required argument 'FILE'/],
      [['--fast', 'a'], /unknown option '--fast'/],
      [[join(folder, 'no.json')], /no\.json: no such file/],
    ] as const) {
      const { status, stdout, stderr } = golden(...args);
      expect(stderr).toMatch(message);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    }
  });

  it('--help says how to use it', () => {
    const { status, stdout } = golden('--help');
    expect(stdout).toMatch(/Usage: golden .*<FILE>[\s\S]*Exit codes/);
    expect(status).toBe(0);
  });
});
