// Tests that the table of every published benchmark can be read as known accuracies of its space, and what
// `correlate` reports for rankings by costs.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRankedSpaces, openRankedSpace } from '../../../bench/studies/ranking/spaces.js';
import { computeAgreements } from '../../../client/results/correlate.js';
import type { RankingRow } from '../../../core/report/ranking-csv.js';
import { parseTruth } from '../../../core/report/truth.js';
import { openSpace } from '../../../core/spaces/index.js';
import type { Space } from '../../../core/spaces/space.js';
import { isMissing } from '../../support/shared.js';

const TABLES = join(process.env.ZEROSCOUT_SHARED ?? '../shared', 'benchmarks');

/** The rows ranked by FLOPs, equal ones by their texts as in every ranking, in the form that `correlate` reads. */
function rowsByFlops(
  candidates: readonly { candidate: string; flops: number; unit?: string }[],
): RankingRow[] {
  return candidates
    .toSorted((a, b) => b.flops - a.flops || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate, flops, unit }, index) => ({
      rank: index + 1,
      candidate,
      score: flops,
      proxies: { complexity: flops },
      parameters: 1,
      ...(unit === undefined ? {} : { class: unit }),
    }));
}

/** The class of a candidate and its FLOPs, where the space knows a representative; otherwise its own FLOPs. */
function classOf(space: Space, candidate: string, resolution: number) {
  const unit = space.representative?.(candidate);
  const { flops } = space.costs({ candidate: unit ?? candidate, resolution });
  return { flops, ...(unit === undefined ? {} : { unit }) };
}

describe.skipIf(isMissing(TABLES))('tables of published benchmarks', () => {
  it.each(listRankedSpaces().filter(({ name }) => !name.endsWith('-224')))('$name', (of) => {
    const { space, truth, members } = openRankedSpace(of, TABLES);
    const { resolution } = of.fidelity;
    // Of a space with costly candidates, only some are checked.
    const some = members.slice(0, 40);
    const candidates = some.map(({ candidate, rows }) => ({
      candidate: truth.accuracy.has(candidate) ? candidate : rows[0]!,
      ...classOf(space, candidate, resolution),
    }));
    for (const dataset of of.datasets) expect(truth.datasets).toContain(dataset);
    expect(truth.datasets.filter((name) => /^(parameters|flops|macs|std)/.test(name))).toEqual([]);
    const found = computeAgreements({ rows: rowsByFlops(candidates), truth, space, resolution });
    for (const { dataset, classes, baselines, top } of found.filter((each) =>
      of.datasets.includes(each.dataset),
    )) {
      expect(classes.candidates, dataset).toBeGreaterThan(0.8 * some.length);
      expect(baselines.flops!.classes).toEqual(classes);
      expect(top[1]!.flops!.mean).toBe(top[1]!.mean);
      expect(Object.values(baselines)).not.toContain(null);
    }
  });

  it('takes an isomorphic graph of NAS-Bench-101 for the one in the table', () => {
    const space = openSpace({ kind: 'nas-bench-101' });
    const [one, twin] = ['conv3x3-bn-relu maxpool3x3', 'maxpool3x3 conv3x3-bn-relu'].map((operations) =>
      space.parse(`110011 input ${operations} output`),
    ) as [string, string];
    const other = space.parse('011001 input conv3x3-bn-relu maxpool3x3 output');
    const text = `matrix,operations,acc\n${[one, other].map((each, i) => `${each.replace(' ', ',')},${90 + i}`).join('\n')}\n`;
    const truth = parseTruth({ text, source: 't.csv', parse: space.parse });
    const rows = rowsByFlops([
      { candidate: twin, flops: 2, unit: 'a' },
      { candidate: other, flops: 1, unit: 'b' },
    ]);
    expect(twin).not.toBe(one);
    const [found] = computeAgreements({ rows, truth, space, resolution: 32 });
    expect(found!.written).toEqual({ candidates: 2, kendall: -1, spearman: -1 });
  });
});

describe('rankings by costs', () => {
  const space = openSpace({ kind: 'nas-bench-201' });
  // The second text is the same function as the first: nothing reads its other convolutions.
  const cheap = '|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|';
  const costly = '|none~0|+|nor_conv_1x1~0|none~1|+|nor_conv_3x3~0|nor_conv_3x3~1|none~2|';
  const middle = '|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|skip_connect~1|none~2|';
  const candidates = [costly, middle];
  const text = `arch,acc\n${costly},60\n${middle},70\n`;
  const truth = parseTruth({ text, source: 't.csv', parse: space.parse });
  const flopsOf = (candidate: string) => space.costs({ candidate, resolution: 32 }).flops;
  const tauOf = (rows: RankingRow[]) => {
    const [found] = computeAgreements({ rows, truth, space, resolution: 32 });
    return Object.values(found!.baselines).map((each) => each!.written.kendall);
  };

  it('have the costs of the representative in a ranking of classes, and of the text in one of texts', () => {
    const unit = space.representative!(costly);
    expect(flopsOf(unit)).toBe(flopsOf(space.representative!(cheap)));
    expect(flopsOf(unit)).toBeLessThan(flopsOf(middle));
    expect(flopsOf(costly)).toBeGreaterThan(flopsOf(middle));
    const written = candidates.map((candidate) => ({ candidate, flops: flopsOf(candidate) }));
    const classes = written.map((each) => ({ ...each, unit: space.representative!(each.candidate) }));
    expect(tauOf(rowsByFlops(written)).slice(0, 2)).toEqual([-1, -1]);
    expect(tauOf(rowsByFlops(classes)).slice(0, 2)).toEqual([1, 1]);
  });
});

describe('a table with costs', () => {
  const parse = (text: string) => text.trim().toLowerCase();
  const read = (text: string) => parseTruth({ text, source: 't.csv', parse });

  it('leaves costs out, and takes the mean of several trainings of one network', () => {
    const { datasets, accuracy } = read('arch,acc,parameters\nA,90,7\na,92,7\nb,80,8\n');
    expect(datasets).toEqual(['acc']);
    expect([...accuracy]).toEqual([
      ['a', [91]],
      ['b', [80]],
    ]);
  });

  it('takes equal rows once, and of the trainings of a network those that have a number', () => {
    const { accuracy } = read(
      'arch,acc,b,parameters\na,90,,7\na,90,80,7\na,93,,7\na,93,,7\nb,80,,8\nb,80,,9\n',
    );
    expect([...accuracy]).toEqual([
      ['a', [91, 80]],
      ['b', [80, Number.NaN]],
    ]);
  });

  it('refuses other numbers without costs, and takes the same once', () => {
    expect([...read('arch,acc\na,90\na,90\n').accuracy]).toEqual([['a', [90]]]);
    expect(() => read('arch,acc\na,90\na,90\na,93\n')).toThrow('occurs twice with different numbers');
    expect(() => read('arch,acc,flops,parameters\na,90,,\na,93,,\n')).toThrow('with different numbers');
  });

  it('names an accuracy whose square is not a number; a ranking may hold larger values', () => {
    expect(() => read('arch,acc\na,1e308\n')).toThrow(
      'acc: found "1e308"; must be a number from -1e100 to 1e100',
    );
    expect(() => read('arch,acc\na,-1e999\n')).toThrow('must be a number from -1e100 to 1e100');
    expect(() => read('arch,acc\na,high\n')).toThrow(/must be a number$/m);
    expect(read('arch,acc\na,-1e100\n').accuracy.get('a')).toEqual([-1e100]);
    const ranking = 'rank,candidate,score,synflow\n1,a,-1,1e200\n';
    expect(read(ranking).accuracy.get('a')).toEqual([-1, 1e200]);
  });

  it('says which column has no name', () => {
    expect(() => read('arch,acc,\na,90,\n')).toThrow('t.csv:1: column 3 of 3 has no name; must have one');
  });

  it('refuses other numbers at other costs', () => {
    expect(() => read('arch,acc,parameters\na,90,7\na,92,8\n')).toThrow(
      'occurs twice with different numbers',
    );
  });

  it('knows some tasks of a candidate; one of which it knows none is left out', () => {
    const { accuracy } = read('arch,x,y\na,,2\nb,1,2\nc,,\n');
    expect(accuracy.get('a')).toEqual([Number.NaN, 2]);
    expect([...accuracy.keys()]).toEqual(['a', 'b']);
    expect(() => read('arch,x,y\na,,\n')).toThrow('no number');
  });

  it('joins matrix and operations of NAS-Bench-101', () => {
    const { datasets, accuracy } = read('matrix,operations,cifar10\n011,input x output,93\n');
    expect(datasets).toEqual(['cifar10']);
    expect([...accuracy.keys()]).toEqual(['011 input x output']);
  });
});
